// SPDX-License-Identifier: MIT

import { readFile } from 'node:fs/promises';
import path from 'node:path';
import * as ort from 'onnxruntime-web/wasm';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { Pipeline, type PipelineOptions } from '../../../src/pipeline/index.js';
import { loadCpuOnnxruntime } from '../../../src/pipeline/runtime/onnxruntime-cpu.js';
import { checkOnnxruntimeOptions } from '../../../src/pipeline/runtime/options.js';
import { ArgumentError, DeviceError } from '../../../src/problem/errors.js';

const wasm = path.resolve(
  import.meta.dirname,
  '../../../node_modules/onnxruntime-web/dist/ort-wasm-simd-threaded.wasm',
);

afterEach(() => {
  vi.unstubAllGlobals();
});

type Given = NonNullable<PipelineOptions['onnxruntime']>;

describe("the user's own onnxruntime-web", () => {
  test('runs the network, and keeps its settings', async () => {
    const calls: string[] = [];
    // In this copy, whose threads can't start here.
    ort.env.wasm.numThreads = 1;
    const env = { wasm: { numThreads: 2 }, logLevel: 'warning' };
    const InferenceSession = {
      create: async (...given: Parameters<typeof ort.InferenceSession.create>) => {
        calls.push('create');
        return ort.InferenceSession.create(...given);
      },
    };
    const module = { InferenceSession, Tensor: ort.Tensor, env } as unknown as typeof ort;
    const pipeline = await Pipeline.create({ backend: 'cpu', onnxruntime: { module: async () => module } });
    await pipeline.segment({ width: 8, height: 8, data: new Uint8ClampedArray(256) });
    await pipeline.destroy();
    expect(calls).not.toEqual([]);
    expect(env).toEqual({ wasm: { numThreads: 2 }, logLevel: 'warning' });
  });

  test('is loaded once, beside the one of the package', async () => {
    const module = vi.fn(async () => ({ ...ort }));
    const [first, again] = await Promise.all([loadCpuOnnxruntime({ module }), loadCpuOnnxruntime({ module })]);
    expect(again).toBe(first);
    expect(module).toHaveBeenCalledTimes(1);
    expect(await loadCpuOnnxruntime()).not.toBe(first);
    const other = { ...ort };
    expect(await loadCpuOnnxruntime({ module: other })).toBe(other);
  });

  test('that cannot be loaded may be loaded later', async () => {
    const module = vi.fn(async (): Promise<typeof ort> => {
      throw new Error('no such file');
    });
    await expect(loadCpuOnnxruntime({ module })).rejects.toThrow(DeviceError);
    await expect(loadCpuOnnxruntime({ module })).rejects.toThrow(
      'onnxruntime.module could not be loaded: no such file',
    );
    module.mockImplementation(async () => ort);
    await loadCpuOnnxruntime({ module });
    expect(module).toHaveBeenCalledTimes(3);
  });

  test.each([[null], ['onnxruntime-web'], [{}], [{ InferenceSession: ort.InferenceSession }], [{ ...ort, env: {} }]])(
    'cannot be %o',
    async (module) => {
      const given = module as unknown as NonNullable<Given['module']>;
      const expected = 'onnxruntime.module: got ';
      await expect(Pipeline.create({ onnxruntime: { module: given } })).rejects.toThrow(ArgumentError);
      await expect(Pipeline.create({ onnxruntime: { module: given } })).rejects.toThrow(expected);
      await expect(loadCpuOnnxruntime({ module: async () => given as typeof ort })).rejects.toThrow(expected);
    },
  );
});

describe('a folder of WebAssembly files', () => {
  test('is asked for the file of the build that runs', async () => {
    const asked: string[] = [];
    const bytes = await readFile(wasm);
    vi.resetModules();
    vi.stubGlobal('fetch', async (address: URL) => {
      asked.push(String(address));
      return new Response(bytes);
    });
    const fresh = await import('../../../src/pipeline/runtime/onnxruntime-cpu.js');
    const { wasmFolder } = checkOnnxruntimeOptions({ wasmFolder: 'https://example.org/ort' });
    const runtime = await fresh.loadCpuOnnxruntime({ wasmFolder: String(wasmFolder) });
    expect(asked).toEqual(['https://example.org/ort/ort-wasm-simd-threaded.wasm']);
    expect(runtime.env.wasm.wasmBinary).toEqual(new Uint8Array(bytes).buffer);
    delete runtime.env.wasm.wasmBinary;
  });

  test("is told to the user's own copy, which knows what it needs", async () => {
    const module = { ...ort, env: { ...ort.env, wasm: {} as typeof ort.env.wasm } };
    await loadCpuOnnxruntime({
      module,
      ...checkOnnxruntimeOptions({ wasmFolder: new URL('https://example.org/ort/') }),
    });
    expect(module.env.wasm).toEqual({ wasmPaths: 'https://example.org/ort/' });
  });

  test.each([[''], ['ort/'], [5], [null], ['https://example.org/ort/?a']])('cannot be %o', (wasmFolder) => {
    expect(() => checkOnnxruntimeOptions({ wasmFolder })).toThrow('onnxruntime.wasmFolder: got');
  });

  test('does not go with the address of one file', () => {
    const both = { wasmFolder: 'https://example.org/ort/', cpuWasm: 'https://example.org/a.wasm' };
    expect(() => checkOnnxruntimeOptions(both)).toThrow('expected none beside wasm and cpuWasm');
  });
});
