// SPDX-License-Identifier: MIT

import { PlainEncoder } from '../gpu/pass.js';
import type { ProgramCache } from '../gpu/program.js';
import type { Readback } from '../gpu/readback.js';
import type { ScopedDevice } from '../gpu/scoped-device.js';
import type { GpuResults } from '../problem/api.js';
import type { Energy, ProblemSize } from '../problem/types.js';
import type { Step } from './lists/dispatch.js';
import {
  energySteps,
  type PlanarBuffers,
  planarSteps,
  planEnergy,
  planPlanar,
  planResults,
  planSlabs,
  type ResultBuffers,
  resultSteps,
  type SlabUniforms,
} from './lists/results.js';
import { Memory } from './memory.js';
import type { Part } from './plan/buffer-plan.js';
import type { EnginePlan } from './plan/plan.js';
import { Recording, type UnusedBindings } from './recording.js';

interface ReaderContext {
  readonly device: ScopedDevice;
  readonly programs: ProgramCache;
  readonly size: ProblemSize;
  /** Of the engine. */
  readonly memory: Memory;
  readonly unused: UnusedBindings;
  readonly readback: Readback;
}

/** What reads the rows of one plan. */
interface BoundReader {
  readonly plan: EnginePlan;
  readonly slabs: SlabUniforms;
  results?: Recording;
  planar?: Recording;
}

/**
 * What people ask of Q: as GPU buffers, or read back as typed arrays. Buffers are made on first use, and stay the same whatever layout
 * the rows have.
 */
export class ResultReader {
  private readonly memory: Memory;
  private readonly results: ResultBuffers;
  private readonly planar: PlanarBuffers;
  private readonly held: Part[] = [];
  private bound: BoundReader | undefined;

  constructor(private readonly context: ReaderContext) {
    this.memory = new Memory(context.device, context.memory);
    this.results = planResults(context.size);
    this.planar = planPlanar(context.size);
  }

  get bytes(): number {
    return this.memory.bytes;
  }

  /** Q as float32 [label, y, x]. */
  async marginals({ rows, pixels, pixelCount, size }: EnginePlan): Promise<Float32Array> {
    const { memory, readback } = this.context;
    const { rowChannels, storedLabels, implicitLast, firstLabels } = rows;
    const planar = new Float32Array(pixelCount * size.labelCount);
    for (const [slab, buffer] of pixels.q.entries()) {
      const first = firstLabels[slab];
      const channels = Math.min(rowChannels, storedLabels - first);
      await readback.read(memory.of(buffer), 0, pixelCount * rowChannels * 4, (piece, at) => {
        const values = new Float32Array(piece);
        // A piece may begin and end inside a row.
        for (let index = 0, element = at / 4; index < values.length; index++, element++) {
          const channel = element % rowChannels;
          if (channel < channels)
            planar[(first + channel) * pixelCount + (element - channel) / rowChannels] = values[index];
        }
      });
    }
    if (implicitLast) fillLast(planar, pixelCount, storedLabels);
    return planar;
  }

  async labelMap(plan: EnginePlan): Promise<Uint32Array> {
    await this.compute(plan);
    return this.context.readback.words(this.memory.of(this.results.labelMap), 0, plan.pixelCount);
  }

  async confidence(plan: EnginePlan): Promise<Float32Array> {
    await this.compute(plan);
    return this.context.readback.floats(this.memory.of(this.results.confidence), plan.pixelCount);
  }

  async entropy(plan: EnginePlan): Promise<Float32Array> {
    await this.compute(plan);
    return this.context.readback.floats(this.memory.of(this.results.entropy), plan.pixelCount);
  }

  /** Everything in buffers of this object's own, nothing read back. */
  async gpuResults(plan: EnginePlan): Promise<GpuResults> {
    const bound = await this.compute(plan);
    this.hold(this.planar);
    bound.planar ??= await this.record(planarSteps(plan, bound.slabs, this.planar), this.memory);
    this.submit(bound.planar);
    return {
      marginals: this.memory.of(this.planar.marginals),
      labelMap: this.memory.of(this.results.labelMap),
      confidence: this.memory.of(this.results.confidence),
      entropy: this.memory.of(this.results.entropy),
    };
  }

  /** Sums over all pixels in double precision. */
  async energy(plan: EnginePlan): Promise<Energy> {
    const { device, memory, readback } = this.context;
    const temporary = new Memory(device, memory);
    try {
      const buffers = planEnergy(plan);
      temporary.hold([buffers]);
      this.submit(await this.record(energySteps(plan, buffers), temporary));
      return sumTerms(await readback.floats(temporary.of(buffers.terms), plan.pixelCount * 4));
    } finally {
      temporary.destroy();
    }
  }

  destroy(): void {
    this.memory.destroy();
  }

  /** Label map, confidence and entropy. */
  private async compute(plan: EnginePlan): Promise<BoundReader> {
    const bound = this.bind(plan);
    this.hold(this.results);
    bound.results ??= await this.record(resultSteps(plan, bound.slabs, this.results), this.memory);
    this.submit(bound.results);
    return bound;
  }

  private bind(plan: EnginePlan): BoundReader {
    if (this.bound?.plan.pixels === plan.pixels) return this.bound;
    const before = this.bound?.slabs;
    if (before) this.held.splice(this.held.indexOf(before), 1);
    this.bound = { plan, slabs: planSlabs(plan) };
    this.hold(this.bound.slabs);
    return this.bound;
  }

  private hold(part: Part): void {
    if (this.held.includes(part)) return;
    this.held.push(part);
    this.memory.hold(this.held);
  }

  private record(steps: readonly Step[], memory: Memory): Promise<Recording> {
    return Recording.create(steps, this.context.programs, memory, this.context.unused);
  }

  private submit(recording: Recording): void {
    this.context.device.submit('ResultReader', (encoder) => {
      const stages = new PlainEncoder(encoder);
      recording.encode(stages);
      stages.end();
    });
  }
}

/** The label that is not stored has what the others leave. */
function fillLast(planar: Float32Array, pixelCount: number, last: number): void {
  for (let pixel = 0; pixel < pixelCount; pixel++) {
    let rest = 1;
    for (let label = 0; label < last; label++) rest -= planar[label * pixelCount + pixel];
    planar[last * pixelCount + pixel] = Math.max(0, rest);
  }
}

function sumTerms(terms: Float32Array): Energy {
  const sums = [0, 0, 0];
  for (let index = 0; index < terms.length; index += 4) {
    for (let term = 0; term < 3; term++) sums[term] += terms[index + term];
  }
  const [entropyTerm, unaryTerm, pairwiseTerm] = sums;
  return { entropyTerm, unaryTerm, pairwiseTerm, kl: entropyTerm + unaryTerm + pairwiseTerm };
}
