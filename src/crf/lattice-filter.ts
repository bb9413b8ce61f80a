// SPDX-License-Identifier: MIT

import { BufferSet } from '../gpu/buffers.js';
import type { StageEncoder } from '../gpu/pass.js';
import { float } from '../gpu/shader.js';
import { writeUniform } from '../gpu/uniforms.js';
import type { ResolvedKernel } from '../problem/types.js';
import { blur } from '../stages/blur.js';
import { dispatchSizeOffsets } from '../stages/dispatch-sizes.js';
import { normalization } from '../stages/normalization.js';
import { slice } from '../stages/slice.js';
import { splat } from '../stages/splat.js';
import { splatScales } from '../stages/splat-scales.js';
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
import type { LatticeScratch } from './lattice-scratch.js';
import { LatticeStructure } from './lattice-structure.js';
import { PenaltyTransform } from './penalty-transform.js';

type Encode = (pass: GPUComputePassEncoder) => void;

/** From Q, or ones, to blurred rows. */
interface Filtering {
  splat: Encode;
  blur: Encode;
}

/** Filters on the permutohedral lattice: splat, blur along each axis, slice (Adams, Baek, Davis 2010). */
export class LatticeFilter implements KernelFilter {
  readonly readsQLate = false;
  readonly norms: GPUBuffer;
  readonly structure: LatticeStructure;
  private readonly buffers: BufferSet;
  private readonly parameters: GPUBuffer;
  /** One uniform an axis. */
  private readonly axes: readonly GPUBuffer[];
  /** Where blur ends, f32 [vertexCapacity + 1, rowChannels]. */
  private blurredRows: GPUBuffer;
  /** f32 [vertexCapacity + 1] */
  private scales: GPUBuffer;
  /** Barycentric weights with n in them, in the order of sortedPixels, f32 [pixelCount, featureDim + 1]. */
  private readonly splatWeights: GPUBuffer;
  /** The same buffer where both directions have the same factor. */
  private sliceWeights: GPUBuffer;
  private readonly penalties: PenaltyTransform;
  private normalize: ((stages: StageEncoder) => void) | undefined;
  private spread: Filtering[] | undefined;
  private readonly messages = new Map<string, Encode>();
  private bound: SharedBuffers | undefined;

  constructor(
    private readonly context: FilterContext,
    private kernel: ResolvedKernel,
    scratch: LatticeScratch,
    vertexCapacity: number,
  ) {
    const { device, size } = context;
    this.buffers = new BufferSet(device, context.memory);
    this.penalties = new PenaltyTransform(context, kernel.compatibility);
    this.structure = new LatticeStructure(context, kernel, scratch, vertexCapacity);
    this.norms = this.buffers.storage('LatticeFilter.norms', size.width * size.height * 8);
    this.parameters = this.buffers.uniform('LatticeFilter.parameters', 2);
    this.axes = Array.from({ length: kernel.featureDim + 1 }, (_unused, axis) => {
      const uniform = this.buffers.uniform('LatticeFilter.axis', 1);
      writeUniform(device, uniform, [axis]);
      return uniform;
    });
    [this.blurredRows, this.scales] = this.createRows();
    this.splatWeights = this.sliceWeights = this.createWeights('splatWeights');
    this.placeSliceWeights();
    this.writeParameters();
  }

  get bytes(): number {
    return this.buffers.bytes + this.structure.bytes + this.penalties.bytes;
  }

  get vertexRowBytes(): number {
    return (this.structure.vertexCapacity + 1) * this.context.rows.rowChannels * 4;
  }

  get dispatches(): number {
    const { slabCount } = this.context.rows;
    const perPair = this.transforms ? 2 : 1;
    return slabCount * (1 + this.cornerCount) + (this.transforms ? slabCount * slabCount : slabCount) * perPair;
  }

  get pottsWeight(): number {
    return this.kernel.compatibility.kind === 'potts' ? this.kernel.compatibility.weight : 1;
  }

