// SPDX-License-Identifier: MIT

import { create, toBinary } from '@bufbuild/protobuf';
import { ArgumentError, DeviceError } from '../../problem/errors.js';
import { reading, readOptions } from '../../problem/reading.js';
import { ModelProtoSchema } from '../onnx/schema_pb.js';
import { withTappedConsole } from './console-tap.js';
import { inTurn } from './lock.js';

export type Onnxruntime = typeof import('onnxruntime-web');

/** How onnxruntime-web is loaded. */
export interface OnnxruntimeOptions {
  /**
   * Address of `ort-wasm-simd-threaded.jspi.wasm`, or of the `asyncify` build where `'Suspending' in WebAssembly` is false, or its bytes.
   * Default: what the bundler made of onnxruntime-web's own reference to that file. Never a CDN.
   */
  wasm?: string | URL | ArrayBuffer;
  /** The same for `ort-wasm-simd-threaded.wasm`, which runs networks where there is no WebGPU. */
  cpuWasm?: string | URL | ArrayBuffer;
}

/** Throws ArgumentError. */
export function checkOnnxruntimeOptions(options: unknown): OnnxruntimeOptions {
  const { wasm, cpuWasm } = readOptions('onnxruntime', options, ['wasm', 'cpuWasm']);
  return {
    ...(wasm === undefined ? undefined : { wasm: checkWasm('onnxruntime.wasm', wasm) }),
    ...(cpuWasm === undefined ? undefined : { cpuWasm: checkWasm('onnxruntime.cpuWasm', cpuWasm) }),
  };
}

type Wasm = string | URL | ArrayBuffer;

function checkWasm(argument: string, wasm: unknown): Wasm {
  const isBytes = reading(argument, wasm, () => wasm instanceof ArrayBuffer || wasm instanceof URL);
  if (isBytes || (typeof wasm === 'string' && wasm !== '')) return wasm as Wasm;
  throw new ArgumentError(argument, wasm, 'an address, or an ArrayBuffer');
}

let loading: Promise<Onnxruntime> | undefined;

/**
 * onnxruntime-web with its WebGPU provider, loaded once. Takes the build that suspends WebAssembly natively where the browser can
 * (smaller and faster), else the one made with asyncify. The package's default build and `/all` ignore a shared device.
 */
export function loadOnnxruntime(options: OnnxruntimeOptions = {}): Promise<Onnxruntime> {
  loading ??= load(options).catch((error) => {
    // Nothing is loaded yet that could not be loaded again.
    loading = undefined;
    throw error;
  });
  return loading;
}

async function load({ wasm }: OnnxruntimeOptions): Promise<Onnxruntime> {
  const wasmBinary = await bytesOfWasm(wasm);
  let runtime: Onnxruntime;
  try {
    // Each import names one file, so that bundlers see both.
    runtime =
      'Suspending' in WebAssembly ? await import('onnxruntime-web/jspi') : await import('onnxruntime-web/webgpu');
  } catch (error) {
    throw new DeviceError(
      `onnxruntime-web could not be loaded: is the package installed and bundled? (${(error as Error).message})`,
    );
  }
  const { env } = runtime;
  if (wasmBinary) env.wasm.wasmBinary = wasmBinary;
  // More threads need cross-origin isolation, and help nothing on the GPU.
  env.wasm.numThreads = 1;
  await inTurn(() => withTappedConsole(() => start(runtime)));
  return runtime;
}

/** The WebAssembly starts with the first session: here with a graph of one node. */
async function start(runtime: Onnxruntime): Promise<void> {
  try {
    const session = await runtime.InferenceSession.create(smallestModel(), { executionProviders: ['wasm'] });
    await session.release();
  } catch (error) {
    throw new DeviceError(
      "onnxruntime's WebAssembly did not start: reload the page, or give its address as onnxruntime.wasm " +
        `(${(error as Error).message})`,
    );
  }
}

function smallestModel(): Uint8Array {
  const tensor = (name: string) => ({
    name,
    type: { value: { case: 'tensorType' as const, value: { elemType: 1, shape: { dim: [] } } } },
  });
  return toBinary(
    ModelProtoSchema,
    create(ModelProtoSchema, {
      irVersion: 8n,
      opsetImport: [{ domain: '', version: 13n }],
      graph: {
        name: 'start',
        node: [{ opType: 'Identity', input: ['x'], output: ['y'] }],
        input: [tensor('x')],
        output: [tensor('y')],
      },
    }),
  );
}

/** Undefined: whoever bundles knows where it is. */
export async function bytesOfWasm(wasm: Wasm | undefined): Promise<ArrayBuffer | undefined> {
  return wasm === undefined || wasm instanceof ArrayBuffer ? wasm : await fetchWasm(wasm);
}

const attempts = 3;

/** A failed load inside onnxruntime is for good: so the bytes are brought here, more than once if need be. */
async function fetchWasm(url: string | URL): Promise<ArrayBuffer> {
  let reason = '';
  for (let attempt = 0; attempt < attempts; attempt++) {
    if (attempt > 0) await new Promise((resolve) => setTimeout(resolve, 300 * 4 ** attempt));
    try {
      const response = await fetch(url);
      if (response.ok) return await response.arrayBuffer();
      reason = `HTTP ${response.status}`;
      if (response.status < 500) break;
    } catch (error) {
      reason = (error as Error).message;
    }
  }
  throw new DeviceError(`onnxruntime's WebAssembly could not be fetched from ${url}: ${reason}`);
}
