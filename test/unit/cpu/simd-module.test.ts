// SPDX-License-Identifier: MIT

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { compileAssembly, moduleFile } from '../../../scripts/assembly.js';

test('the module is what assembly/ compiles to', async () => {
  const kept = readFileSync(path.join(import.meta.dirname, '../../..', moduleFile), 'utf8');
  expect(await compileAssembly(), 'npm run generate:simd').toBe(kept);
});
