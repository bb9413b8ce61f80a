// SPDX-License-Identifier: MIT

import { DeviceError } from '../../problem/errors.js';
import { checkLoadedModule, type OnnxruntimeOptions } from './options.js';
import { bytesOfWasm, type WasmSource } from './wasm-file.js';

export type Onnxruntime = typeof import('onnxruntime-web');

/** What is needed to load one of onnxruntime-web's builds. */
export interface Build {
  options: OnnxruntimeOptions;
  /** Its WebAssembly, where the options say it. */
  wasm: WasmSource | undefined;
  /** Name of that file in a folder. */
  fileName: string;
  /** The build from the package. Each import names one file, so that bundlers see it. */
  import: () => Promise<Onnxruntime>;
  /** What is done with it once; the user's own copy is left as it was set up. */
  prepare: (runtime: Onnxruntime, isOwn: boolean) => Promise<void> | void;
}

/** Loads a build of the package once, and each copy of the user's once. */
export class LoadOnce {
  private readonly loading = new WeakMap<object, Promise<Onnxruntime>>();

  /** Throws DeviceError, and ArgumentError for a `module` that is none. */
  load(build: Build): Promise<Onnxruntime> {
    const key = build.options.module ?? this;
    const known = this.loading.get(key);
    if (known) return known;
    const loading = loadBuild(build).catch((error) => {
      // Nothing is loaded yet that could not be loaded again.
      this.loading.delete(key);
      throw error;
    });
    this.loading.set(key, loading);
    return loading;
  }
}

async function loadBuild(build: Build): Promise<Onnxruntime> {
  const { module, wasmFolder } = build.options;
  const isOwn = module === undefined;
  const inFolder = wasmFolder && isOwn ? new URL(build.fileName, wasmFolder) : undefined;
  const wasmBinary = await bytesOfWasm(build.wasm ?? inFolder);
  const runtime = isOwn ? await importing(build.import) : await givenModule(module);
  const { wasm } = runtime.env;
  if (wasmBinary) wasm.wasmBinary = wasmBinary;
  // Which of the files a copy of the user's needs is known to it alone.
  else if (wasmFolder) wasm.wasmPaths = String(wasmFolder);
  await build.prepare(runtime, isOwn);
  return runtime;
}

async function importing(load: () => Promise<Onnxruntime>): Promise<Onnxruntime> {
  try {
    return await load();
  } catch (error) {
    throw new DeviceError(
      `onnxruntime-web could not be loaded: is the package installed and bundled? (${(error as Error).message})`,
    );
  }
}

async function givenModule(module: NonNullable<OnnxruntimeOptions['module']>): Promise<Onnxruntime> {
  let loaded: unknown = module;
  try {
    if (typeof module === 'function') loaded = await module();
  } catch (error) {
    throw new DeviceError(`onnxruntime.module could not be loaded: ${error instanceof Error ? error.message : error}`);
  }
  // The types are its own: what is used of them has been the same since version 1.30.
  return checkLoadedModule(loaded) as unknown as Onnxruntime;
}
