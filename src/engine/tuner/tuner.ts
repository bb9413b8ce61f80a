// SPDX-License-Identifier: MIT

import { PlainEncoder, type StageEncoder } from '../../gpu/pass.js';
import { Profiler } from '../../gpu/profiler.js';
import { ProgramCache } from '../../gpu/program.js';
import { Readback } from '../../gpu/readback.js';
import { ScopedDevice } from '../../gpu/scoped-device.js';
import { DeviceError } from '../../problem/errors.js';
import {
  blurVariants,
  type KernelVariants,
  sliceVariants,
  splatVariants,
  type TuningEntry,
} from '../../problem/tuning-table.js';
import type { ProblemSize, ResolvedParameters } from '../../problem/types.js';
import { clear, type Step } from '../lists/dispatch.js';
import { build, normalize, start } from '../lists/iteration.js';
import { latticeMessage, latticeSpread } from '../lists/lattice.js';
import { Memory } from '../memory.js';
import type { BufferPlan } from '../plan/buffer-plan.js';
import type { LatticePlan } from '../plan/lattice-plan.js';
import { type EnginePlan, planEngine, planInput } from '../plan/plan.js';
import type { Tuning } from '../plan/tuning.js';
import { plainVariants, possibleVariants } from '../plan/variants.js';
import { Recording, UnusedBindings } from '../recording.js';
import { adapterKey, isFor, keyOf } from './choices.js';

export interface TuneRequest {
  readonly device: GPUDevice;
  readonly size: ProblemSize;
  readonly parameters: ResolvedParameters;
  readonly tuning: Tuning;
  /** Milliseconds, compilation included: what is not measured by then is not chosen. */
  readonly budget: number;
}

type Stage = keyof KernelVariants;

/** One shape of one shader, ready to be timed. */
interface Candidate {
  readonly kernel: LatticePlan;
  readonly stage: Stage;
  readonly variants: KernelVariants;
  readonly recording: Recording;
  /** Milliseconds of a dispatch, a sample a round. */
  readonly samples: number[];
}

const stages = ['splat', 'blur', 'slice'] as const satisfies readonly Stage[];
const shapes = { splat: splatVariants, blur: blurVariants, slice: sliceVariants } as const;

/** Samples a candidate needs to be chosen, and has at most. */
const fewestRounds = 3;
const mostRounds = 15;

/** Milliseconds of a round, where one dispatch of each takes less. */
const mostRoundTime = 100;

/** Less than this is noise: the plain shape stays. */
const worthwhile = 0.95;

/** Words that are compared of what a shape left. */
const comparedWords = 2 ** 18;

/** Words for the kernels of a request that `entries` say nothing of; undefined where there are none. */
export function lacks(
  { device, size, parameters, tuning }: TuneRequest,
  entries: readonly TuningEntry[],
): string | undefined {
  const { kernels, rows } = planFor({ device, size, parameters, tuning });
  const keys = kernels
    .filter(({ method }) => method === 'lattice')
    .map(({ kernel }) => keyOf(adapterKey(device.adapterInfo), size, kernel, rows))
    .filter((key) => !entries.some((entry) => isFor(entry, key)));
  return keys.length > 0 ? JSON.stringify(keys) : undefined;
}

function planFor({ device, size, parameters, tuning }: Omit<TuneRequest, 'budget'>): EnginePlan {
  const { maxBufferSize, maxStorageBufferBindingSize } = device.limits;
  const limits = { maxBufferSize, maxStorageBufferBindingSize };
  return planEngine({ size, parameters, limits, tuning, vertexCapacity: 'measured', input: planInput(size) });
}

/**
 * Times the shapes of every kernel's shaders on a lattice of a drawn picture, on buffers of its own which go when it is done. A shape that does not give the
 * plain one's bits is never chosen. Entries of kernels that the budget did not reach are left out.
 */
export async function tune(request: TuneRequest): Promise<TuningEntry[]> {
  const deadline = performance.now() + request.budget;
  const bench = new TuningBench(request);
  try {
    return await bench.run(deadline);
  } finally {
    bench.destroy();
  }
}

class TuningBench {
  private readonly scoped: ScopedDevice;
  private readonly programs: ProgramCache;
  private readonly plan: EnginePlan;
  private readonly memory: Memory;
  private readonly unused: UnusedBindings;
  private readonly readback: Readback;
  private readonly profiler: Profiler | undefined;

  constructor(private readonly request: TuneRequest) {
    const { device } = request;
    this.scoped = new ScopedDevice(device);
    this.programs = new ProgramCache(this.scoped);
    this.plan = planFor(request);
    this.memory = new Memory(this.scoped);
    this.unused = new UnusedBindings(this.scoped);
    this.readback = new Readback(this.scoped);
    this.profiler = device.features.has('timestamp-query') ? new Profiler(this.scoped) : undefined;
  }

