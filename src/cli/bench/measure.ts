// SPDX-License-Identifier: MIT

import type { RgbaImage, TuningTable } from '../../index.js';
import type { Host } from './host.js';
import type { BenchFacts } from './job.js';
import type { BenchCase } from './options.js';
import { pictureOf, smoothLogits } from './problems.js';
import { type Spread, spreadIfAll, spreadOf } from './statistics.js';

/** Iterations that are timed together: one alone is short beside what a call costs. */
export const iterations = 5;

/** Milliseconds of one thing, on the wall and on all processors; null where CPU time can't be told. */
export interface Cost {
  wall: Spread;
  cpu: Spread | null;
}

export interface Measurement extends Omit<BenchFacts, 'hasTimestamps'> {
  case: string;
  backend: 'webgpu' | 'cpu';
  host: string;
  /** From nothing to the first result, once. */
  firstResultMs: number;
  /** New image and logits: upload, lattices, n, start. */
  build: Cost;
  iteration: Cost;
  /** GPU milliseconds by stage, of a build and of `iterations` iterations together; empty without timestamps. */
  stages: { stage: string; milliseconds: Spread }[];
  stageIterations: number;
}

export interface MeasureOptions {
  backend: 'webgpu' | 'cpu';
  /** Of the CPU backend; undefined: its own choice. */
  threads?: number | undefined;
  repeat: number;
  /** Shapes of the shaders; the engine's own choice where there is none. */
  tuning?: TuningTable | null;
}

/** Measures one case: build and iterations apart, then once more with timestamps. */
export async function measure(
  host: Host,
  benchCase: BenchCase,
  photo: RgbaImage,
  { backend, threads, repeat, tuning = null }: MeasureOptions,
): Promise<Measurement> {
  const { name, width, height, labelCount } = benchCase;
  const task = { width, height, labelCount, backend, threads, tuning };
  const image = new Uint8ClampedArray(pictureOf(benchCase, photo).data);
  const logits = smoothLogits(benchCase);

  const firstResultMs = await host.call('open', { ...task, profile: false }, image, logits);
  const builds: Sample[] = [];
  const steps: Sample[] = [];
  for (let repetition = 0; repetition < repeat; repetition++) {
    builds.push(await sample(host, () => host.call('build')));
    steps.push(await sample(host, () => host.call('iterate', iterations)));
  }
  const { hasTimestamps, ...facts } = await host.call('facts');
  await host.call('close');
  const timed = backend === 'webgpu' && hasTimestamps;
  if (timed) await host.call('open', { ...task, profile: true }, image, logits);
  const stages = timed ? await measureStages(host, repeat) : [];
  if (timed) await host.call('close');
  return {
    case: name,
    backend,
    host: host.name,
    ...facts,
    firstResultMs,
    build: costOf(builds, 1),
    iteration: costOf(steps, iterations),
    stages,
    stageIterations: iterations,
  };
}

export interface Sample {
  wall: number;
  cpu: number | undefined;
}

export async function sample(host: Pick<Host, 'cpuTime'>, work: () => Promise<number>): Promise<Sample> {
  const before = host.cpuTime();
  const wall = await work();
  const after = host.cpuTime();
  return { wall, cpu: before === undefined || after === undefined ? undefined : after - before };
}

export function costOf(samples: readonly Sample[], parts: number): Cost {
  return {
    wall: spreadOf(samples.map(({ wall }) => wall / parts)),
    cpu: spreadIfAll(samples.map(({ cpu }) => (cpu === undefined ? undefined : cpu / parts))),
  };
}

async function measureStages(host: Host, repeat: number): Promise<Measurement['stages']> {
  // The first of each stage's dispatches may still compile.
  await host.call('stages', 1);
  const times = new Map<string, number[]>();
  for (let repetition = 0; repetition < repeat; repetition++) {
    for (const { stage, milliseconds } of await host.call('stages', iterations)) {
      times.set(stage, [...(times.get(stage) ?? []), milliseconds]);
    }
  }
  return [...times].map(([stage, values]) => ({ stage, milliseconds: spreadOf(values) }));
}
