// SPDX-License-Identifier: MIT

import { BufferSet, bufferUsage } from '../../gpu/buffers.js';
import type { StageEncoder } from '../../gpu/pass.js';
import {
  type BindingLayout,
  type Bindings,
  foldedGrid,
  type Grid,
  ProgramCache,
  type StageDefinition,
} from '../../gpu/program.js';
import { ScopedDevice } from '../../gpu/scoped-device.js';
import type { ShaderConstants } from '../../gpu/shader.js';
import { type UniformWord, writeUniform } from '../../gpu/uniforms.js';
import type { ImageSize } from '../cpu/neighbourhood.js';

/** Encodes a dispatch or a command. Allocates nothing. */
export type Step = (stages: StageEncoder) => void;

/** Choices that change speed and never results. */
export interface AnalysisTuning {
  workgroupSize: number;
  /** Pixels of a row or column that one invocation works on where sums or counts run along it. */
  stripLength: number;
  /** Items that one invocation adds up in a scan. */
  blockLength: number;
}

export const defaultTuning: AnalysisTuning = { workgroupSize: 64, stripLength: 64, blockLength: 64 };

/** A uniform and how to write it. */
export interface Settings {
  buffer: GPUBuffer;
  write(...words: UniformWord[]): void;
}

/** What a step runs, and on how many items. */
export interface StepOptions<Layout extends BindingLayout> {
  entry?: string;
  constants?: ShaderConstants;
  /** All but `extent`. */
  bindings: { readonly [Name in Exclude<keyof Layout, 'extent'>]: GPUBuffer };
  /** Invocations; default one a pixel. */
  items?: number;
  /** Instead of `items`: workgroups that stand in a buffer. */
  grid?: Grid;
}

/**
 * Buffers and programs that the operations of one analysis share. Operations run one after another, so that what only lives within one
 * is shared by role. Everything is made on first use and kept.
 */
export class Workspace {
  readonly device: ScopedDevice;
  readonly pixelCount: number;
  readonly buffers: BufferSet;
  readonly programs: ProgramCache;
  private readonly extent: Settings;
  private readonly roles = new Map<string, GPUBuffer>();

  constructor(
    device: GPUDevice,
    readonly size: ImageSize,
    readonly tuning: AnalysisTuning,
  ) {
    this.pixelCount = size.width * size.height;
    this.device = ScopedDevice.of(device);
    this.buffers = new BufferSet(this.device);
    this.programs = new ProgramCache(this.device);
    this.extent = this.settings('extent', 2);
    this.extent.write(size.width, size.height);
  }

  /** The buffer of a role; all who ask for a role must ask for the same number of words. Default: one a pixel. */
  words(role: string, count = this.pixelCount): GPUBuffer {
    let buffer = this.roles.get(role);
    if (!buffer) {
      buffer = this.buffers.storage(`MaskAnalysis.${role}`, count * 4, role === 'grid' ? bufferUsage.indirect : 0);
      this.roles.set(role, buffer);
    }
    return buffer;
  }

  settings(role: string, words: number): Settings {
    const buffer = this.buffers.uniform(`MaskAnalysis.${role}`, words);
    return { buffer, write: (...values) => writeUniform(this.device, buffer, values) };
  }

  /** Strips of a line of pixels, times the lines. */
  strips(length: number, lines: number): number {
    return Math.ceil(length / this.tuning.stripLength) * lines;
  }

  gridOf(items: number): Grid {
    return foldedGrid(Math.ceil(items / this.tuning.workgroupSize));
  }

  /** Compiles what is needed, binds, and gives what encodes it. */
  async step<Layout extends BindingLayout>(
    stage: StageDefinition<Layout>,
    { entry = 'main', constants = {}, bindings, items = this.pixelCount, grid }: StepOptions<Layout>,
  ): Promise<Step> {
    const { workgroupSize, stripLength } = this.tuning;
    const program = await this.programs.get(stage, { workgroupSize, stripLength, ...constants }, entry);
    const buffers: Record<string, GPUBuffer> =
      'extent' in stage.layout ? { extent: this.extent.buffer, ...bindings } : bindings;
    const group = program.bind(
      Object.fromEntries(Object.entries(buffers).map(([name, buffer]) => [name, { buffer }])) as Bindings<Layout>,
    );
    const workgroups = grid ?? this.gridOf(items);
    return (stages) => stages.stage(stage.name, (pass) => program.encode(pass, group, workgroups));
  }

  /** Destroys all buffers but those of `kept`: one that was made since was refused. */
  undo(kept: ReadonlySet<GPUBuffer>): void {
    this.buffers.releaseNewer(kept);
    for (const [role, buffer] of this.roles) {
      if (!kept.has(buffer)) this.roles.delete(role);
    }
  }

  destroy(): void {
    this.buffers.destroy();
    this.roles.clear();
  }
}

/** Zeros a buffer. */
export function clear(buffer: GPUBuffer): Step {
  return (stages) => stages.command((encoder) => encoder.clearBuffer(buffer));
}
