// SPDX-License-Identifier: MIT

import { DeviceError } from '../../problem/errors.js';
import { bytesOfWasm, type Onnxruntime, type OnnxruntimeOptions } from './onnxruntime.js';

let loading: Promise<Onnxruntime> | undefined;

/**
 * onnxruntime-web's build for the CPU alone, loaded once. It never suspends its WebAssembly, which the builds for WebGPU do: in Node, V8
 * spends half a minute optimising one function of theirs.
 */
export function loadCpuOnnxruntime(options: OnnxruntimeOptions = {}): Promise<Onnxruntime> {
  loading ??= load(options).catch((error) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

async function load({ cpuWasm }: OnnxruntimeOptions): Promise<Onnxruntime> {
  const wasmBinary = await bytesOfWasm(cpuWasm);
  let runtime: Onnxruntime;
  try {
    runtime = await import('onnxruntime-web/wasm');
  } catch (error) {
    throw new DeviceError(
      `onnxruntime-web could not be loaded: is the package installed and bundled? (${(error as Error).message})`,
    );
  }
  if (wasmBinary) runtime.env.wasm.wasmBinary = wasmBinary;
  // Sums in one order, whatever the machine; several processes make better use of its cores.
  runtime.env.wasm.numThreads = 1;
  runtime.env.logLevel = 'error';
  return runtime;
}
