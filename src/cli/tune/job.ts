// SPDX-License-Identifier: MIT

import {
  ExampleCounter,
  type ExampleCounterOptions,
  type ExampleTallies,
  type TuneExample,
} from '../../analysis/index.js';
import type { Kernel } from '../../index.js';

/** One example, and the sets of kernels that are tried on it. Plain data and arrays. */
export interface TuneCountJob {
  options: Pick<ExampleCounterOptions, 'labelCount' | 'ignore' | 'countAs' | 'objective'> & {
    backend: 'webgpu' | 'cpu';
  };
  example: TuneExample;
  kernels: readonly (readonly Kernel[])[];
  /** Rising. */
  iterations: readonly number[];
}

/** Kept from job to job: compiling shaders takes longer than refining. */
let kept: { key: string; counter: ExampleCounter } | undefined;

/** Runs in the page for WebGPU and in Node for the CPU. Only counts go back: label maps are far larger. */
export async function runTuneCountJob({
  options,
  example,
  kernels,
  iterations,
}: TuneCountJob): Promise<ExampleTallies> {
  const key = JSON.stringify(options);
  if (kept?.key !== key) {
    kept?.counter.destroy();
    kept = { key, counter: new ExampleCounter(options) };
  }
  return await kept.counter.count(example, kernels, iterations);
}
