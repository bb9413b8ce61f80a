// SPDX-License-Identifier: MIT

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { projectFolder } from './setup.mjs';

/**
 * A hash of files and of all in folders, 16 hexadecimal digits: what is made from them is the same as long as it is.
 *
 * @param {Iterable<string>} names of files and folders, from the repository's root
 * @param {RegExp} [matching] names of files in the folders; others don't count
 */
export function hashOfSources(names, matching = /./) {
  const hash = createHash('sha256');
  for (const name of names) {
    for (const file of filesOf(name, matching)) {
      hash.update(`${file}\0`).update(readFileSync(path.join(projectFolder, file)));
    }
  }
  return hash.digest('hex').slice(0, 16);
}

/**
 * @param {string} name
 * @param {RegExp} matching
 * @returns {string[]}
 */
function filesOf(name, matching) {
  const file = path.join(projectFolder, name);
  if (!statSync(file).isDirectory()) return [name];
  return readdirSync(file, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && matching.test(entry.name))
    .map((entry) => path.relative(projectFolder, path.join(entry.parentPath, entry.name)))
    .sort();
}
