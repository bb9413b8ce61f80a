// SPDX-License-Identifier: MIT

import { BufferSet } from '../gpu/buffers.js';
import type { StageEncoder } from '../gpu/pass.js';
import { foldedGrid } from '../gpu/program.js';
import { writeUniform } from '../gpu/uniforms.js';
import type { ResolvedKernel, ResolvedParameters } from '../problem/types.js';
import { softmax } from '../stages/softmax.js';
import { ExactFilter } from './exact-filter.js';
import {
  type FilterContext,
  type KernelFilter,
  type MessageUse,
  rowConstants,
  type SharedBuffers,
} from './kernel-filter.js';
import { LatticeFilter } from './lattice-filter.js';
import { LatticeScratch, latticeShape } from './lattice-scratch.js';
import { isOneBlock } from './row-plan.js';
import { SeparableFilter } from './separable-filter.js';

export type VertexCapacity = 'measured' | 'worst-case' | number;

interface Slot {
  kernel: ResolvedKernel;
  filter: KernelFilter;
  /** What has to be done before Q can pass through it. */
  built: boolean;
  normalized: boolean;
}

type Encode = (pass: GPUComputePassEncoder) => void;

/**
 * Mean-field iterations over one row plan (Krähenbühl & Koltun 2011, algorithm 1): owns Q, the logits and the kernels' filters,
 * and knows what must be computed again when something changes. It encodes; submitting and reading are its caller's.
 */
export class MeanField {
  readonly unary: readonly GPUBuffer[];
  readonly lastUnary: GPUBuffer;
  /** f32 pairs [pixelCount]: maximum and sum of what softmax has seen of rows that are longer than a block. */
  private readonly running: GPUBuffer | undefined;
  /** Bits of max |ΔQ|. */
  readonly largestChange: GPUBuffer;
  private readonly buffers: BufferSet;
  private readonly softmaxUniform: GPUBuffer;
  private scratch: LatticeScratch | undefined;
  private scratchDims = '';
  private slots: Slot[] = [];
  private shared: SharedBuffers;
  private vertexRowBytes = 4;
  private ownLogits: GPUBuffer[] = [];
  private fromUnary: Encode | undefined;
  private fromLogits: Encode | undefined;

  constructor(
    readonly context: FilterContext,
    image: GPUBuffer,
    private parameters: ResolvedParameters,
    private readonly vertexCapacity: VertexCapacity,
  ) {
    const { device, rows } = context;
    this.buffers = new BufferSet(device);
    const perSlab = (label: string) =>
      Array.from({ length: rows.slabCount }, () =>
        this.buffers.storage(`MeanField.${label}`, this.pixelCount * rows.rowChannels * 4),
      );
    const q = perSlab('q');
    this.unary = perSlab('unary');
    this.lastUnary = this.buffers.storage('MeanField.lastUnary', rows.implicitLast ? this.pixelCount * 4 : 4);
    this.running = isOneBlock(this.context.rows)
      ? undefined
      : this.buffers.storage('MeanField.running', this.pixelCount * 8);
    this.largestChange = this.buffers.storage('MeanField.largestChange', 4);
    this.softmaxUniform = this.buffers.uniform('MeanField.softmax', 2);
    const [sums, spareRows] = this.createVertexRows();
    this.shared = { image, q, unary: this.unary, logits: q, sums, spareRows };
    this.setParameters(parameters);
  }

  get q(): readonly GPUBuffer[] {
    return this.shared.q;
  }

  /** Bytes held, filters included. */
  get bytes(): number {
    const filters = this.slots.reduce((sum, { filter }) => sum + filter.bytes, 0);
    return this.buffers.bytes + filters + (this.scratch?.bytes ?? 0);
  }

  /** Dispatches of one iteration. */
  get dispatches(): number {
    const filters = this.slots.reduce((sum, { filter }) => sum + filter.dispatches, 0);
    if (this.fused) return filters;
    return filters + (isOneBlock(this.context.rows) ? 1 : 2 * this.context.rows.slabCount);
  }

