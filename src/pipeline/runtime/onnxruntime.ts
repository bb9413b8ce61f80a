// SPDX-License-Identifier: MIT

import { create, toBinary } from '@bufbuild/protobuf';
import { DeviceError } from '../../problem/errors.js';
import { ModelProtoSchema } from '../onnx/schema_pb.js';
import { withTappedConsole } from './console-tap.js';
import { LoadOnce, type Onnxruntime } from './load-once.js';
import { inTurn } from './lock.js';
import type { OnnxruntimeOptions } from './options.js';

export type { Onnxruntime };

const builds = new LoadOnce();

/**
 * onnxruntime-web with its WebGPU provider, loaded once. Takes the build that suspends WebAssembly natively where the browser can
 * (smaller and faster), else the one made with asyncify. The package's default build and `/all` ignore a shared device.
 */
export function loadOnnxruntime(options: OnnxruntimeOptions = {}): Promise<Onnxruntime> {
  const suspends = 'Suspending' in WebAssembly;
  return builds.load({
    options,
    wasm: options.wasm,
    fileName: `ort-wasm-simd-threaded.${suspends ? 'jspi' : 'asyncify'}.wasm`,
    import: () => (suspends ? import('onnxruntime-web/jspi') : import('onnxruntime-web/webgpu')),
    prepare: (runtime, isOwn) => {
      // More threads need cross-origin isolation, and help nothing on the GPU.
      if (isOwn) runtime.env.wasm.numThreads = 1;
      return inTurn(() => withTappedConsole(() => start(runtime)));
    },
  });
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
