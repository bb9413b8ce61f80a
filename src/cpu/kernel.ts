// SPDX-License-Identifier: MIT

import type { ProblemSize, ResolvedKernel } from '../problem/types.js';
import { addMessage } from '../reference/compatibility.js';
import { ExactFilter } from '../reference/exact.js';
import { allFeatures, featureSource } from '../reference/features.js';
import type { Filter } from '../reference/filter.js';
import { type RowEngine, type Rows, typedArrays } from '../reference/rows.js';
import { SeparableFilter } from '../reference/separable.js';

/** One kernel of the CRF with what is worth keeping between calls: its filter, normalised. */
export class Kernel {
  private filter: Filter | null = null;
  private normalized = false;
  /** KQ, [pixelCount, channelCount], kept between iterations; Potts needs none. */
  private filtered: Rows | null = null;

  constructor(
    private readonly size: ProblemSize,
    private parameters: ResolvedKernel,
    private readonly engine: RowEngine = typedArrays,
  ) {}

  /** Vertices of the lattice, null where there is none (yet). */
  get vertexCount(): number | null {
    return this.filter?.vertexCount ?? null;
  }

  /** Whether the filter of `parameters` is the one this kernel has. Feature arrays are compared by identity. */
  hasFilterOf(parameters: ResolvedKernel): boolean {
    const own = this.parameters;
    return (
      own.type === parameters.type &&
      own.method === parameters.method &&
      own.features === parameters.features &&
      own.sigmas.length === parameters.sigmas.length &&
      own.sigmas.every((sigma, i) => sigma === parameters.sigmas[i])
    );
  }

  /** Takes other parameters for the same filter. */
  setParameters(parameters: ResolvedKernel): void {
    if (parameters.normalization !== this.parameters.normalization) this.normalized = false;
    this.parameters = parameters;
  }

  /** A new image: whatever was made from the one before is dropped. */
  forgetImage(): void {
    if (this.parameters.type !== 'bilateral') return;
    this.filter?.release?.();
    this.filter = null;
    this.normalized = false;
  }

  /** Builds what is missing. `rgba` is the image, needed by bilateral kernels only. */
  prepare(rgba: Uint8Array | Uint8ClampedArray | null): Filter {
    this.filter ??= this.createFilter(rgba);
    if (!this.normalized) this.filter.normalize(this.parameters.normalization);
    this.normalized = true;
    if (this.parameters.compatibility.kind !== 'potts') {
      this.filtered ??= this.engine.allocate(this.size.width * this.size.height * this.channelCount);
    }
    return this.filter;
  }

  /** Gives back what no garbage collector sees. */
  release(): void {
    this.filter?.release?.();
    this.filtered?.release();
    this.filter = this.filtered = null;
    this.normalized = false;
  }

  /**
   * target = onto + this kernel's message for Q; all are [pixelCount, channelCount]. Without `onto` it is `target`. Allocates nothing after
   * `prepare`.
   */
  addMessage(
    marginals: Float32Array,
    rgba: Uint8Array | Uint8ClampedArray | null,
    target: Float32Array,
    onto = target,
  ): void {
    const filter = this.prepare(rgba);
    const { compatibility } = this.parameters;
    // Potts is a factor: no need to hold KQ.
    if (compatibility.kind === 'potts') {
      filter.addFiltered(marginals, this.channelCount, compatibility.weight, target, onto);
      return;
    }
    if (onto !== target) target.set(onto);
    if (this.filtered === null) throw new Error('Kernel.addMessage before prepare');
    const filtered = this.filtered.values;
    filtered.fill(0);
    filter.addFiltered(marginals, this.channelCount, 1, filtered);
    addMessage(compatibility, filtered, this.size.labelCount, this.channelCount, target);
  }

  private get channelCount(): number {
    return this.engine.channelsFor(this.size.labelCount);
  }

  private createFilter(rgba: Uint8Array | Uint8ClampedArray | null): Filter {
    const { parameters: kernel, size } = this;
    if (kernel.method === 'separable') return new SeparableFilter(size, kernel.sigmas);
    const source = featureSource(kernel, size, rgba);
    return kernel.method === 'exact'
      ? new ExactFilter(allFeatures(source), kernel.featureDim)
      : this.engine.createLatticeFilter(source, this.channelCount);
  }
}
