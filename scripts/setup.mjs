// SPDX-License-Identifier: MIT

// Plain JavaScript without imports from packages: this runs before anything is installed.

import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { withLock } from './lock.mjs';

/**
 * @typedef {{ version?: string, optional?: boolean, devOptional?: boolean, link?: boolean }} LockedPackage
 * @typedef {{ packages?: Record<string, LockedPackage> }} Lockfile
 */

export const projectFolder = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/** In the project's folder, so that it holds for all who use that; not in node_modules, which an install begins by removing. */
const lockFolder = path.join(projectFolder, '.installing');

/**
 * Installs the dependencies unless node_modules already holds what package-lock.json names. Of programs that start at once one installs,
 * and the others wait for it. Writes to standard error only: standard output belongs to the program that runs afterwards.
 */
export async function ensureInstalled() {
  requireNode();
  if (!findDifference()) return;
  let isInstalled = false;
  try {
    await withLock(
      lockFolder,
      async (alsoHeldBy) => {
        isInstalled = await install(alsoHeldBy);
      },
      (owner) => {
        process.stderr.write(
          `Waiting for another program, which installs dependencies (process ${owner}; if there is none, remove ${lockFolder}).\n`,
        );
      },
    );
  } catch (error) {
    process.stderr.write(`The dependencies cannot be installed: ${error instanceof Error ? error.message : error}\n`);
  }
  if (!isInstalled) process.exit(1);
}

/**
 * @param {(processId: number | undefined) => void} alsoHeldBy
 * @returns {Promise<boolean>} whether all is there now
 */
async function install(alsoHeldBy) {
  // Somebody else may just have done it.
  const missing = findDifference();
  if (!missing) return true;
  process.stderr.write(`Installing dependencies (${missing}).\n`);
  const { command, commandArguments, options } = npmCommand(['ci', '--include=dev']);
  const npm = spawn(command, commandArguments, { ...options, stdio: ['ignore', 2, 2] });
  // It goes on when this process is killed.
  alsoHeldBy(npm.pid);
  const code = await new Promise((resolve) => {
    npm.once('error', () => resolve(1));
    npm.once('exit', resolve);
  });
  if (code !== 0) process.stderr.write('npm ci failed; its messages above say why.\n');
  return code === 0;
}

function findDifference() {
  return firstDifference(
    readLockfile(path.join(projectFolder, 'package-lock.json')),
    readLockfile(path.join(projectFolder, 'node_modules', '.package-lock.json')),
  );
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
 * Runs npm on this process's terminal, and waits for it.
 *
 * @param {string[]} npmArguments
 * @param {'inherit' | 'ignore'} output what becomes of its standard output
 * @returns {number} its exit code
 */
export function runNpm(npmArguments, output = 'inherit') {
  const { command, commandArguments, options } = npmCommand(npmArguments);
  return spawnSync(command, commandArguments, { ...options, stdio: ['inherit', output, 'inherit'] }).status ?? 1;
}

/**
 * Runs npm beside others that run, and keeps what it prints.
 *
 * @param {string[]} npmArguments
 * @returns {Promise<{ status: number, output: string }>}
 */
export function startNpm(npmArguments) {
  const { command, commandArguments, options } = npmCommand(npmArguments);
  const npm = spawn(command, commandArguments, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [npm.stdout, npm.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
  }
  return new Promise((resolve) => {
    npm.once('error', (error) => resolve({ status: 1, output: `${error.message}\n` }));
    npm.once('close', (status) => resolve({ status: status ?? 1, output }));
  });
}

/**
 * The npm that started this process is used again where there is one.
 *
 * @param {string[]} npmArguments
 */
function npmCommand(npmArguments) {
  const startedBy = process.env.npm_execpath;
  const known = startedBy?.endsWith('.js');
  return {
    command: known ? process.execPath : 'npm',
    commandArguments: known ? [/** @type {string} */ (startedBy), ...npmArguments] : npmArguments,
    options: {
      cwd: projectFolder,
      // npm is a batch file on Windows, which only a shell can start.
      shell: !known && process.platform === 'win32',
    },
  };
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
  if (major > 22 || (major === 22 && minor >= 12) || (major === 20 && minor >= 19)) return;
  process.stderr.write(`meanfield needs Node 20.19, 22.12 or 24, or a newer one; this is ${process.versions.node}.\n`);
  process.exit(1);
}
