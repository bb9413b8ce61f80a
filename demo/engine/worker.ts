// SPDX-License-Identifier: MIT

import { Engine } from './engine.js';
import type { Answer, FromWorker, Task, ToWorker } from './protocol.js';
import { wordsOf } from './words.js';

const post = (message: FromWorker) => postMessage(message);

const engine = new Engine({
  news: (news) => post({ kind: 'news', news }),
  loading: (progress) => post({ kind: 'loading', progress }),
});

addEventListener('message', ({ data }: MessageEvent<ToWorker>) => {
  if (data.kind === 'interrupt') engine.interrupt();
  else if (data.kind === 'cancel loading') engine.cancelLoading();
  else void answer(data).then(post);
});

async function answer(task: Task): Promise<Answer> {
  try {
    if (task.kind === 'refine') return { kind: 'refinement', refinement: await engine.refine(task.job) };
    if (task.kind === 'instances') return { kind: 'instances', instances: await engine.count(task.job) };
    if (task.kind === 'study') return { kind: 'convergence', convergence: await engine.study() };
    return { kind: 'benchmark', benchmark: await engine.benchmark(task.runs) };
  } catch (error) {
    return { kind: 'error', error: wordsOf(error) };
  }
}
