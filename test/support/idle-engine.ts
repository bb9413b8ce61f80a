// SPDX-License-Identifier: MIT

// A program that makes an engine with two threads, and does not destroy it.

import { DenseCrf } from '../../src/index.js';

const crf = await DenseCrf.create({ width: 8, height: 6, labelCount: 2, backend: 'cpu', threads: 2 });
await crf.refine({
  image: { data: new Uint8Array(4 * 48), width: 8, height: 6 },
  unary: { labels: new Uint8Array(48) },
});
process.stdout.write(`${crf.threads} threads\n`);
