// SPDX-License-Identifier: MIT

// npm run build: the two packages' modules, the library's into dist/, the command line's into cli/dist/. With --outDir FOLDER the library's
// alone, into that folder.

import path from 'node:path';
import { parseArgs } from 'node:util';
import { ensureInstalled, projectFolder } from './setup.mjs';

await ensureInstalled();

const { buildCommandLine, buildLibrary } = await import('./build-packages.mjs');
const { values } = parseArgs({ options: { outDir: { type: 'string' } } });
await buildLibrary(path.resolve(projectFolder, values.outDir ?? 'dist'));
if (values.outDir === undefined) buildCommandLine(path.join(projectFolder, 'cli/dist'));
