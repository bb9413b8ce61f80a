// SPDX-License-Identifier: MIT

import { createHash } from 'node:crypto';
import { readdirSync, rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';

/** Folders of this process's browsers that are still there. */
const profiles = new Set<string>();

/**
 * A folder for a browser's profile, in the temporary folder. Its name has this process's id, so that what a process that was killed left
 * behind is found, and removed, by the next. (Puppeteer's own profiles stay for good then.)
 */
export async function makeProfile(): Promise<string> {
  removeLeftProfiles();
  const folder = await mkdtemp(path.join(tmpdir(), `${prefixOf(process.pid)}`));
  profiles.add(folder);
  removeAtExit();
  return folder;
}

/** When its browser has ended, whose last processes may still be writing. */
export function removeProfile(folder: string): void {
  // Blocks: this process may be at its end. What could not be removed is left for the next.
  removeQuietly(folder, { maxRetries: 20, retryDelay: 25 });
  profiles.delete(folder);
}

/** After puppeteer's listener, which ends the browsers; it is added when a browser is started, and again for the next. */
function removeAtExit(): void {
  if (process.listeners('exit').includes(removeAll)) return;
  process.on('exit', removeAll);
  process.on('newListener', (event, listener) => {
    if (event === 'exit' && listener !== removeAll) queueMicrotask(moveToTheEnd);
  });
}

function moveToTheEnd(): void {
  process.off('exit', removeAll);
  process.on('exit', removeAll);
}

function removeAll(): void {
  for (const folder of profiles) removeProfile(folder);
}

/** Of processes on this computer that are no more. */
function removeLeftProfiles(): void {
  const pattern = new RegExp(`^${prefixOf('(\\d+)')}`);
  for (const name of entriesOf(tmpdir())) {
    const owner = pattern.exec(name)?.[1];
    if (owner === undefined) continue;
    const folder = path.join(tmpdir(), name);
    // A container has the same few process ids each time it starts.
    const isLeft = Number(owner) === process.pid ? !profiles.has(folder) : !isRunning(Number(owner));
    if (isLeft) removeQuietly(folder);
  }
}

/** Containers may share a temporary folder but know nothing of each other's processes: hence the computer's name. */
function prefixOf(processId: number | string): string {
  const host = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);
  return `meanfield-browser-${host}-${processId}-`;
}

function isRunning(processId: number): boolean {
  try {
    return process.kill(processId, 0);
  } catch (error) {
    // Somebody else's process is one too.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function removeQuietly(folder: string, patience: { maxRetries?: number; retryDelay?: number } = {}): void {
  try {
    rmSync(folder, { recursive: true, force: true, ...patience });
  } catch {
    // Another user's, or in use.
  }
}
