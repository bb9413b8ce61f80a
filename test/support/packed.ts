// SPDX-License-Identifier: MIT

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { withLock } from '../../scripts/lock.mjs';
import { hashOfSources } from '../../scripts/source-hash.mjs';

const repository = path.resolve(import.meta.dirname, '../..');
const cache = path.join(repository, 'node_modules/.cache/meanfield');

/** All that the packages are made from. */
const sources = [
  ...['src', 'shaders', 'models', 'scripts', 'cli/package.json', 'cli/README.md', 'demo/public/photos'],
  ...['README.md', 'CHANGELOG.md', 'LICENSE', 'THIRD-PARTY.md', 'package.json', 'package-lock.json'],
  ...['tsconfig.json', 'tsconfig.library.json', 'vite.cli.config.ts', 'vite.library.config.ts'],
];

/** One of the packages as it is published. */
export interface PackedPackage {
  /** Unpacked. */
  folder: string;
  tarball: string;
}

/**
 * Both packages as they are published, built when the source has changed: of tests that run at the same time one builds, and the others wait for it.
 * They are shared: nobody may write there.
 */
export async function packedPackages(): Promise<{ library: PackedPackage; commandLine: PackedPackage }> {
  const folder = path.join(cache, `packed-${hashOfSources(sources)}`);
  await mkdir(cache, { recursive: true });
  await withLock(
    `${folder}.lock`,
    async () => {
      if (!existsSync(folder)) await pack(folder);
    },
    () => undefined,
  );
  const names = await readdir(folder);
  const packed = (name: string): PackedPackage => ({
    folder: path.join(folder, name),
    tarball: path.join(folder, names.find((file) => new RegExp(`^${name}-\\d.*\\.tgz$`).test(file)) ?? ''),
  });
  return { library: packed('meanfield'), commandLine: packed('meanfield-cli') };
}

async function pack(folder: string): Promise<void> {
  for (const name of await readdir(cache)) {
    if (/^packed-[0-9a-f]+$/.test(name)) await rm(path.join(cache, name), { recursive: true, force: true });
  }
  // Under a name of its own until it is complete.
  const temporary = `${folder}.new`;
  await rm(temporary, { recursive: true, force: true });
  await promisify(execFile)(process.execPath, ['scripts/release/pack.mjs', '--outDir', temporary], {
    cwd: repository,
    env: { ...process.env, NODE_ENV: 'production' },
  });
  await rename(temporary, folder);
}
