// SPDX-License-Identifier: MIT

import type { Step } from '../../src/engine/lists/dispatch.js';
import { Memory } from '../../src/engine/memory.js';
import type { BufferPlan, Part } from '../../src/engine/plan/buffer-plan.js';
import { type EnginePlan, planEngine, planInput, type VertexCapacity } from '../../src/engine/plan/plan.js';
import type { Tuning } from '../../src/engine/plan/tuning.js';
import { plainVariants } from '../../src/engine/plan/variants.js';
import { Recording, UnusedBindings } from '../../src/engine/recording.js';
import type { KernelVariants } from '../../src/problem/tuning-table.js';
import type { ProblemSize, ResolvedKernel } from '../../src/problem/types.js';
import type { StageDevice, Words } from './stage-device.js';

export interface PlannedProblem {
  size: ProblemSize;
  kernels: readonly ResolvedKernel[];
  tuning: Tuning;
  largestBinding?: number;
  vertexCapacity?: VertexCapacity;
  damping?: number;
  variants?: KernelVariants;
}

/** The plan for these kernels, with bindings as small as a test wants them. */
export function planFor({
  size,
  kernels,
  tuning,
  largestBinding = 2 ** 27,
  vertexCapacity = 'worst-case',
  damping = 0,
  variants = plainVariants,
}: PlannedProblem): EnginePlan {
  return planEngine({
    size,
    parameters: { kernels, iterations: 1, tolerance: 0, damping, exactWorkLimit: Number.POSITIVE_INFINITY },
    limits: { maxStorageBufferBindingSize: largestBinding, maxBufferSize: largestBinding },
    tuning,
    variantsOf: () => variants,
    vertexCapacity,
    input: planInput(size),
  });
}

/** A plan's buffers on a test device, to write, to run lists on, and to read. */
export class Planned {
  private readonly memory: Memory;
  private readonly unused: UnusedBindings;

  /** @param more buffers of the test's own */
  constructor(
    private readonly gpu: StageDevice,
    plan: EnginePlan,
    more: readonly BufferPlan[] = [],
  ) {
    const own: Part = { from: [], buffers: more };
    this.memory = new Memory(gpu.programs.device);
    this.unused = new UnusedBindings(gpu.programs.device);
    this.memory.hold([plan.input, ...plan.parts, own]);
    this.memory.write(plan.values);
  }

  write(buffer: BufferPlan, values: Words): void {
    this.gpu.write(this.memory.of(buffer), values);
  }

  async run(steps: readonly Step[]): Promise<void> {
    const recording = await Recording.create(steps, this.gpu.programs, this.memory, this.unused);
    this.gpu.encode((stages) => recording.encode(stages));
  }

  floats(buffer: BufferPlan, count: number): Promise<Float32Array> {
    return this.gpu.floats(this.memory.of(buffer), count);
  }

  words(buffer: BufferPlan, count: number): Promise<Uint32Array> {
    return this.gpu.words(this.memory.of(buffer), count);
  }

  destroy(): void {
    this.memory.destroy();
    this.unused.destroy();
  }
}
