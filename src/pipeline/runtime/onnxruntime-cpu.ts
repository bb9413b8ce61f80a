// SPDX-License-Identifier: MIT

import { LoadOnce, type Onnxruntime } from './load-once.js';
import type { OnnxruntimeOptions } from './options.js';

const builds = new LoadOnce();

/**
 * onnxruntime-web's build for the CPU alone, loaded once. It never suspends its WebAssembly, which the builds for WebGPU do: in Node, V8
 * spends half a minute optimising one function of theirs.
 */
export function loadCpuOnnxruntime(options: OnnxruntimeOptions = {}): Promise<Onnxruntime> {
  return builds.load({
    options,
    wasm: options.cpuWasm,
    fileName: 'ort-wasm-simd-threaded.wasm',
    import: () => import('onnxruntime-web/wasm'),
    prepare: ({ env }, isOwn) => {
      if (!isOwn) return;
      // Sums in one order, whatever the machine; several processes make better use of its cores.
      env.wasm.numThreads = 1;
      env.logLevel = 'error';
    },
  });
}