  setKernel(kernel: ResolvedKernel): boolean {
    const renormalize = kernel.normalization !== this.kernel.normalization;
    const rebind = renormalize || kernel.compatibility.kind !== this.kernel.compatibility.kind;
    this.kernel = kernel;
    this.placeSliceWeights();
    this.writeParameters();
    if (rebind) this.forget();
    this.penalties.setCompatibility(kernel.compatibility);
    return renormalize;
  }

  /** Makes room for more vertices; the lattice must be built again. */
  grow(vertexCapacity: number): void {
    this.structure.grow(vertexCapacity);
    for (const buffer of [this.blurredRows, this.scales]) this.buffers.release(buffer);
    [this.blurredRows, this.scales] = this.createRows();
    this.forget();
  }

  /** Another engine-wide scratch: the next build uses it. */
  setScratch(scratch: LatticeScratch): void {
    this.structure.setScratch(scratch);
  }

  async prepare(buffers: SharedBuffers, use: MessageUse): Promise<void> {
    if (this.bound !== buffers) this.forget();
    this.bound = buffers;
    await this.structure.prepare(buffers.image);
    this.normalize ??= await this.prepareNormalization(buffers);
    this.spread ??= await this.prepareSpread(buffers);
    if (!this.messages.has(messageKey(use, 0, 0))) await this.prepareMessages(buffers, use);
  }

  encodeBuild(stages: StageEncoder): void {
    this.structure.encodeBuild(stages);
  }

  encodeNormalization(stages: StageEncoder): void {
    this.normalize?.(stages);
  }

  encodeSpread(stages: StageEncoder, slab: number): void {
    const filtering = this.spread?.[slab];
    if (!filtering) throw new Error('LatticeFilter.encodeSpread before prepare');
    stages.stage('splat', filtering.splat);
    stages.stage('blur', filtering.blur);
  }

  encodeMessage(stages: StageEncoder, sourceSlab: number, targetSlab: number, use: MessageUse): void {
    const encode = this.messages.get(messageKey(use, sourceSlab, targetSlab));
    if (!encode) {
      // Labels of other slabs are no concern of Potts.
      if (sourceSlab !== targetSlab && !this.transforms) return;
      throw new Error('LatticeFilter.encodeMessage before prepare');
    }
    stages.stage('slice', encode);
  }

  destroy(): void {
    this.structure.destroy();
    this.penalties.destroy();
    this.buffers.destroy();
  }

  private get cornerCount(): number {
    return this.kernel.featureDim + 1;
  }

  /** Whether rows pass through a penalty matrix. */
  private get transforms(): boolean {
    return this.kernel.compatibility.kind !== 'potts';
  }

  /** pydensecrf's lattice scale, 1/(1 + 2^-d): Adams et al.'s blur has gain 1 + 2^-d on a full lattice. */
  private get latticeScale(): number {
    return 1 / (1 + 2 ** -this.kernel.featureDim);
  }

  private createRows(): [GPUBuffer, GPUBuffer] {
    return [
      this.buffers.storage('LatticeFilter.blurredRows', this.vertexRowBytes),
      this.buffers.storage('LatticeFilter.scales', (this.structure.vertexCapacity + 1) * 4),
    ];
  }

  private createWeights(name: string): GPUBuffer {
    const { width, height } = this.context.size;
    return this.buffers.storage(`LatticeFilter.${name}`, width * height * this.cornerCount * 4);
  }

  /** `before` and `after` multiply in one direction only. */
  private placeSliceWeights(): void {
    const { dividesBefore, dividesAfter } = normConstants(this.kernel);
    const apart = dividesBefore !== dividesAfter;
    if (apart === (this.sliceWeights !== this.splatWeights)) return;
    if (!apart) this.buffers.release(this.sliceWeights);
    this.sliceWeights = apart ? this.createWeights('sliceWeights') : this.splatWeights;
  }

  private forget(): void {
    this.normalize = undefined;
    this.spread = undefined;
    this.messages.clear();
  }