  get filters(): readonly KernelFilter[] {
    return this.slots.map(({ filter }) => filter);
  }

  /** Whether a lattice will be built by the next `encodeBuild`. */
  get needsBuild(): boolean {
    return this.slots.some(({ built }) => !built);
  }

  /** Keeps every filter whose features are the same; what depends on nothing that changed is not computed again. */
  setParameters(parameters: ResolvedParameters): void {
    if (comparesMarginals(parameters) !== this.compares) this.fromLogits = undefined;
    this.parameters = parameters;
    const left = [...this.slots];
    const kept = parameters.kernels.map((kernel) => {
      const index = left.findIndex((slot) => sameFeatures(slot.kernel, kernel));
      if (index < 0) return undefined;
      const [slot] = left.splice(index, 1);
      if (slot.filter.setKernel(kernel)) slot.normalized = false;
      slot.kernel = kernel;
      return slot;
    });
    for (const { filter } of left) filter.destroy();
    this.slots = [];
    this.createScratch(kept.filter((slot) => slot !== undefined));
    this.slots = kept.map((slot, index) => slot ?? this.createSlot(parameters.kernels[index]));
    writeUniform(this.context.device, this.softmaxUniform, [this.pixelCount, { float: parameters.damping }]);
    this.placeLogits();
    this.placeVertexRows();
  }

  /** A new image: bilateral kernels are built anew. */
  imageChanged(): void {
    for (const slot of this.slots) {
      if (slot.kernel.type === 'bilateral') slot.built = slot.normalized = false;
    }
  }

  async prepare(): Promise<void> {
    for (const [index, { filter }] of this.slots.entries()) {
      await filter.prepare(this.shared, this.useOf(index));
      // A slab that is not the first one adds to what others left.
      if (this.context.rows.slabCount > 1)
        await filter.prepare(this.shared, { ...this.useOf(index), firstKernel: false });
    }
    if (!this.fromUnary) {
      this.fromUnary = await this.prepareSoftmax(this.unary, true, false);
    }
    if (!this.fused) this.fromLogits ??= await this.prepareSoftmax(this.shared.logits, false, this.compares);
  }

  /** Lattices and factors n that are not up to date. */
  encodeBuild(stages: StageEncoder): void {
    for (const slot of this.slots) {
      if (!slot.built) slot.filter.encodeBuild(stages);
      if (!slot.built || !slot.normalized) slot.filter.encodeNormalization(stages);
      slot.built = slot.normalized = true;
    }
  }

  /** Q = softmax(-unary). */
  encodeStart(stages: StageEncoder): void {
    stages.stage('softmax', (pass) => this.fromUnary?.(pass));
  }

  encodeIteration(stages: StageEncoder): void {
    const { slabCount } = this.context.rows;
    if (this.slots.length === 0) {
      this.encodeStart(stages);
      return;
    }
    for (let source = 0; source < slabCount; source++) {
      for (const { filter } of this.slots) filter.encodeSpread(stages, source);
      for (const index of this.messageOrder) {
        for (let target = 0; target < slabCount; target++) {
          const use = this.useOf(index);
          const firstKernel = use.firstKernel && this.isFirstSource(source, target);
          this.slots[index].filter.encodeMessage(stages, source, target, { ...use, firstKernel });
        }
      }
    }
    if (!this.fused) stages.stage('softmax', (pass) => this.fromLogits?.(pass));
  }

  /** The message of one kernel for the Q there is, into buffers of the energy's own. */
  async prepareMessage(index: number, message: readonly GPUBuffer[]): Promise<(stages: StageEncoder) => void> {
    const { filter } = this.slots[index];
    const use: MessageUse = { firstKernel: false, lastKernel: false, messageOnly: true };
    const shared = { ...this.shared, logits: message };
    await filter.prepare(shared, use);
    return (stages) => {
      const { slabCount } = this.context.rows;
      for (let source = 0; source < slabCount; source++) {
        filter.encodeSpread(stages, source);
        filter.encodeMessage(stages, source, source, use);
      }
    };
  }

