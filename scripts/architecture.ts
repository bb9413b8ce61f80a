// SPDX-License-Identifier: MIT

// npm run generate:architecture: writes the table of the engine's buffers, from its plan, into ARCHITECTURE.md.

import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { architectureFile, withBufferTable } from './buffer-table.js';

const file = path.resolve(import.meta.dirname, '..', architectureFile);
writeFileSync(file, withBufferTable(readFileSync(file, 'utf8')));
