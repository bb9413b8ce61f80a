// SPDX-License-Identifier: MIT

import { BufferSet } from '../gpu/buffers.js';
import type { StageEncoder } from '../gpu/pass.js';
import type { BindingLayout, Grid, Program, ProgramCache } from '../gpu/program.js';
import type { ScopedDevice } from '../gpu/scoped-device.js';
import type { Binding, Clear, Dispatch, Step } from './lists/dispatch.js';
import type { Memory } from './memory.js';
import { maximumLatticeDim } from './plan/feature-limits.js';

/** A buffer for every binding that an entry point does not use: WebGPU wants something there. */
export class UnusedBindings {
  private readonly buffers: BufferSet;
  private readonly read: GPUBuffer;
  private readonly write: GPUBuffer;

  constructor(device: ScopedDevice) {
    this.buffers = new BufferSet(device);
    this.read = this.buffers.storage('unused.read', sliceBytes);
    this.write = this.buffers.storage('unused.write', sliceBytes * unusedWrites);
  }

  get bytes(): number {
    return this.buffers.bytes;
  }

  forReading(): GPUBufferBinding {
    return { buffer: this.read };
  }

  /** Ranges that do not overlap: WebGPU forbids two writable bindings of the same bytes. */
  forWriting(index: number): GPUBufferBinding {
    return { buffer: this.write, offset: index * sliceBytes, size: sliceBytes };
  }

  destroy(): void {
    this.buffers.destroy();
  }
}

/**
 * WebGPU asks that a binding hold one element of the array that the shader has there; the largest is a row of weights, one a corner of a
 * simplex. Offsets of bindings are multiples of 256.
 */
const sliceBytes = 256 * Math.ceil((4 * (maximumLatticeDim + 1)) / 256);
const unusedWrites = 4;

type Recorded =
  | { timing: string; program: Program<BindingLayout>; group: GPUBindGroup; grid: Grid }
  | { clear: GPUBuffer; bytes: number };

/**
 * A list of steps, compiled and bound: all that is left is to encode it, as often as wanted, which creates nothing.
 */
export class Recording {
  private constructor(private readonly steps: readonly Recorded[]) {}

  /** Compiles all programs side by side, then binds. Throws DeviceError if the device refuses a shader. */
  static async create(
    steps: readonly Step[],
    programs: ProgramCache,
    memory: Memory,
    unused: UnusedBindings,
  ): Promise<Recording> {
    const compiled = await Promise.all(steps.map((step) => (step.kind === 'clear' ? null : programOf(programs, step))));
    return new Recording(
      steps.map((step, index) => {
        const program = compiled[index];
        return step.kind === 'clear' || !program
          ? cleared(step as Clear, memory)
          : bound(step, program, memory, unused);
      }),
    );
  }

  encode(stages: StageEncoder): void {
    for (const step of this.steps) {
      if ('clear' in step) stages.command((encoder) => encoder.clearBuffer(step.clear, 0, step.bytes));
      else stages.stage(step.timing, (pass) => step.program.encode(pass, step.group, step.grid));
    }
  }
}

export function programOf(
  programs: ProgramCache,
  { stage, constants, entry }: Dispatch,
): Promise<Program<BindingLayout>> {
  return programs.get(stage, constants, entry);
}

function cleared({ buffer, bytes }: Clear, memory: Memory): Recorded {
  const held = memory.of(buffer);
  return { clear: held, bytes: bytes ?? held.size };
}

function bound(step: Dispatch, program: Program<BindingLayout>, memory: Memory, unused: UnusedBindings): Recorded {
  const resources: Record<string, GPUBindingResource> = {};
  let written = 0;
  for (const [name, use] of Object.entries(step.stage.layout)) {
    const binding = step.bindings[name];
    if (binding) resources[name] = resourceOf(binding, memory);
    else resources[name] = use === 'write' ? unused.forWriting(written++) : unused.forReading();
  }
  const { workgroups } = step;
  const grid: Grid =
    'sizes' in workgroups ? { buffer: memory.of(workgroups.sizes), offset: workgroups.offset } : workgroups;
  return { timing: step.timing, program, group: program.bind(resources), grid };
}

function resourceOf(binding: Binding, memory: Memory): GPUBufferBinding {
  if (!('buffer' in binding)) return { buffer: memory.of(binding) };
  return { buffer: memory.of(binding.buffer), offset: binding.offset, size: binding.size };
}
