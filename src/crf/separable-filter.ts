// SPDX-License-Identifier: MIT

import { BufferSet } from '../gpu/buffers.js';
import type { StageEncoder } from '../gpu/pass.js';
import { foldedGrid, type Program } from '../gpu/program.js';
import { writeUniform } from '../gpu/uniforms.js';
import { separableRadius } from '../problem/parameters.js';
import type { ResolvedKernel } from '../problem/types.js';
import { separable } from '../stages/separable.js';
import {
  type FilterContext,
  type KernelFilter,
  type MessageUse,
  normConstants,
  oneChannel,
  rowConstants,
  type SharedBuffers,
  useKey,
} from './kernel-filter.js';
import { PenaltyTransform } from './penalty-transform.js';

type Encode = (pass: GPUComputePassEncoder) => void;

/** Filters a gaussian kernel by two truncated convolutions. */
export class SeparableFilter implements KernelFilter {
  readonly readsQLate = false;
  readonly vertexRowBytes = 0;
  readonly norms: GPUBuffer;
  private readonly buffers: BufferSet;
  private readonly uniform: GPUBuffer;
  private readonly counted: GPUBuffer;
  private readonly partial: GPUBuffer;
  private readonly partialNorms: GPUBuffer;
  private readonly penalties: PenaltyTransform;
  private transformed: GPUBuffer | undefined;
  private normalize: Encode | undefined;
  private spread: Encode[] | undefined;
  private readonly messages = new Map<string, Encode>();
  private bound: SharedBuffers | undefined;

  constructor(
    private readonly context: FilterContext,
    private kernel: ResolvedKernel,
  ) {
    const { device, rows } = context;
    const { pixelCount } = this;
    this.buffers = new BufferSet(device, context.memory);
    this.penalties = new PenaltyTransform(context, kernel.compatibility);
    this.uniform = this.buffers.uniform('SeparableFilter.uniform', 8);
    this.counted = this.buffers.uniform('SeparableFilter.counted', 1);
    this.norms = this.buffers.storage('SeparableFilter.norms', pixelCount * 8);
    this.partial = this.buffers.storage('SeparableFilter.partial', pixelCount * rows.rowChannels * 4);
    this.partialNorms = this.buffers.storage('SeparableFilter.partialNorms', pixelCount * 4);
    writeUniform(device, this.counted, [pixelCount]);
    this.writeUniform();
  }

  get bytes(): number {
    return this.buffers.bytes + this.penalties.bytes;
  }

  get dispatches(): number {
    const { slabCount } = this.context.rows;
    return slabCount + (this.transforms ? 2 * slabCount * slabCount : slabCount);
  }

  get pottsWeight(): number {
    return this.kernel.compatibility.kind === 'potts' ? this.kernel.compatibility.weight : 1;
  }

  setKernel(kernel: ResolvedKernel): boolean {
    const renormalize = kernel.normalization !== this.kernel.normalization;
    if (renormalize || kernel.compatibility.kind !== this.kernel.compatibility.kind) this.forget();
    this.kernel = kernel;
    this.penalties.setCompatibility(kernel.compatibility);
    this.writeUniform();
    return renormalize;
  }

  async prepare(buffers: SharedBuffers, use: MessageUse): Promise<void> {
    if (this.bound !== buffers) this.forget();
    this.bound = buffers;
    this.normalize ??= await this.prepareNormalization();
    if (!this.spread) {
      const program = await this.context.programs.get(separable, this.constants(), 'rows');
      this.spread = buffers.q.map((q) => {
        const group = this.bind(program, { q, partial: this.partial, norms: this.norms });
        return (pass) => program.encode(pass, group, this.grid(this.context.rows.blockCount));
      });
    }
    if (!this.messages.has(`${useKey(use)} 0 0`)) await this.prepareMessages(buffers, use);
  }

  encodeBuild(): void {}

  encodeNormalization(stages: StageEncoder): void {
    if (this.normalize) stages.stage('normalization', this.normalize);
  }

  encodeSpread(stages: StageEncoder, slab: number): void {
    const encode = this.spread?.[slab];
    if (encode) stages.stage('separable rows', encode);
  }

  encodeMessage(stages: StageEncoder, sourceSlab: number, targetSlab: number, use: MessageUse): void {
    const encode = this.messages.get(`${useKey(use)} ${sourceSlab} ${targetSlab}`);
    if (encode) stages.stage('separable columns', encode);
    else if (sourceSlab === targetSlab || this.transforms)
      throw new Error('SeparableFilter.encodeMessage before prepare');
  }

