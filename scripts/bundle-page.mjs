// SPDX-License-Identifier: MIT

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { projectFolder } from './setup.mjs';

const cacheFolder = path.join(projectFolder, 'node_modules', '.cache', 'meanfield');

/** Bundles that nobody asked for in this time are removed; a program that runs meanwhile keeps its own. */
const KEEP_MS = 60 * 60 * 1000;

/**
 * Bundles the page of the command line from the source. The bundle's name is the hash of all it can be made from, so
 * an unchanged source costs no second build.
 *
 * @returns {Promise<{ folder: string, entry: string }>} where it lies
 */
export async function bundlePage() {
  const folder = path.join(cacheFolder, `page-${hashOfSource()}`);
  const entry = 'main.js';
  if (!existsSync(path.join(folder, entry))) await build(folder);
  return { folder, entry };
}

/** @param {string} folder */
async function build(folder) {
  const { build: buildWithVite } = await import('vite');
  // Under a name of its own until it is complete: two programs may start at the same time.
  const temporary = `${folder}.${process.pid}`;
  await buildWithVite({
    configFile: false,
    root: projectFolder,
    // The error that it throws says all.
    logLevel: 'silent',
    publicDir: false,
    build: {
      lib: { entry: { main: path.join(projectFolder, 'src/cli/page/main.ts') }, formats: ['es'] },
      outDir: temporary,
      target: 'es2022',
      minify: false,
      sourcemap: 'inline',
      rolldownOptions: { output: { entryFileNames: '[name].js' } },
    },
  });
  try {
    renameSync(temporary, folder);
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
  removeOldBundles(folder);
}

function hashOfSource() {
  const hash = createHash('sha256');
  for (const name of ['src', 'shaders']) {
    const entries = readdirSync(path.join(projectFolder, name), { recursive: true, encoding: 'utf8' });
    for (const entry of entries.filter((file) => /\.(ts|wgsl)$/.test(file)).sort()) {
      hash.update(`${name}/${entry}\0`).update(readFileSync(path.join(projectFolder, name, entry)));
    }
  }
  hash.update(readFileSync(path.join(projectFolder, 'package-lock.json')));
  return hash.digest('hex').slice(0, 16);
}

/** @param {string} current */
function removeOldBundles(current) {
  mkdirSync(cacheFolder, { recursive: true });
  for (const name of readdirSync(cacheFolder)) {
    const folder = path.join(cacheFolder, name);
    if (folder === current || !name.startsWith('page-')) continue;
    if (Date.now() - statSync(folder).mtimeMs > KEEP_MS) rmSync(folder, { recursive: true, force: true });
  }
}
