// SPDX-License-Identifier: MIT

// npm run generate:models: writes the networks that the project makes itself.

import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { colourPromptModel } from './colour-prompt.js';

await writeFile(path.join(import.meta.dirname, '../colour-prompt.onnx'), colourPromptModel());
