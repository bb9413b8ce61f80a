// SPDX-License-Identifier: MIT

import { readdir, readFile } from 'node:fs/promises';
import { expect } from 'vitest';
import { type CommandResult, type Folder, meanfield } from './command-line.js';

/** All files below a folder, by name. */
export async function filesBelow(folder: string): Promise<Record<string, string>> {
  const names = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  const files = names.map(async ({ parentPath, name }) => {
    const file = `${parentPath}/${name}`;
    return [file.slice(folder.length), await readFile(file, 'base64')] as const;
  });
  return Object.fromEntries(await Promise.all(files));
}

/** Runs the same with different --jobs. All that is written and told must be equal, but for the folder's name. */
export async function expectSameFor(
  folder: Folder,
  run: (out: string, jobs: string) => string[],
  jobs: readonly string[],
): Promise<CommandResult & { files: Record<string, string> }> {
  const results: (CommandResult & { files: Record<string, string> })[] = [];
  for (const count of jobs) {
    const out = folder.file(`jobs-${count}`);
    results.push({ ...(await meanfield(...run(`jobs-${count}`, count))), out: '', files: await filesBelow(out) });
  }
  const [first, ...others] = results;
  expect(Object.keys(first.files).length).toBeGreaterThan(4);
  for (const other of others) expect(other).toEqual(first);
  return first;
}