  private writeParameters(): void {
    const weight = this.pottsWeight;
    writeUniform(this.context.device, this.parameters, [{ float: this.latticeScale * weight }, { float: weight }]);
  }

  private constants() {
    const { maxRunLength } = this.context.tuning;
    return {
      ...rowConstants(this.context.rows, this.context.tuning),
      cornerCount: this.cornerCount,
      maxRunLength,
      runLengthBits: Math.log2(maxRunLength),
    };
  }

  private sizeAt(name: 'runs' | 'vertices' | 'runBlocks' | 'vertexBlocks') {
    return { buffer: this.structure.sizes, offset: dispatchSizeOffsets[name] };
  }

  private get counted() {
    return { buffer: this.structure.sizes, offset: 0, size: 16 };
  }

  private get runBindings() {
    const { structure } = this;
    return {
      counted: this.counted,
      runs: { buffer: structure.runs },
      sortedPixels: { buffer: structure.sortedPixels },
      simplexVertices: { buffer: structure.simplexVertices },
    };
  }

  /** splat, then d + 1 axes of blur: of Q, or of ones where there is none; with n in the weights, or with those by pixel. */
  private async prepareFilter(
    { sums, spareRows }: SharedBuffers,
    q: GPUBufferBinding | undefined,
    byPixel: boolean,
  ): Promise<Filtering> {
    const { programs, unusedRead, unusedWrite } = this.context;
    const { structure } = this;
    const ones = q === undefined;
    const all = { ...this.constants(), ...(ones ? oneChannel : {}) };
    const splatting = await programs.get(splat, { ...all, byPixel, ones });
    const splatGroup = splatting.bind({
      ...this.runBindings,
      weights: { buffer: byPixel ? structure.weights : this.splatWeights },
      q: q ?? unusedRead,
      scales: { buffer: this.scales },
      sums: { buffer: sums },
    });
    // From one to the other, so that the last axis writes the filter's own.
    const rowsAfter = (axis: number) => ((this.cornerCount - 1 - axis) % 2 === 0 ? this.blurredRows : spareRows);
    const axes = await Promise.all(
      Array.from({ length: this.cornerCount }, async (_unused, axis) => {
        const program = await programs.get(blur, { ...all, firstAxis: axis === 0, secondAxis: axis === 1 });
        const source = axis === 0 ? sums : rowsAfter(axis - 1);
        const group = program.bind({
          counted: this.counted,
          neighbours: { buffer: structure.neighbours },
          scales: { buffer: this.scales },
          source: { buffer: source },
          blurred: { buffer: rowsAfter(axis) },
          sums: axis === 1 ? { buffer: sums } : unusedWrite[0],
          axis: { buffer: this.axes[axis] },
        });
        return { program, group };
      }),
    );
    const [runSize, vertexSize] = ones
      ? [this.sizeAt('runs'), this.sizeAt('vertices')]
      : [this.sizeAt('runBlocks'), this.sizeAt('vertexBlocks')];
    return {
      splat: (pass) => splatting.encode(pass, splatGroup, runSize),
      blur: (pass) => {
        for (const { program, group } of axes) program.encode(pass, group, vertexSize);
      },
    };
  }

  /**
   * n, by filtering ones; where Potts leaves a label out also the message of Q = 1; and the scales of the sums, of ones and then of Q.
   */
  private async prepareNormalization(buffers: SharedBuffers): Promise<(stages: StageEncoder) => void> {
    const { dividesBefore } = normConstants(this.kernel);
    const first = await this.prepareNormalizationPass(buffers, false);
    const second =
      this.context.rows.implicitLast && dividesBefore ? await this.prepareNormalizationPass(buffers, true) : undefined;
    const rescale = dividesBefore ? await this.prepareScales(true) : undefined;
    const rowBytes = this.context.rows.rowChannels * 4;
    return (stages) => {
      const clearScales = () => stages.command((encoder) => encoder.clearBuffer(this.scales));
      clearScales();
      stages.stage('normalization', first.scale);
      stages.stage('normalization', first.filter);
      if (rescale) {
        clearScales();
        stages.stage('normalization', rescale);
      }
      if (second) stages.stage('normalization', second.filter);
      // The row of the vertex that does not exist is wider than one channel was.
      stages.command((encoder) => {
        encoder.clearBuffer(this.blurredRows, 0, rowBytes);
        encoder.clearBuffer(buffers.spareRows, 0, rowBytes);
      });
    };
  }

