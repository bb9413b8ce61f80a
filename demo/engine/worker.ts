// SPDX-License-Identifier: MIT

import { Engine } from './engine.js';
import type { Answer, Job } from './protocol.js';

const engine = new Engine();

addEventListener('message', ({ data }: MessageEvent<Job>) => {
  void answer(data).then((message) => postMessage(message));
});

async function answer(job: Job): Promise<Answer> {
  try {
    return { refinement: await engine.run(job) };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}
