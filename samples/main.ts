// SPDX-License-Identifier: MIT

// npm run generate:samples: writes the pictures that the project draws itself.

import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { encode } from 'fast-png';
import { drawNuclei } from './draw-nuclei.js';

const { width, height, grey } = drawNuclei();
const png = encode({ width, height, channels: 1, depth: 8, data: grey });
await writeFile(path.join(import.meta.dirname, 'nuclei.png'), png);
