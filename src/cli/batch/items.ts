// SPDX-License-Identifier: MIT

import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { about, Failure } from '../failure.js';

/**
 * The files of a folder and the folders below it, by name: the path below the folder, with / between its parts and without the ending, so
 * that `val/a.npy` of one folder belongs to `val/a.png` of another. Hidden files are left out. A file stands for itself, under its own name.
 *
 * @param endings in lower case, with their dots. Other files are left out.
 * @returns sorted by code units, the same on every machine.
 * @throws Failure where the folder can't be read, or two of its files have one name.
 */
export async function listItems(source: string, endings: readonly string[]): Promise<Map<string, string>> {
  return await about(source, async () => {
    const isFolder = (await stat(source)).isDirectory();
    const folder = isFolder ? source : path.dirname(source);
    const files = isFolder ? await filesBelow(source) : [path.basename(source)];
    const items = new Map<string, string>();
    for (const file of files.sort(byCodeUnits)) {
      const ending = endings.find((candidate) => file.toLowerCase().endsWith(candidate));
      if (ending === undefined) continue;
      const name = file.slice(0, -ending.length);
      const other = items.get(name);
      if (other !== undefined) {
        throw new Failure(
          `${path.basename(other)} and ${path.basename(file)} have one name; expected one file of each name`,
        );
      }
      items.set(name, path.join(folder, file));
    }
    return new Map([...items].sort(([a], [b]) => byCodeUnits(a, b)));
  });
}

/**
 * The same for several folders and files together.
 *
 * @throws Failure where two of them have files of one name.
 */
export async function listItemsOf(
  sources: readonly string[],
  endings: readonly string[],
): Promise<Map<string, string>> {
  const items = new Map<string, string>();
  for (const source of sources) {
    for (const [name, file] of await listItems(source, endings)) {
      const other = items.get(name);
      if (other !== undefined && path.resolve(other) !== path.resolve(file)) {
        throw new Failure(`${other} and ${file} have one name, ${name}; expected files of different names`);
      }
      items.set(name, file);
    }
  }
  return new Map([...items].sort(([a], [b]) => byCodeUnits(a, b)));
}

/** Whether a path is a single file and no folder. */
export async function isFile(source: string): Promise<boolean> {
  return await about(source, async () => (await stat(source)).isFile());
}

export function byCodeUnits(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() || entry.isSymbolicLink())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'))
    .filter((file) => !file.split('/').some((part) => part.startsWith('.')));
}
