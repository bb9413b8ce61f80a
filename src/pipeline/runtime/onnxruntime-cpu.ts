// SPDX-License-Identifier: MIT

import { DeviceError } from '../../problem/errors.js';
import type { Onnxruntime } from './onnxruntime.js';

let loading: Promise<Onnxruntime> | undefined;

/**
 * onnxruntime-web's build for the CPU alone, loaded once. It never suspends its WebAssembly, which the builds for WebGPU do: in Node, V8
 * spends half a minute optimising one function of theirs.
 */
export function loadCpuOnnxruntime(): Promise<Onnxruntime> {
  loading ??= load().catch((error) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

async function load(): Promise<Onnxruntime> {
  let runtime: Onnxruntime;
  try {
    runtime = await import('onnxruntime-web/wasm');
  } catch (error) {
    throw new DeviceError(
      `onnxruntime-web could not be loaded: is the package installed and bundled? (${(error as Error).message})`,
    );
  }
  // Sums in one order, whatever the machine; several processes make better use of its cores.
  runtime.env.wasm.numThreads = 1;
  runtime.env.logLevel = 'error';
  return runtime;
}
