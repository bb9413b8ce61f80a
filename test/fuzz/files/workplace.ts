// SPDX-License-Identifier: MIT

import { mkdtempSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

let folder: string | undefined;

/** A file with this content, in a folder of this process that goes when the process does. Its name is one that terminals obey. */
export async function storedFile(name: string, content: string | Uint8Array): Promise<string> {
  if (folder === undefined) {
    const made = mkdtempSync(path.join(tmpdir(), 'meanfield-fuzz-'));
    process.on('exit', () => rmSync(made, { recursive: true, force: true }));
    folder = made;
  }
  const file = path.join(folder, `\u001b[31m${name}`);
  await writeFile(file, content);
  return file;
}
