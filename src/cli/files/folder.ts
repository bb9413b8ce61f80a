// SPDX-License-Identifier: MIT

import { mkdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { about, Failure, isSystemError } from '../failure.js';

/**
 * Makes a folder, and those above it, where they are not there. One by one: where a file system can't be written to, Node's own recursive
 * call says that there is no such file.
 *
 * @throws Failure that names the folder that could not be made, and why.
 */
export async function makeFolder(folder: string): Promise<void> {
  const missing: string[] = [];
  for (let at = folder; !(await about(at, () => isFolder(at))); at = path.dirname(at)) {
    missing.unshift(at);
    if (at === path.dirname(at)) break;
  }
  for (const at of missing) await about(at, () => makeOne(at));
}

async function makeOne(folder: string): Promise<void> {
  try {
    await mkdir(folder);
  } catch (error) {
    // Another program may have been faster.
    if (!isSystemError(error, 'EEXIST') || !(await isFolder(folder))) throw error;
  }
}

async function isFolder(folder: string): Promise<boolean> {
  const status = await ifThere(stat(folder));
  if (status && !status.isDirectory()) throw new Failure('is a file, expected a folder');
  return status !== undefined;
}

/** What reading a file gives, or undefined where there is none; throws where there is one that can't be read. */
export async function ifThere<Result>(reading: Promise<Result>): Promise<Result | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return undefined;
    throw error;
  }
}
