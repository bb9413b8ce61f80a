// SPDX-License-Identifier: MIT

import { BufferSet } from '../gpu/buffers.js';
import type { StageEncoder } from '../gpu/pass.js';
import { foldedGrid } from '../gpu/program.js';
import { writeUniform } from '../gpu/uniforms.js';
import type { ResolvedKernel } from '../problem/types.js';
import { exact } from '../stages/exact.js';
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

/** Pairs that one dispatch evaluates at most: about a tenth of a second on a small GPU, well before any watchdog. */
const pairsPerDispatch = 2 ** 28;

type Encode = (pass: GPUComputePassEncoder) => void;

/** Filters by the true Gaussian sum over all pairs. */
export class ExactFilter implements KernelFilter {
  readonly readsQLate = true;
  readonly vertexRowBytes = 0;
  readonly norms: GPUBuffer;
  private readonly buffers: BufferSet;
  private readonly features: GPUBuffer;
  /** One uniform a range of pixels: a dispatch each. */
  private readonly ranges: { uniform: GPUBuffer; first: number; end: number }[];
  private readonly counted: GPUBuffer;
  private readonly penalties: PenaltyTransform;
  private transformed: GPUBuffer | undefined;
  private normalize: Encode | undefined;
  private readonly messages = new Map<string, Encode>();
  private bound: SharedBuffers | undefined;

  constructor(
    private readonly context: FilterContext,
    private kernel: ResolvedKernel,
  ) {
    const { device } = context;
    const { pixelCount } = this;
    this.buffers = new BufferSet(device, context.memory);
    this.penalties = new PenaltyTransform(context, kernel.compatibility);
    this.features = this.buffers.storage('ExactFilter.features', pixelCount * kernel.featureDim * 4);
    this.norms = this.buffers.storage('ExactFilter.norms', pixelCount * 8);
    this.counted = this.buffers.uniform('ExactFilter.counted', 1);
    writeUniform(device, this.counted, [pixelCount]);
    const step = Math.max(1, Math.floor(pairsPerDispatch / pixelCount));
    this.ranges = Array.from({ length: Math.ceil(pixelCount / step) }, (_unused, index) => ({
      uniform: this.buffers.uniform('ExactFilter.range', 4),
      first: index * step,
      end: Math.min(pixelCount, (index + 1) * step),
    }));
    this.writeRanges();
  }

  get bytes(): number {
    return this.buffers.bytes + this.penalties.bytes;
  }

  get dispatches(): number {
    const { slabCount } = this.context.rows;
    return this.transforms ? slabCount * slabCount * (1 + this.ranges.length) : slabCount * this.ranges.length;
  }

  get pottsWeight(): number {
    return this.kernel.compatibility.kind === 'potts' ? this.kernel.compatibility.weight : 1;
  }

  hasFeatures = false;

  /** [featureDim, pixelCount], divided by the sigmas; from the image or the parameters. */
  setFeatures(features: Float32Array): void {
    const { featureDim } = this.kernel;
    this.hasFeatures = true;
    const interleaved = new Float32Array(features.length);
    for (let j = 0; j < featureDim; j++) {
      for (let i = 0; i < this.pixelCount; i++) interleaved[i * featureDim + j] = features[j * this.pixelCount + i];
    }
    this.context.device.queue.writeBuffer(this.features, 0, interleaved);
  }

  setKernel(kernel: ResolvedKernel): boolean {
    const renormalize = kernel.normalization !== this.kernel.normalization;
    if (renormalize || kernel.compatibility.kind !== this.kernel.compatibility.kind) this.forget();
    this.kernel = kernel;
    this.penalties.setCompatibility(kernel.compatibility);
    this.writeRanges();
    return renormalize;
  }

  async prepare(buffers: SharedBuffers, use: MessageUse): Promise<void> {
    if (this.bound !== buffers) this.forget();
    this.bound = buffers;
    this.normalize ??= await this.prepareNormalization();
    if (!this.messages.has(`${useKey(use)} 0 0`)) await this.prepareMessages(buffers, use);
  }