  private async prepareNormalizationPass(
    buffers: SharedBuffers,
    secondPass: boolean,
  ): Promise<{ scale: Encode; filter: Encode }> {
    const { programs, unusedWrite } = this.context;
    const sliceApart = this.sliceWeights !== this.splatWeights;
    const scale = await this.prepareScales(secondPass);
    const filter = await this.prepareFilter(buffers, undefined, !secondPass);
    const slicing = await programs.get(normalization, {
      ...this.constants(),
      ...normConstants(this.kernel),
      sliceApart,
      secondPass,
      latticeScale: float(this.latticeScale),
    });
    const group = slicing.bind({
      ...this.runBindings,
      weights: { buffer: this.structure.weights },
      values: { buffer: this.blurredRows },
      norms: { buffer: this.norms },
      splatWeights: { buffer: this.splatWeights },
      sliceWeights: sliceApart ? { buffer: this.sliceWeights } : unusedWrite[0],
    });
    const runSize = this.sizeAt('runs');
    return {
      scale,
      filter: (pass) => {
        filter.splat(pass);
        filter.blur(pass);
        slicing.encode(pass, group, runSize);
      },
    };
  }

  private async prepareScales(divides: boolean): Promise<Encode> {
    const { programs } = this.context;
    const constants = { ...this.constants(), divides };
    const bounding = divides ? await programs.get(splatScales, constants, 'bounds') : undefined;
    const scaling = await programs.get(splatScales, constants);
    const group = scaling.bind({
      ...this.runBindings,
      norms: { buffer: this.norms },
      splatCounts: { buffer: this.structure.splatCounts },
      scales: { buffer: this.scales },
    });
    const [runSize, vertexSize] = [this.sizeAt('runs'), this.sizeAt('vertices')];
    return (pass) => {
      bounding?.encode(pass, group, runSize);
      scaling.encode(pass, group, vertexSize);
    };
  }

  private prepareSpread(buffers: SharedBuffers): Promise<Filtering[]> {
    return Promise.all(buffers.q.map((buffer) => this.prepareFilter(buffers, { buffer }, false)));
  }

  private async prepareMessages(buffers: SharedBuffers, use: MessageUse): Promise<void> {
    const { programs, rows } = this.context;
    const slicing = await programs.get(slice, { ...this.constants(), ...use });
    const slabs = Array.from({ length: rows.slabCount }, (_unused, slab) => slab);
    for (const source of slabs) {
      for (const target of this.transforms ? slabs : [source]) {
        const transformed = buffers.spareRows;
        const transform = this.transforms
          ? await this.penalties.prepare(source, target, {
              counted: this.counted,
              source: { buffer: this.blurredRows },
              transformed: { buffer: transformed },
              firstRow: 1,
              grid: this.sizeAt('vertexBlocks'),
            })
          : undefined;
        const group = slicing.bind({
          ...this.runBindings,
          parameters: { buffer: this.parameters },
          weights: { buffer: this.sliceWeights },
          norms: { buffer: this.norms },
          values: { buffer: transform ? transformed : this.blurredRows },
          unary: { buffer: buffers.unary[target] },
          logits: { buffer: buffers.logits[target] },
        });
        const runSize = this.sizeAt('runBlocks');
        this.messages.set(messageKey(use, source, target), (pass) => {
          transform?.(pass);
          slicing.encode(pass, group, runSize);
        });
      }
    }
  }
}

function messageKey(use: MessageUse, source: number, target: number): string {
  return `${useKey(use)} ${source} ${target}`;
}
