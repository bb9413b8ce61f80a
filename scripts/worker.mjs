// SPDX-License-Identifier: MIT

// A thread that runs a TypeScript program of this repository, a path from its root: `program` of the thread's data.

import { pathToFileURL } from 'node:url';
import { workerData } from 'node:worker_threads';
import { bundleThread } from './bundle.mjs';

await import(pathToFileURL(await bundleThread(workerData.program)).href);