  encodeBuild(): void {}

  encodeNormalization(stages: StageEncoder): void {
    if (this.normalize) stages.stage('normalization', this.normalize);
  }

  encodeSpread(): void {}

  encodeMessage(stages: StageEncoder, sourceSlab: number, targetSlab: number, use: MessageUse): void {
    const encode = this.messages.get(`${useKey(use)} ${sourceSlab} ${targetSlab}`);
    if (encode) stages.stage('exact', encode);
    else if (sourceSlab === targetSlab || this.transforms) throw new Error('ExactFilter.encodeMessage before prepare');
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
    this.messages.clear();
  }

  private writeRanges(): void {
    for (const { uniform, first, end } of this.ranges) {
      writeUniform(this.context.device, uniform, [this.pixelCount, first, end, { float: this.pottsWeight }]);
    }
  }

  private constants() {
    const norm = normConstants(this.kernel);
    return {
      ...rowConstants(this.context.rows, this.context.tuning),
      featureDim: this.kernel.featureDim,
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

  private gridOf(first: number, end: number, blocks: number) {
    return foldedGrid(Math.ceil((end - first) / this.context.tuning.workgroupSize), blocks);
  }

  private async prepareNormalization(): Promise<Encode> {
    const { programs, unusedRead, unusedWrite, rows } = this.context;
    const norm = normConstants(this.kernel);
    const second = rows.implicitLast && norm.dividesBefore;
    const passes = await Promise.all(
      (second ? [false, true] : [false]).map((secondPass) =>
        programs.get(exact, { ...this.constants(), ...oneChannel, secondPass }, 'normalize'),
      ),
    );
    const groups = this.ranges.map(({ uniform }) =>
      passes[0].bind({
        exact: { buffer: uniform },
        features: { buffer: this.features },
        norms: { buffer: this.norms },
        q: unusedRead,
        unary: unusedRead,
        logits: unusedWrite[0],
      }),
    );
    return (pass) => {
      for (const program of passes) {
        this.ranges.forEach(({ first, end }, index) => {
          program.encode(pass, groups[index], this.gridOf(first, end, 1));
        });
      }
    };
  }

  private async prepareMessages(buffers: SharedBuffers, use: MessageUse): Promise<void> {
    const { programs, rows } = this.context;
    const program = await programs.get(exact, { ...this.constants(), ...use });
    const slabs = Array.from({ length: rows.slabCount }, (_unused, slab) => slab);
    for (const source of slabs) {
      for (const target of this.transforms ? slabs : [source]) {
        const transform = this.transforms ? await this.prepareTransform(buffers, source, target) : undefined;
        const groups = this.ranges.map(({ uniform }) =>
          program.bind({
            exact: { buffer: uniform },
            features: { buffer: this.features },
            norms: { buffer: this.norms },
            q: { buffer: transform?.rows ?? buffers.q[source] },
            unary: { buffer: buffers.unary[target] },
            logits: { buffer: buffers.logits[target] },
          }),
        );
        this.messages.set(`${useKey(use)} ${source} ${target}`, (pass) => {
          transform?.encode(pass);
          this.ranges.forEach(({ first, end }, index) => {
            program.encode(pass, groups[index], this.gridOf(first, end, rows.blockCount));
          });
        });
      }
    }
  }

  private async prepareTransform(buffers: SharedBuffers, source: number, target: number) {
    const { rows } = this.context;
    const { pixelCount } = this;
    this.transformed ??= this.buffers.storage('ExactFilter.transformed', pixelCount * rows.rowChannels * 4);
    const encode = await this.penalties.prepare(source, target, {
      counted: { buffer: this.counted },
      source: { buffer: buffers.q[source] },
      transformed: { buffer: this.transformed },
      firstRow: 0,
      grid: this.gridOf(0, pixelCount, rows.blockCount),
    });
    return { rows: this.transformed, encode };
  }
}
