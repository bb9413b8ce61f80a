// SPDX-License-Identifier: MIT

// npm run release:pack -- --outDir FOLDER: builds both packages, and writes them to a folder as they are published: `meanfield` and `meanfield-cli`, and a
// tarball of each.

import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ensureInstalled, projectFolder, runNpm } from '../setup.mjs';
import { addressFields, projectAddresses, withAbsoluteLinks } from './addresses.mjs';

/**
 * @typedef {Record<string, unknown> & { name: string, version: string, files: string[], dependencies?: Record<string, string> }} Manifest
 * @typedef {{ name: string, folder: string, tarball: string }} Packed
 */

/** Folders of the packages in the repository. */
const sources = ['', 'cli'];

/** Fields that matter in the repository alone. */
const ownFields = ['scripts', 'devDependencies', 'workspaces', 'allowScripts', 'private'];

/**
 * Both packages as they are published, unpacked and as tarballs.
 *
 * @param {string} folder
 * @param {import('./addresses.mjs').Addresses} [addresses]
 * @returns {Promise<Packed[]>} the library, the command line
 */
export async function packPackages(folder, addresses = projectAddresses) {
  const { buildCommandLine, buildLibrary } = await import('../build-packages.mjs');
  const packed = [];
  for (const source of sources) {
    const manifest = readManifest(source);
    const target = path.join(folder, manifest.name);
    rmSync(target, { recursive: true, force: true });
    mkdirSync(target, { recursive: true });
    await (source === '' ? buildLibrary : buildCommandLine)(path.join(target, 'dist'));
    for (const name of ['LICENSE', 'CHANGELOG.md', ...manifest.files.filter((file) => file !== 'dist')]) {
      cpSync(findFile(source, name), path.join(target, name), { recursive: true });
    }
    const readme = readFileSync(path.join(projectFolder, source, 'README.md'), 'utf8');
    writeFileSync(path.join(target, 'README.md'), withAbsoluteLinks(readme, addresses, manifest.version));
    const published = { ...publishedManifest(manifest), ...addressFields(addresses, source) };
    writeFileSync(path.join(target, 'package.json'), `${JSON.stringify(published, null, 2)}\n`);
    if (runNpm(['--silent', 'pack', target, '--ignore-scripts', '--pack-destination', folder], 'ignore') !== 0)
      process.exit(1);
    packed.push({
      name: manifest.name,
      folder: target,
      tarball: path.join(folder, `${manifest.name}-${manifest.version}.tgz`),
    });
  }
  return packed;
}

/**
 * @param {string} source folder of the package in the repository
 * @returns {Manifest}
 */
export function readManifest(source) {
  return JSON.parse(readFileSync(path.join(projectFolder, source, 'package.json'), 'utf8'));
}

/**
 * The command line depends on the library of its own version; in the repository, where that is a folder, npm wants it named so.
 *
 * @param {Manifest} manifest
 */
export function publishedManifest(manifest) {
  const { dependencies } = manifest;
  const published = Object.fromEntries(Object.entries(manifest).filter(([field]) => !ownFields.includes(field)));
  return dependencies ? { ...published, dependencies: { ...dependencies, meanfield: manifest.version } } : published;
}

/**
 * A file of a package lies in its folder, or in the repository's root.
 *
 * @param {string} source
 * @param {string} name
 */
function findFile(source, name) {
  const own = path.join(projectFolder, source, name);
  return existsSync(own) ? own : path.join(projectFolder, name);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await ensureInstalled();
  const { values } = parseArgs({ options: { outDir: { type: 'string', default: 'packages' } } });
  for (const { tarball } of await packPackages(path.resolve(values.outDir))) process.stdout.write(`${tarball}\n`);
}
