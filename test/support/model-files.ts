// SPDX-License-Identifier: MIT

import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe } from 'vitest';

/** Networks that are not part of this repository. */
const folder = process.env.MEANFIELD_MODELS;

/** A file in the folder that MEANFIELD_MODELS names. A wrong folder, or one that lacks the file, is an error. */
export function modelFile(name: string): Uint8Array {
  if (folder === undefined) throw new Error('MEANFIELD_MODELS is not set');
  const file = path.join(folder, name);
  if (!existsSync(file)) throw new Error(`MEANFIELD_MODELS: got "${folder}", expected a folder with ${name}`);
  return new Uint8Array(readFileSync(file));
}

/** Tests that need networks from outside; where MEANFIELD_MODELS is not set they are left out, and a line says so. */
export function describeWithModels(name: string, tests: () => void): void {
  if (folder === undefined) process.stderr.write(`Left out, MEANFIELD_MODELS is not set: ${name}\n`);
  describe.skipIf(folder === undefined)(name, tests);
}
