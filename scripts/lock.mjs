// SPDX-License-Identifier: MIT

// Plain JavaScript without imports from packages: this runs before anything is installed.

import { mkdirSync, readdirSync, readFileSync, rmdirSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';

/** Between two looks at a lock that somebody else has. */
const LOOK_MS = 200;

/** Locks that this process has. */
const held = new Set();

/** So long may a lock be without an owner's name: it is written right after the folder was made. */
const NAMELESS_MS = 10_000;

/**
 * Does some work while no other process does it. The lock is a folder, which only one process can make, with a file in it that names its
 * owner. That of a process that is no more is taken over.
 *
 * @param {string} folder the lock
 * @param {(alsoHeldBy: (processId: number | undefined) => void) => Promise<void>} work may name a process that goes on with the work even when this
 *   one is killed: as long as that runs nobody else begins
 * @param {(owner: string) => void} onWait called once if somebody else has the lock
 */
export async function withLock(folder, work, onWait) {
  await acquire(folder, onWait);
  const own = path.join(folder, ownName());
  try {
    await work((processId) => writeFileSync(own, String(processId ?? '')));
  } finally {
    held.delete(folder);
    unless(['ENOENT'], () => unlinkSync(own));
    unless(['ENOENT', 'ENOTEMPTY'], () => rmdirSync(folder));
  }
}

/**
 * @param {string} folder
 * @param {(owner: string) => void} onWait
 */
async function acquire(folder, onWait) {
  let waited = false;
  while (!tryToAcquire(folder)) {
    const [owner] = ownersOf(folder);
    if (owner !== undefined && !waited) {
      waited = true;
      onWait(owner);
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

/**
 * @param {string} folder
 * @returns {boolean}
 */
function tryToAcquire(folder) {
  if (!unless(['EEXIST'], () => mkdirSync(folder)) && !takeOver(folder)) return false;
  const own = path.join(folder, ownName());
  if (!unless(['ENOENT'], () => writeFileSync(own, ''))) return false;
  // Whoever slept for long between the two steps may have lost the folder to another.
  if (ownersOf(folder).length === 1) {
    held.add(folder);
    return true;
  }
  unless(['ENOENT'], () => unlinkSync(own));
  return false;
}

/**
 * @param {string} folder
 * @returns {boolean} whether its owner is no more, and this process is the one that removed its name
 */
function takeOver(folder) {
  const [owner] = ownersOf(folder);
  if (owner !== undefined) {
    return !isHeld(folder, owner) && unless(['ENOENT'], () => unlinkSync(path.join(folder, owner)));
  }
  // Its owner ended before it wrote its name; or is just about to.
  if (ageOf(folder) > NAMELESS_MS) unless(['ENOENT', 'ENOTEMPTY'], () => rmdirSync(folder));
  return false;
}

/**
 * @param {string} folder
 * @param {string} owner
 */
function isHeld(folder, owner) {
  const [, processId, host] = /^(\d+)@(.*)$/.exec(owner) ?? [];
  // Of another computer's processes nothing is known.
  if (host !== ownHost()) return true;
  // A container has the same few process ids each time it starts.
  if (Number(processId) === process.pid ? held.has(folder) : isRunning(Number(processId))) return true;
  let other = '';
  unless(['ENOENT'], () => {
    other = readFileSync(path.join(folder, owner), 'utf8');
  });
  return other !== '' && isRunning(Number(other));
}

/** @param {number} processId */
function isRunning(processId) {
  try {
    return process.kill(processId, 0);
  } catch (error) {
    // Somebody else's process is one too.
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM';
  }
}

/**
 * @param {string} folder
 * @returns {string[]}
 */
function ownersOf(folder) {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** @param {string} folder */
function ageOf(folder) {
  const status = statSync(folder, { throwIfNoEntry: false });
  return status ? Date.now() - status.mtimeMs : 0;
}

function ownName() {
  return `${process.pid}@${ownHost()}`;
}

function ownHost() {
  return encodeURIComponent(hostname());
}

/**
 * @param {string[]} codes what the system says where another process was faster
 * @param {() => void} step
 * @returns {boolean} whether the step was taken
 */
function unless(codes, step) {
  try {
    step();
    return true;
  } catch (error) {
    if (codes.includes(String(/** @type {NodeJS.ErrnoException} */ (error).code))) return false;
    throw error;
  }
}
