// SPDX-License-Identifier: MIT

// A thread that runs a TypeScript program of this repository, a path from its root: `program` of the thread's data.

import { workerData } from 'node:worker_threads';
import { importTypeScript } from './typescript.mjs';

await importTypeScript(workerData.program);
