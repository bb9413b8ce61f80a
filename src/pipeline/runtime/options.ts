// SPDX-License-Identifier: MIT

import { ArgumentError } from '../../problem/errors.js';
import { reading, readOptions } from '../../problem/reading.js';
import { checkFolderAddress } from '../folder-address.js';

/** onnxruntime-web, or one of its other entry points, as `import * as` gives it. */
export interface OnnxruntimeModule {
  /** What makes a network ready. */
  readonly InferenceSession: { create(...given: never[]): Promise<unknown> };
  /** What takes a network's inputs. */
  readonly Tensor: object;
  /** Its settings. */
  readonly env: object;
}

/** How onnxruntime-web is loaded. */
export interface OnnxruntimeOptions {
  /**
   * Your own copy of onnxruntime-web, for a page that has one already, or what loads it: `() => import('onnxruntime-web/webgpu')`. On WebGPU it must be a
   * build with that provider. It stays as you set it up, but for where its WebAssembly is, if that is said here. Default: what the bundler finds
   * as `onnxruntime-web`.
   */
  module?: OnnxruntimeModule | (() => Promise<OnnxruntimeModule>);
  /**
   * Address of a folder with onnxruntime-web's WebAssembly files, `ort-wasm-simd-threaded*.wasm` of its `dist`, of the same version. Relative to the page.
   * Not with `wasm` or `cpuWasm`, which say it of one file.
   */
  wasmFolder?: string | URL;
  /**
   * Address of `ort-wasm-simd-threaded.jspi.wasm`, or of the `asyncify` build where `'Suspending' in WebAssembly` is false, or its bytes.
   * Default: what the bundler made of onnxruntime-web's own reference to that file. Never a CDN.
   */
  wasm?: string | URL | ArrayBuffer;
  /** The same for `ort-wasm-simd-threaded.wasm`, which runs networks where there is no WebGPU. */
  cpuWasm?: string | URL | ArrayBuffer;
}

/** Throws ArgumentError. `wasmFolder` is absolute in the result. */
export function checkOnnxruntimeOptions(options: unknown): OnnxruntimeOptions & { wasmFolder?: string } {
  const given = readOptions('onnxruntime', options, ['module', 'wasmFolder', 'wasm', 'cpuWasm']);
  const { module, wasmFolder, wasm, cpuWasm } = given;
  if (wasmFolder !== undefined && (wasm !== undefined || cpuWasm !== undefined)) {
    throw new ArgumentError('onnxruntime.wasmFolder', wasmFolder, 'none beside wasm and cpuWasm');
  }
  return {
    ...(module === undefined ? undefined : { module: checkModule(module) }),
    ...(wasmFolder === undefined
      ? undefined
      : { wasmFolder: checkFolderAddress('onnxruntime.wasmFolder', wasmFolder) }),
    ...(wasm === undefined ? undefined : { wasm: checkWasm('onnxruntime.wasm', wasm) }),
    ...(cpuWasm === undefined ? undefined : { cpuWasm: checkWasm('onnxruntime.cpuWasm', cpuWasm) }),
  };
}

function checkModule(module: unknown): NonNullable<OnnxruntimeOptions['module']> {
  return typeof module === 'function' ? (module as () => Promise<OnnxruntimeModule>) : checkLoadedModule(module);
}

/** Throws ArgumentError for what is no onnxruntime-web. */
export function checkLoadedModule(module: unknown): OnnxruntimeModule {
  const argument = 'onnxruntime.module';
  const isRuntime = reading(argument, module, () => {
    const { InferenceSession, Tensor, env } = Object(module) as Partial<OnnxruntimeModule> & {
      env?: { wasm?: unknown };
    };
    return (
      typeof InferenceSession?.create === 'function' && typeof Tensor === 'function' && typeof env?.wasm === 'object'
    );
  });
  if (isRuntime) return module as OnnxruntimeModule;
  throw new ArgumentError(
    argument,
    module,
    "all that 'onnxruntime-web' exports, or a function that gives a promise of it",
  );
}

function checkWasm(argument: string, wasm: unknown): string | URL | ArrayBuffer {
  const isBytes = reading(argument, wasm, () => wasm instanceof ArrayBuffer || wasm instanceof URL);
  if (isBytes || (typeof wasm === 'string' && wasm !== '')) return wasm as string | URL | ArrayBuffer;
  throw new ArgumentError(argument, wasm, 'an address, or an ArrayBuffer');
}
