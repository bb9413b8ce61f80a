// SPDX-License-Identifier: MIT

// npm run generate:models: writes the networks that the project makes or converts itself.

import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { colourPromptModel } from './colour-prompt.js';
import { personFiles } from './person-files.js';

const folder = path.join(import.meta.dirname, '..');
await writeFile(path.join(folder, 'colour-prompt.onnx'), colourPromptModel());
for (const [name, bytes] of Object.entries(personFiles())) await writeFile(path.join(folder, name), bytes);
