// SPDX-License-Identifier: MIT

import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { builtFolder, repository } from './built.js';

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

/** Both packages as they are published. */
export async function packedPackages(): Promise<{ library: PackedPackage; commandLine: PackedPackage }> {
  const folder = await builtFolder('packed', sources, pack);
  const names = await readdir(folder);
  const packed = (name: string): PackedPackage => ({
    folder: path.join(folder, name),
    tarball: path.join(folder, names.find((file) => new RegExp(`^${name}-\\d.*\\.tgz$`).test(file)) ?? ''),
  });
  return { library: packed('meanfield'), commandLine: packed('meanfield-cli') };
}

async function pack(folder: string): Promise<void> {
  await promisify(execFile)(process.execPath, ['scripts/release/pack.mjs', '--outDir', folder], {
    cwd: repository,
    env: { ...process.env, NODE_ENV: 'production' },
  });
}
