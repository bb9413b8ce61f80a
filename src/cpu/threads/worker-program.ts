// SPDX-License-Identifier: MIT

import { looks, mostGiven, word } from './control.js';

/** What helpers are told: all there is, so that no message depends on another. */
export interface PoolMessage {
  number: number;
  index: number;
  words: Int32Array;
  numbers: Float64Array;
  members: readonly { id: number; compiled: WebAssembly.Module; memory: WebAssembly.Memory }[];
  stageNames: readonly string[];
}

/**
 * What runs in a helper, as text, so that no bundler has to find a file, and for both kinds of thread. A message comes only when
 * nobody waits: the loop ends when there is one.
 */
export const workerProgram = `'use strict';
const port = typeof require === 'function' ? require('node:worker_threads').parentPort : self;
const known = new Map();

port.onmessage = ({ data: { number, index, words, numbers, members, stageNames } }) => {
  for (const id of known.keys()) if (!members.some((member) => member.id === id)) known.delete(id);
  for (const { id, compiled, memory } of members) {
    if (known.has(id)) continue;
    const { exports } = new WebAssembly.Instance(compiled, { env: { memory } });
    known.set(id, stageNames.map((name) => exports[name]));
  }
  port.postMessage(number);
  while (Atomics.load(words, ${word.posted}) === number) {
    const round = Atomics.load(words, ${word.round});
    Atomics.add(words, ${word.inside}, 1);
    if (Atomics.load(words, ${word.open}) === 1) takeParts(index, words, numbers);
    if (Atomics.sub(words, ${word.inside}, 1) === 1) Atomics.notify(words, ${word.inside});
    let left = ${looks};
    while (left > 0 && Atomics.load(words, ${word.round}) === round) left--;
    Atomics.wait(words, ${word.round}, round);
  }
};

function takeParts(index, words, numbers) {
  const stages = known.get(words[${word.member}]);
  if (stages === undefined || index >= words[${word.helpers}]) return;
  const stage = stages[words[${word.stage}]];
  const given = numbers.subarray(0, words[${word.givenCount}]);
  const length = words[${word.length}];
  const part = words[${word.part}];
  const threads = words[${word.helpers}] + 1;
  const parts = Math.ceil(length / part);
  try {
    for (let turn = 0; turn < threads; turn++) {
      const block = (index + 1 + turn) % threads;
      const end = Math.floor(((block + 1) * parts) / threads);
      for (;;) {
        const from = Atomics.add(words, ${word.blocks} + block, 1) * part;
        if (from >= end * part) break;
        const result = stage(...given, from, Math.min(from + part, length)) ?? 0;
        if (result > numbers[${mostGiven} + index]) numbers[${mostGiven} + index] = result;
      }
    }
  } catch {
    Atomics.store(words, ${word.failed}, 1);
  }
}
`;
