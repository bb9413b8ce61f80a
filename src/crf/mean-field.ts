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
import { LatticeScratch } from './lattice-scratch.js';
import { sameFeatures } from './own-parameters.js';
import type { PixelRows } from './pixel-rows.js';
import { isOneBlock } from './row-plan.js';
import { SeparableFilter } from './separable-filter.js';
import type { VertexRoom } from './vertex-room.js';

/** One kernel with its filter. */
export interface Slot {
  kernel: ResolvedKernel;
  readonly filter: KernelFilter;
  /** What has to be done before Q can pass through it. */
  built: boolean;
  normalized: boolean;
  /** Vertices of its lattice as it is built; null where nobody has counted them, or there is none. */
  vertexCount: number | null;
}

/** One kernel's message from one slab to another. */
interface Passage {
  target: number;
  encode(stages: StageEncoder): void;
}

type Encode = (pass: GPUComputePassEncoder) => void;

/**
 * Mean-field iterations over one row plan (Krähenbühl & Koltun 2011, algorithm 1): owns the logits and the kernels' filters, works on
 * the rows it is given, and knows what must be computed again when something changes. It encodes; submitting and reading are its
 * caller's.
 */
export class MeanField {
  /** Bits of max |ΔQ|. */
  readonly largestChange: GPUBuffer;
  private readonly context: FilterContext;
  /** f32 pairs [pixelCount]: maximum and sum of what softmax has seen of rows that are longer than a block. */
  private readonly running: GPUBuffer | undefined;
  private readonly memory: BufferSet;
  private readonly softmaxUniform: GPUBuffer;
  private scratch: LatticeScratch | undefined;
  private scratchDims = '';
  private slots: Slot[] = [];
  private shared: SharedBuffers;
  private vertexRowBytes = 4;
  private ownLogits: GPUBuffer[] = [];
  private starting: Encode | undefined;
  /** Ends an iteration where the last kernel's slice does not. */
  private closing: Encode | undefined;

  /** Throws DeviceError. */
  constructor(
    readonly rows: PixelRows,
    image: GPUBuffer,
    private parameters: ResolvedParameters,
    private readonly room: VertexRoom,
  ) {
    const { device } = rows.context;
    this.memory = new BufferSet(device);
    this.context = { ...rows.context, memory: this.memory };
    try {
      this.running = isOneBlock(this.context.rows)
        ? undefined
        : this.memory.storage('MeanField.running', this.pixelCount * 8);
      this.largestChange = this.memory.storage('MeanField.largestChange', 4);
      this.softmaxUniform = this.memory.uniform('MeanField.softmax', 2);
      const [sums, spareRows] = this.createVertexRows();
      this.shared = { image, q: rows.q, unary: rows.unary, logits: rows.q, sums, spareRows };
      this.setParameters(parameters);
    } catch (error) {
      this.memory.destroy();
      throw error;
    }
  }

  /** Bytes held, filters included. */
  get bytes(): number {
    const filters = this.slots.reduce((sum, { filter }) => sum + filter.bytes, 0);
    return this.memory.bytes + filters + (this.scratch?.bytes ?? 0);
  }

  /** Dispatches of one iteration. */
  get dispatches(): number {
    const filters = this.slots.reduce((sum, { filter }) => sum + filter.dispatches, 0);
    if (this.fused) return filters;
    return filters + (isOneBlock(this.context.rows) ? 1 : 2 * this.context.rows.slabCount);
  }

  /** Kernels and their filters, in the order of the parameters. */
  get kernels(): readonly Readonly<Slot>[] {
    return this.slots;
  }

  /** Whether `encodeBuild` has anything to do. */
  get needsBuild(): boolean {
    return this.slots.some(({ built, normalized }) => !built || !normalized);
  }

  /** Whether a lattice will be built by the next `encodeBuild`. */
  get needsLattice(): boolean {
    return this.slots.some(({ built, filter }) => !built && filter instanceof LatticeFilter);
  }

