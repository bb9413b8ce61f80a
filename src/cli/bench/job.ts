// SPDX-License-Identifier: MIT

import {
  DenseCrf,
  type ProblemSize,
  type RefineInput,
  type Refiner,
  requestDevice,
  type StageTiming,
  type TuningEntry,
  type TuningTable,
  tuneDevice,
} from '../../index.js';
import { copyBandwidth } from './bandwidth.js';

export interface BenchTask extends ProblemSize {
  backend: 'webgpu' | 'cpu';
  /** Of the CPU backend; undefined: its own choice. */
  threads: number | undefined;
  /** Timestamps a stage, in passes of their own: a little slower than without. */
  profile: boolean;
  /** Shapes of the shaders; the engine's own choice where it is null. */
  tuning: TuningTable | null;
}

/** What a problem came to, where the backend can tell. */
export interface BenchFacts {
  adapterName: string;
  /** That the CPU backend worked on; null on WebGPU. */
  threads: number | null;
  /** False where `profile` can say nothing: the device has no timestamp-query. */
  hasTimestamps: boolean;
  vertexCounts: (number | null)[];
  dispatchesPerIteration: number | null;
  bytesHeld: number | null;
  bytesMovedPerIteration: number | null;
  multiplyAddsPerIteration: number | null;
  /** Shapes of the shaders, a kernel after the other; empty on the CPU. */
  shapes: readonly TuningEntry[];
}

/** One of the bench's methods, and what it takes: plain data and arrays. */
export interface BenchJob {
  method: BenchMethod;
  values: readonly unknown[];
}

export type BenchMethod = 'open' | 'build' | 'iterate' | 'stages' | 'facts' | 'tune' | 'bandwidth' | 'close';

/** Measures one problem at a time. The same code in a page and in Node; all times are wall milliseconds. */
export class Bench {
  private crf: Refiner | undefined;
  private device: GPUDevice | undefined;
  private input: RefineInput = {};
  private vertexCounts: (number | null)[] = [];

  /** From nothing to the first result: device, compilation, buffers, lattices, one iteration. */
  async open(
    { backend, threads, profile, tuning, ...size }: BenchTask,
    image: Uint8ClampedArray,
    logits: Float32Array,
  ): Promise<number> {
    this.input = { image: { data: image, width: size.width, height: size.height }, unary: { logits } };
    return this.timed(async () => {
      this.device = backend === 'webgpu' ? await ownDevice() : undefined;
      this.crf = await DenseCrf.create({
        ...size,
        backend,
        profile,
        ...(tuning && { tuning }),
        ...(threads === undefined ? undefined : { threads }),
        ...(this.device && { device: this.device }),
      });
      await this.crf.start(this.input);
      this.vertexCounts = [...(await this.crf.step(1)).vertexCounts];
    });
  }

  /** A new image and new logits: upload, lattices that depend on it, n, Q = softmax(-unary). */
  async build(): Promise<number> {
    return this.timed(async () => {
      await this.opened.start(this.input);
      // The CPU twin builds lattices when they are first asked for.
      await this.opened.step(0);
    });
  }

  async iterate(count: number): Promise<number> {
    return this.timed(() => this.opened.step(count));
  }

  /** GPU time of each stage of a build and `count` iterations; empty without timestamps. */
  async stages(count: number): Promise<readonly StageTiming[]> {
    await this.opened.start(this.input);
    return (await this.opened.step(count)).timings;
  }

  async facts(): Promise<BenchFacts> {
    const crf = this.opened;
    return {
      adapterName: crf.adapterName,
      threads: crf.threads ?? null,
      hasTimestamps: this.device?.features.has('timestamp-query') ?? false,
      vertexCounts: this.vertexCounts,
      dispatchesPerIteration: crf.dispatchesPerIteration ?? null,
      bytesHeld: crf.bytes ?? null,
      bytesMovedPerIteration: (await crf.bytesMovedPerIteration?.()) ?? null,
      multiplyAddsPerIteration: (await crf.multiplyAddsPerIteration?.()) ?? null,
      shapes: crf.tuning?.entries ?? [],
    };
  }

  /** The fastest shapes for a size, from `budget` milliseconds of measurement. */
  async tune({ width, height, labelCount }: ProblemSize, budget: number): Promise<TuningTable> {
    return tuneDevice({ width, height, labelCount, budget });
  }

  /** Bytes a second that a copy between two buffers reads and writes, of five measurements the best. */
  async bandwidth(): Promise<number> {
    const device = await ownDevice();
    try {
      return await copyBandwidth(device);
    } finally {
      device.destroy();
    }
  }

  /** null: an answer from a page is never undefined. */
  async close(): Promise<null> {
    this.crf?.destroy();
    this.device?.destroy();
    this.crf = undefined;
    this.device = undefined;
    return null;
  }

  private get opened(): Refiner {
    if (!this.crf) throw new Error('nothing is open');
    return this.crf;
  }

  /** Until the GPU has done it: submitted work is not yet done. */
  private async timed(work: () => Promise<unknown>): Promise<number> {
    const start = performance.now();
    await work();
    await this.device?.queue.onSubmittedWorkDone();
    return performance.now() - start;
  }
}

/** The library's own device could not be waited for: this one belongs to the measurement. */
async function ownDevice(): Promise<GPUDevice> {
  const acquired = await requestDevice();
  if (!acquired) throw new Error('there is no WebGPU adapter');
  return acquired.device;
}

/** The page has one. */
const benchOfPage = new Bench();

/** Runs in the page. */
export async function runBenchJob({ method, values }: BenchJob): Promise<unknown> {
  return await (benchOfPage[method] as (...given: readonly unknown[]) => Promise<unknown>).apply(benchOfPage, [
    ...values,
  ]);
}