  async run(deadline: number): Promise<TuningEntry[]> {
    const { plan, memory } = this;
    const kernels = plan.kernels.filter((kernel): kernel is LatticePlan => kernel.method === 'lattice');
    // One of each dimension: a lattice costs what its dimension and its picture make of it.
    const distinct = kernels.filter(
      ({ kernel }, index) => kernels.findIndex((other) => other.kernel.featureDim === kernel.featureDim) === index,
    );
    if (distinct.length === 0) return [];
    memory.hold([plan.input, ...plan.parts]);
    memory.write(plan.values);
    this.draw();
    const prepare = distinct.flatMap((kernel) => [...build(plan, kernel), ...normalize(plan, kernel)]);
    // All at once: browsers compile side by side.
    const [, candidates] = await Promise.all([
      this.perform([...prepare, ...start(plan)]),
      Promise.all(distinct.flatMap((kernel) => this.candidatesOf(kernel))),
    ]);
    await this.accepted();
    const alike = await this.withSameBits(candidates, deadline);
    await this.time(alike, deadline);
    await this.accepted();
    return distinct.flatMap((kernel) => this.entryOf(kernel, alike));
  }

  destroy(): void {
    for (const owner of [this.memory, this.unused, this.readback, this.profiler]) owner?.destroy();
  }