  /** Keeps every filter whose features are the same; what depends on nothing that changed is not computed again. */
  setParameters(parameters: ResolvedParameters): void {
    if (comparesMarginals(parameters) !== this.compares) this.closing = undefined;
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
      if (slot.kernel.type !== 'bilateral') continue;
      slot.built = slot.normalized = false;
      if (slot.filter instanceof ExactFilter) slot.filter.hasFeatures = false;
    }
  }

  /** What was built is not to be used: it is built anew. */
  forgetLattices(): void {
    for (const slot of this.slots) {
      if (slot.filter instanceof LatticeFilter) slot.built = slot.normalized = false;
    }
  }

  /** Takes note of the vertices of a lattice as it is built. */
  setVertexCount(index: number, vertexCount: number): void {
    this.slots[index].vertexCount = vertexCount;
  }

  /** Gives each lattice the room that there is for it; those that had too little are built anew. Throws DeviceError. */
  fitRoom(): void {
    for (const slot of this.slots) {
      const { filter, kernel } = slot;
      if (!(filter instanceof LatticeFilter)) continue;
      const vertices = this.room.verticesFor(kernel);
      if (filter.structure.vertexCapacity >= vertices) continue;
      filter.grow(vertices);
      slot.built = slot.normalized = false;
    }
    this.placeVertexRows();
  }

  async prepare(): Promise<void> {
    for (const [index, { filter }] of this.slots.entries()) {
      await filter.prepare(this.shared, this.useOf(index));
      // A slab that is not the first one adds to what others left.
      if (this.context.rows.slabCount > 1)
        await filter.prepare(this.shared, { ...this.useOf(index), firstKernel: false });
    }
    this.starting ??= await this.prepareSoftmax(this.rows.unary, true, false);
    if (this.fused) return;
    // Without kernels there is no message: Q comes from the energies again.
    this.closing ??= await (this.slots.length > 0
      ? this.prepareSoftmax(this.shared.logits, false, this.compares)
      : this.prepareSoftmax(this.rows.unary, true, this.compares));
  }

  /** Lattices and factors n that are not up to date. */
  encodeBuild(stages: StageEncoder): void {
    for (const slot of this.slots) {
      if (!slot.built) {
        slot.filter.encodeBuild(stages);
        slot.vertexCount = null;
      }
      if (!slot.built || !slot.normalized) slot.filter.encodeNormalization(stages);
      slot.built = slot.normalized = true;
    }
  }

  /** Q = softmax(-unary). */
  encodeStart(stages: StageEncoder): void {
    stages.stage('softmax', (pass) => this.starting?.(pass));
  }

  encodeIteration(stages: StageEncoder): void {
    const { slabCount } = this.context.rows;
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
    if (!this.fused) stages.stage('softmax', (pass) => this.closing?.(pass));
  }

  /** The messages of one kernel for the Q there is, one after the other, each into a buffer of the energy's own for its target slab. */
  async prepareMessages(index: number, message: readonly GPUBuffer[]): Promise<Passage[]> {
    const { filter, kernel } = this.slots[index];
    const use: MessageUse = { firstKernel: false, lastKernel: false, messageOnly: true };
    await filter.prepare({ ...this.shared, logits: message }, use);
    const slabs = Array.from({ length: this.context.rows.slabCount }, (_unused, slab) => slab);
    return slabs.flatMap((source) =>
      (carriesAcross(kernel) ? slabs : [source]).map((target, position) => ({
        target,
        encode: (stages) => {
          if (position === 0) filter.encodeSpread(stages, source);
          filter.encodeMessage(stages, source, target, use);
        },
      })),
    );
  }

  destroy(): void {
    this.slots = [];
    this.memory.destroy();
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
    const { length } = this.slots;
    return (
      length > 0 &&
      isOneBlock(this.context.rows) &&
      !this.compares &&
      !this.slots.some(({ filter }) => filter.readsQLate)
    );
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
    const crosses = (index: number) => carriesAcross(this.slots[index].kernel);
    const indices = this.slots.map((_slot, index) => index);
    return [...indices.filter(crosses), ...indices.filter((index) => !crosses(index))];
  }

  /** Whether the first kernel's message from this slab is the first to reach that one. */
  private isFirstSource(source: number, target: number): boolean {
    const crosses = carriesAcross(this.slots[this.messageOrder[0]].kernel);
    return crosses ? source === 0 : source === target;
  }

  private placeLogits(): void {
    const { rows } = this.context;
    const apart = !this.fused && this.slots.length > 0;
    if (apart === this.ownLogits.length > 0) return;
    for (const buffer of this.ownLogits) this.memory.release(buffer);
    this.ownLogits = apart
      ? this.rows.q.map(() => this.memory.storage('MeanField.logits', this.pixelCount * rows.rowChannels * 4))
      : [];
    this.shared = { ...this.shared, logits: apart ? this.ownLogits : this.shared.q };
    this.closing = undefined;
  }

  /** Room for the rows of the largest lattice. */
  private placeVertexRows(): void {
    const bytes = Math.max(4, ...this.slots.map(({ filter }) => filter.vertexRowBytes));
    if (bytes === this.vertexRowBytes) return;
    this.memory.release(this.shared.sums);
    this.memory.release(this.shared.spareRows);
    this.vertexRowBytes = bytes;
    const [sums, spareRows] = this.createVertexRows();
    this.shared = { ...this.shared, sums, spareRows };
  }

  private createVertexRows(): [GPUBuffer, GPUBuffer] {
    const row = (name: string) => this.memory.storage(`MeanField.${name}`, this.vertexRowBytes);
    return [row('sums'), row('spareRows')];
  }

  private createScratch(kept: readonly Slot[]): void {
    const dims = this.parameters.kernels
      .filter(({ method }) => method === 'lattice')
      .map(({ featureDim }) => featureDim);
    const key = [...new Set(dims)].sort().join();
    if (key === this.scratchDims) return;
    this.scratch?.destroy();
    this.scratch = dims.length > 0 ? new LatticeScratch(this.context.device, this.pixelCount, dims, this.memory) : undefined;
    this.scratchDims = key;
    for (const { filter } of kept) {
      if (filter instanceof LatticeFilter && this.scratch) filter.setScratch(this.scratch);
    }
  }

  private createSlot(kernel: ResolvedKernel): Slot {
    return { kernel, filter: this.createFilter(kernel), built: false, normalized: false, vertexCount: null };
  }

  private createFilter(kernel: ResolvedKernel): KernelFilter {
    if (kernel.method === 'exact') return new ExactFilter(this.context, kernel);
    if (kernel.method === 'separable') return new SeparableFilter(this.context, kernel);
    if (!this.scratch) throw new Error('MeanField: lattice without scratch');
    return new LatticeFilter(this.context, kernel, this.scratch, this.room.verticesFor(kernel));
  }

  private async prepareSoftmax(source: readonly GPUBuffer[], fromUnary: boolean, compares: boolean): Promise<Encode> {
    const { programs, rows, tuning, unusedWrite } = this.context;
    const constants = { ...rowConstants(rows, tuning), fromUnary, compares };
    const grid = foldedGrid(Math.ceil(this.pixelCount / tuning.workgroupSize));
    const common = { parameters: { buffer: this.softmaxUniform }, largestChange: { buffer: this.largestChange } };
    if (!this.running) {
      const whole = await programs.get(softmax, { ...constants, firstSlab: true }, 'whole');
      const [logits, q] = [{ buffer: source[0] }, { buffer: this.rows.q[0] }];
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
          applyGroup: apply.bind({ ...shared, q: { buffer: this.rows.q[slab] } }),
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

/** Whether a kernel's message goes from every slab to every other; Potts keeps to labels themselves. */
function carriesAcross({ compatibility }: ResolvedKernel): boolean {
  return compatibility.kind !== 'potts';
}
