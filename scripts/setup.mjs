// SPDX-License-Identifier: MIT

// Plain JavaScript without imports from packages: this runs before anything is installed.

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * @typedef {{ version?: string, optional?: boolean, devOptional?: boolean, link?: boolean }} LockedPackage
 * @typedef {{ packages?: Record<string, LockedPackage> }} Lockfile
 */

export const projectFolder = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/**
 * Installs the dependencies unless node_modules already holds what package-lock.json names.
 * Writes to standard error only: standard output belongs to the program that runs afterwards.
 */
export function ensureInstalled() {
  requireNode();
  const missing = firstDifference(
    readLockfile(path.join(projectFolder, 'package-lock.json')),
    readLockfile(path.join(projectFolder, 'node_modules', '.package-lock.json')),
  );
  if (!missing) return;
  process.stderr.write(`Installing dependencies (${missing}).\n`);
  const result = runNpm(['ci', '--include=dev'], { output: 'stderr' });
  if (result !== 0) {
    process.stderr.write('npm ci failed; its messages above say why.\n');
    process.exit(1);
  }
}

/**
 * Says in what the installed packages differ from the locked ones. npm writes the second file at
 * the end of every install, so it is missing after an interrupted one.
 *
 * @param {Lockfile | undefined} locked package-lock.json
 * @param {Lockfile | undefined} installed node_modules/.package-lock.json
 * @returns {string | undefined} undefined if there is nothing to do
 */
export function firstDifference(locked, installed) {
  if (!installed?.packages) return 'no complete node_modules yet';
  for (const [name, entry] of Object.entries(locked?.packages ?? {})) {
    if (name === '') continue;
    const present = installed.packages[name];
    // npm leaves out optional packages that are for other platforms.
    if (!present && entry.optional) continue;
    if (present?.version !== entry.version) {
      return `${name.replace('node_modules/', '')} ${entry.version} is locked, ${present?.version ?? 'none'} is installed`;
    }
  }
  return undefined;
}

/**
 * Runs npm and waits for it. The npm that started this process is used again where there is one.
 *
 * @param {string[]} npmArguments
 * @param {{ output: 'stderr' | 'inherit' }} options
 * @returns {number} its exit code
 */
export function runNpm(npmArguments, { output }) {
  const startedBy = process.env.npm_execpath;
  const known = startedBy?.endsWith('.js');
  const result = spawnSync(
    known ? process.execPath : 'npm',
    known ? [/** @type {string} */ (startedBy), ...npmArguments] : npmArguments,
    {
      cwd: projectFolder,
      stdio: output === 'stderr' ? ['ignore', 2, 2] : 'inherit',
      // npm is a batch file on Windows, which only a shell can start.
      shell: !known && process.platform === 'win32',
    },
  );
  return result.status ?? 1;
}

/**
 * @param {string} file
 * @returns {Lockfile | undefined}
 */
function readLockfile(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  process.stderr.write(`meanfield needs Node 20.19 or newer; this is ${process.versions.node}.\n`);
  process.exit(1);
}
