// SPDX-License-Identifier: MIT

import { env, InferenceSession, Tensor } from 'onnxruntime-web';

// Two threads of onnxruntime would compete with vitest's own; and it warns of what it cannot know here.
env.wasm.numThreads = 1;
env.logLevel = 'error';

/** An array and its dimensions. */
export interface Values {
  data: Float32Array;
  dims: readonly number[];
}

/** A network on onnxruntime's wasm provider: the quick reference for its numbers. */
export async function wasmSession(bytes: Uint8Array): Promise<{
  run(inputs: Record<string, Values>): Promise<Record<string, Values>>;
  release(): Promise<void>;
}> {
  const session = await InferenceSession.create(bytes, { executionProviders: ['wasm'] });
  return {
    async run(inputs) {
      const feeds = Object.entries(inputs).map(([name, { data, dims }]) => [name, new Tensor('float32', data, dims)]);
      const outputs = await session.run(Object.fromEntries(feeds));
      const values = Object.entries(outputs).map(([name, { data, dims }]) => [name, { data, dims }]);
      return Object.fromEntries(values);
    },
    release: () => session.release(),
  };
}
