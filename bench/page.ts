// SPDX-License-Identifier: MIT

import { BenchWorker, type Task } from './worker.js';

/** What runs in the browser. Image and logits lie at the page's server: the debugging protocol would take them as JSON. */
class PageWorker extends BenchWorker {
  async openHere(task: Task): Promise<number> {
    const [image, logits] = await Promise.all([0, 1].map(download));
    return this.open(task, new Uint8ClampedArray(image), new Float32Array(logits));
  }
}

async function download(index: number): Promise<ArrayBuffer> {
  return (await fetch(`arrays/${index}`)).arrayBuffer();
}

export type { PageWorker };

Object.assign(globalThis, { meanfieldBench: new PageWorker() });