  /** Vertices that each lattice wanted, or null, told by `wanted`; makes room. Returns whether anything must be built anew. */
  makeRoom(wanted: readonly (number | null)[]): boolean {
    let grown = false;
    this.slots.forEach((slot, index) => {
      const vertices = wanted[index];
      const { filter } = slot;
      if (!(filter instanceof LatticeFilter) || vertices === null || vertices <= filter.structure.vertexCapacity)
        return;
      const most = latticeShape(slot.kernel.featureDim, this.pixelCount).maxVertexCount;
      filter.grow(Math.min(most, Math.ceil(vertices * 1.25)));
      slot.built = slot.normalized = false;
      grown = true;
    });
    if (grown) this.placeVertexRows();
    return grown;
  }

  destroy(): void {
    for (const { filter } of this.slots) filter.destroy();
    this.slots = [];
    this.scratch?.destroy();
    this.buffers.destroy();
  }

  private get pixelCount(): number {
    return this.context.size.width * this.context.size.height;
  }

  /** Whether |ΔQ| or the old Q are needed. */
  private get compares(): boolean {
    return comparesMarginals(this.parameters);
  }

  /** Whether the last kernel's slice ends in softmax, in place. */
  private get fused(): boolean {
    return isOneBlock(this.context.rows) && !this.compares && !this.slots.some(({ filter }) => filter.readsQLate);
  }

  private useOf(index: number): MessageUse {
    const order = this.messageOrder;
    return {
      firstKernel: index === order[0],
      lastKernel: this.fused && index === order[order.length - 1],
      messageOnly: false,
    };
  }

  /** Kernels whose compatibility carries messages from every slab to every other come first: they reach all logits at once. */
  private get messageOrder(): readonly number[] {
    const crosses = (index: number) => this.slots[index].kernel.compatibility.kind !== 'potts';
    const indices = this.slots.map((_slot, index) => index);
    return [...indices.filter(crosses), ...indices.filter((index) => !crosses(index))];
  }

  /** Whether the first kernel's message from this slab is the first to reach that one. */
  private isFirstSource(source: number, target: number): boolean {
    const crosses = this.slots[this.messageOrder[0]].kernel.compatibility.kind !== 'potts';
    return crosses ? source === 0 : source === target;
  }

  private placeLogits(): void {
    const { rows } = this.context;
    const apart = !this.fused;
    if (apart === this.ownLogits.length > 0) return;
    for (const buffer of this.ownLogits) this.buffers.release(buffer);
    this.ownLogits = apart
      ? this.q.map(() => this.buffers.storage('MeanField.logits', this.pixelCount * rows.rowChannels * 4))
      : [];
    this.shared = { ...this.shared, logits: apart ? this.ownLogits : this.shared.q };
    this.fromLogits = undefined;
  }

  /** Room for the rows of the largest lattice. */
  private placeVertexRows(): void {
    const bytes = Math.max(4, ...this.slots.map(({ filter }) => filter.vertexRowBytes));
    if (bytes === this.vertexRowBytes) return;
    this.buffers.release(this.shared.sums);
    this.buffers.release(this.shared.spareRows);
    this.vertexRowBytes = bytes;
    const [sums, spareRows] = this.createVertexRows();
    this.shared = { ...this.shared, sums, spareRows };
  }

  private createVertexRows(): [GPUBuffer, GPUBuffer] {
    const row = (name: string) => this.buffers.storage(`MeanField.${name}`, this.vertexRowBytes);
    return [row('sums'), row('spareRows')];
  }