  destroy(): void {
    this.penalties.destroy();
    this.buffers.destroy();
  }

  private get pixelCount(): number {
    return this.context.size.width * this.context.size.height;
  }

  private get transforms(): boolean {
    return this.kernel.compatibility.kind !== 'potts';
  }

  private forget(): void {
    this.normalize = undefined;
    this.spread = undefined;
    this.messages.clear();
  }

  private writeUniform(): void {
    const { width, height } = this.context.size;
    const [sigmaX, sigmaY] = this.kernel.sigmas;
    writeUniform(this.context.device, this.uniform, [
      this.pixelCount,
      width,
      height,
      Math.min(separableRadius(sigmaX), width - 1),
      Math.min(separableRadius(sigmaY), height - 1),
      { float: sigmaX },
      { float: sigmaY },
      { float: this.pottsWeight },
    ]);
  }

  private constants() {
    const norm = normConstants(this.kernel);
    return {
      ...rowConstants(this.context.rows, this.context.tuning),
      symmetric: norm.symmetric,
      divided: norm.divided,
      divides: norm.dividesBefore,
      dividesAfter: norm.dividesAfter,
      firstKernel: false,
      lastKernel: false,
      messageOnly: false,
      secondPass: false,
    };
  }

  private grid(blocks: number) {
    return foldedGrid(Math.ceil(this.pixelCount / this.context.tuning.workgroupSize), blocks);
  }

  private bind(
    program: Program<typeof separable.layout>,
    buffers: Partial<Record<keyof typeof separable.layout, GPUBuffer>>,
  ): GPUBindGroup {
    const { unusedRead, unusedWrite } = this.context;
    const bound = (name: keyof typeof separable.layout, unused: GPUBufferBinding) => {
      const buffer = buffers[name];
      return buffer ? { buffer } : unused;
    };
    return program.bind({
      separable: { buffer: this.uniform },
      norms: bound('norms', unusedWrite[0]),
      q: bound('q', unusedRead),
      partial: bound('partial', unusedWrite[1]),
      partialNorms: bound('partialNorms', unusedWrite[2]),
      unary: bound('unary', unusedRead),
      logits: bound('logits', unusedWrite[3]),
    });
  }

  private async prepareNormalization(): Promise<Encode> {
    const { programs, rows } = this.context;
    const second = rows.implicitLast && normConstants(this.kernel).dividesBefore;
    const steps: { program: Program<typeof separable.layout>; group: GPUBindGroup }[] = [];
    for (const secondPass of second ? [false, true] : [false]) {
      for (const entry of ['normalizeRows', 'normalizeColumns']) {
        const program = await programs.get(separable, { ...this.constants(), ...oneChannel, secondPass }, entry);
        steps.push({ program, group: this.bind(program, { norms: this.norms, partialNorms: this.partialNorms }) });
      }
    }
    return (pass) => {
      for (const { program, group } of steps) program.encode(pass, group, this.grid(1));
    };
  }

  private async prepareMessages(buffers: SharedBuffers, use: MessageUse): Promise<void> {
    const { programs, rows } = this.context;
    const program = await programs.get(separable, { ...this.constants(), ...use }, 'columns');
    const slabs = Array.from({ length: rows.slabCount }, (_unused, slab) => slab);
    for (const source of slabs) {
      for (const target of this.transforms ? slabs : [source]) {
        const transform = this.transforms ? await this.prepareTransform(source, target) : undefined;
        const group = this.bind(program, {
          norms: this.norms,
          partial: transform?.rows ?? this.partial,
          unary: buffers.unary[target],
          logits: buffers.logits[target],
        });
        this.messages.set(`${useKey(use)} ${source} ${target}`, (pass) => {
          transform?.encode(pass);
          program.encode(pass, group, this.grid(rows.blockCount));
        });
      }
    }
  }

  private async prepareTransform(source: number, target: number) {
    const { rows } = this.context;
    this.transformed ??= this.buffers.storage('SeparableFilter.transformed', this.pixelCount * rows.rowChannels * 4);
    const encode = await this.penalties.prepare(source, target, {
      counted: { buffer: this.counted },
      source: { buffer: this.partial },
      transformed: { buffer: this.transformed },
      firstRow: 0,
      grid: this.grid(rows.blockCount),
    });
    return { rows: this.transformed, encode };
  }
}