  /** A smooth picture with a grain, and energies that favour no label: as many vertices as a photograph makes, or more. */
  private draw(): void {
    const { plan, memory } = this;
    const { width, height } = plan.size;
    const image = new Uint32Array(width * height);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const grain = Math.imul(x * 73856093 + y * 19349663, 0x9e3779b1) >>> 28;
        const [red, green, blue] = [(200 * x) / width, (200 * y) / height, (100 * (x + y)) / (width + height)];
        image[y * width + x] = (red + grain) | ((green + grain) << 8) | ((blue + grain) << 16) | (255 << 24);
      }
    }
    this.scoped.queue.writeBuffer(memory.of(plan.input.image), 0, image);
    const energies = Float32Array.from({ length: 2 ** 16 }, (_unused, i) => (Math.imul(i, 0x9e3779b1) >>> 24) / 128);
    for (const unary of plan.pixels.unary) {
      for (let at = 0; at < unary.bytes; at += energies.byteLength) {
        const count = Math.min(energies.byteLength, unary.bytes - at) / 4;
        this.scoped.queue.writeBuffer(memory.of(unary), at, energies, 0, count);
      }
    }
  }

  /** Every shape that this problem and device can take, the plain one first; each once. */
  private candidatesOf(kernel: LatticePlan): Promise<Candidate>[] {
    const { rows, tuning } = this.plan;
    return stages.flatMap((stage) => {
      const seen = new Set<string>();
      return shapes[stage].flatMap((shape) => {
        const variants = possibleVariants({ ...plainVariants, [stage]: shape }, kernel.kernel, rows, tuning);
        if (seen.has(variants[stage])) return [];
        seen.add(variants[stage]);
        return [this.candidate(kernel, stage, variants)];
      });
    });
  }

  private async candidate(kernel: LatticePlan, stage: Stage, variants: KernelVariants): Promise<Candidate> {
    const recording = await this.record(this.stepsOf({ ...kernel, variants }, stage));
    return { kernel, stage, variants, recording, samples: [] };
  }

  private stepsOf(kernel: LatticePlan, stage: Stage): Step[] {
    const { plan } = this;
    const use = { firstKernel: true, lastKernel: plan.fused, messageOnly: false };
    const steps =
      stage === 'slice' ? latticeMessage(plan, kernel, [0, 0], plan.logits[0], use) : latticeSpread(plan, kernel, 0);
    return steps.filter((step) => step.kind === 'dispatch' && step.timing === stage);
  }

  /** Those that leave, of the same input, what the plain shape leaves. */
  private async withSameBits(candidates: readonly Candidate[], deadline: number): Promise<Candidate[]> {
    const { plan } = this;
    const startAnew = await this.record(start(plan));
    const clearSums = await this.record([clear(plan.vertices.sums)]);
    const alike: Candidate[] = [];
    const plainWords = new Map<string, Uint32Array>();
    for (const candidate of candidates) {
      if (performance.now() >= deadline) break;
      const { kernel, stage, recording } = candidate;
      const plainOf = (wanted: Stage) =>
        candidates.find((other) => other.kernel === kernel && other.stage === wanted)?.recording;
      this.submit((stages) => {
        startAnew.encode(stages);
        clearSums.encode(stages);
        if (stage !== 'splat') plainOf('splat')?.encode(stages);
        if (stage === 'slice') plainOf('blur')?.encode(stages);
        recording.encode(stages);
      });
      const left: BufferPlan = {
        splat: plan.vertices.sums,
        blur: kernel.filter.blurredRows,
        slice: plan.logits[0],
      }[stage];
      const words = await this.readback.words(this.memory.of(left), 0, Math.min(comparedWords, left.bytes / 4));
      const key = `${kernel.kernel.featureDim} ${stage}`;
      const plain = plainWords.get(key);
      if (plain === undefined) plainWords.set(key, words);
      if (plain === undefined || words.every((word, index) => word === plain[index])) alike.push(candidate);
    }
    return alike;
  }

  /** Rounds in which each candidate has its turn, until the deadline. The first is not counted: it says how long a round takes. */
  private async time(candidates: readonly Candidate[], deadline: number): Promise<void> {
    let repeats = 1;
    for (let round = 0; round <= mostRounds; round++) {
      const begun = performance.now();
      if (begun >= deadline) return;
      const times = await this.timeOnce(candidates, repeats);
      if (round > 0) {
        for (const [index, { samples }] of candidates.entries()) samples.push(times[index] / repeats);
        continue;
      }
      // Timestamps are coarse: many repeats a sample, as far as the budget has room for some rounds of them.
      const share = Math.min(mostRoundTime, (deadline - performance.now()) / (2 * fewestRounds));
      repeats = Math.max(1, Math.min(32, Math.floor(share / (performance.now() - begun))));
    }
  }

  /** Milliseconds of `repeats` dispatches of each. */
  private async timeOnce(candidates: readonly Candidate[], repeats: number): Promise<number[]> {
    const { profiler, scoped } = this;
    if (profiler) {
      scoped.submit('tune', (encoder) => {
        const timed = profiler.begin(encoder);
        candidates.forEach(({ recording }, index) => {
          timed.stage(String(index), (pass) => repeat(recording, repeats, encoder, pass));
        });
        timed.end();
      });
      const times = await profiler.read(this.readback);
      return times.map(({ milliseconds }) => milliseconds);
    }
    const times: number[] = [];
    for (const { recording } of candidates) {
      const begun = performance.now();
      this.submit((stages) => {
        for (let done = 0; done < repeats; done++) recording.encode(stages);
      });
      await scoped.device.queue.onSubmittedWorkDone();
      times.push(performance.now() - begun);
    }
    return times;
  }

  /** What was fastest; nothing where something has too few samples. */
  private entryOf(kernel: LatticePlan, candidates: readonly Candidate[]): TuningEntry[] {
    const { size, rows } = this.plan;
    let variants = plainVariants;
    for (const stage of stages) {
      const own = candidates.filter((candidate) => candidate.kernel === kernel && candidate.stage === stage);
      if (own.length === 0 || own.some(({ samples }) => samples.length < fewestRounds)) return [];
      const [plain, ...others] = own;
      let best = { variants: plain.variants, time: worthwhile * median(plain.samples) };
      for (const other of others) {
        const time = median(other.samples);
        if (time < best.time) best = { variants: other.variants, time };
      }
      variants = { ...variants, [stage]: best.variants[stage] };
    }
    return [{ ...keyOf(adapterKey(this.request.device.adapterInfo), size, kernel.kernel, rows), ...variants }];
  }

  private record(steps: readonly Step[]): Promise<Recording> {
    return Recording.create(steps, this.programs, this.memory, this.unused);
  }

  private async perform(steps: readonly Step[]): Promise<void> {
    const recording = await this.record(steps);
    this.submit((stages) => recording.encode(stages));
  }

  private submit(encode: (stages: StageEncoder) => void): void {
    this.scoped.submit('tune', (encoder) => {
      const stages = new PlainEncoder(encoder);
      encode(stages);
      stages.end();
    });
  }

  private async accepted(): Promise<void> {
    const error = await this.scoped.settle();
    if (error) throw new DeviceError(`the GPU refused what tuning needs: ${error.message}`);
  }
}

/** In one pass, so that one pair of timestamps is around all. */
function repeat(recording: Recording, count: number, encoder: GPUCommandEncoder, pass: GPUComputePassEncoder): void {
  const within: StageEncoder = {
    encoder,
    stage: (_name, encode) => encode(pass),
    command: (encode) => encode(encoder),
    end: () => undefined,
  };
  for (let done = 0; done < count; done++) recording.encode(within);
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1];
}