  private createScratch(kept: readonly Slot[]): void {
    const dims = this.parameters.kernels
      .filter(({ method }) => method === 'lattice')
      .map(({ featureDim }) => featureDim);
    const key = [...new Set(dims)].sort().join();
    if (key === this.scratchDims) return;
    this.scratch?.destroy();
    this.scratch = dims.length > 0 ? new LatticeScratch(this.context.device, this.pixelCount, dims) : undefined;
    this.scratchDims = key;
    for (const { filter } of kept) {
      if (filter instanceof LatticeFilter && this.scratch) filter.setScratch(this.scratch);
    }
  }

  private createSlot(kernel: ResolvedKernel): Slot {
    return { kernel, filter: this.createFilter(kernel), built: false, normalized: false };
  }

  private createFilter(kernel: ResolvedKernel): KernelFilter {
    if (kernel.method === 'exact') return new ExactFilter(this.context, kernel);
    if (kernel.method === 'separable') return new SeparableFilter(this.context, kernel);
    if (!this.scratch) throw new Error('MeanField: lattice without scratch');
    const { maxVertexCount } = latticeShape(kernel.featureDim, this.pixelCount);
    return new LatticeFilter(
      this.context,
      kernel,
      this.scratch,
      Math.min(maxVertexCount, this.capacityOf(maxVertexCount)),
    );
  }

  private capacityOf(maxVertexCount: number): number {
    if (this.vertexCapacity === 'worst-case') return maxVertexCount;
    // Photographs at usual sigmas make 0.03 to 0.1 vertices a pixel, the spatial kernel at sigma 3 0.13.
    return this.vertexCapacity === 'measured' ? Math.ceil(this.pixelCount / 6) + 256 : this.vertexCapacity;
  }

  private async prepareSoftmax(source: readonly GPUBuffer[], fromUnary: boolean, compares: boolean): Promise<Encode> {
    const { programs, rows, tuning, unusedWrite } = this.context;
    const constants = { ...rowConstants(rows, tuning), fromUnary, compares };
    const grid = foldedGrid(Math.ceil(this.pixelCount / tuning.workgroupSize));
    const common = { parameters: { buffer: this.softmaxUniform }, largestChange: { buffer: this.largestChange } };
    if (!this.running) {
      const whole = await programs.get(softmax, { ...constants, firstSlab: true }, 'whole');
      const [logits, q] = [{ buffer: source[0] }, { buffer: this.q[0] }];
      const group = whole.bind({ ...common, logits, running: unusedWrite[0], q });
      return (pass) => whole.encode(pass, group, grid);
    }
    const running = { buffer: this.running };
    const apply = await programs.get(softmax, { ...constants, firstSlab: false }, 'apply');
    const steps = await Promise.all(
      source.map(async (logits, slab) => {
        const reduce = await programs.get(softmax, { ...constants, firstSlab: slab === 0 }, 'reduce');
        const shared = { ...common, logits: { buffer: logits }, running };
        return {
          reduce,
          reduceGroup: reduce.bind({ ...shared, q: unusedWrite[0] }),
          applyGroup: apply.bind({ ...shared, q: { buffer: this.q[slab] } }),
        };
      }),
    );
    return (pass) => {
      for (const { reduce, reduceGroup } of steps) reduce.encode(pass, reduceGroup, grid);
      for (const { applyGroup } of steps) apply.encode(pass, applyGroup, grid);
    };
  }
}

function comparesMarginals({ damping, tolerance }: ResolvedParameters): boolean {
  return damping > 0 || tolerance > 0;
}

/** Whether a filter made for one kernel serves the other: all that its structure depends on is the same. */
function sameFeatures(a: ResolvedKernel, b: ResolvedKernel): boolean {
  return (
    a.type === b.type &&
    a.method === b.method &&
    a.featureDim === b.featureDim &&
    a.features === b.features &&
    a.sigmas.every((sigma, index) => sigma === b.sigmas[index])
  );
}
