// SPDX-License-Identifier: MIT

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { architectureFile, withBufferTable } from '../../../scripts/buffer-table.js';

test('ARCHITECTURE.md lists the buffers that the plan has', () => {
  const text = readFileSync(path.resolve(import.meta.dirname, '../../..', architectureFile), 'utf8');
  expect(text, 'run `npm run generate:architecture`').toBe(withBufferTable(text));
});
