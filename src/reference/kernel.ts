// SPDX-License-Identifier: MIT

import type { ProblemSize, ResolvedKernel } from '../crf/types.js';
import type { FilteredMarginals } from './compatibility.js';
import { ExactFilter } from './exact.js';
import { kernelFeatures } from './features.js';
import type { Filter } from './filter.js';
import { LatticeFilter } from './lattice-filter.js';
import { type NormalizedKernel, normalize } from './normalization.js';
import { SeparableFilter } from './separable.js';

/** One kernel of the CRF with what is worth keeping between calls: its filter, and the factors that normalise it. */
export class Kernel {
  private filter: Filter | null = null;
  private normalized: NormalizedKernel | null = null;
  /** [pixelCount, labelCount - 1], kept between iterations. */
  private filtered = new Float32Array(0);

  constructor(
    private readonly size: ProblemSize,
    private parameters: ResolvedKernel,
  ) {}

  get compatibility(): ResolvedKernel['compatibility'] {
    return this.parameters.compatibility;
  }

  /** Vertices of the lattice, null where there is none (yet). */
  get vertexCount(): number | null {
    return this.filter instanceof LatticeFilter ? this.filter.lattice.vertexCount : null;
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
    if (parameters.normalization !== this.parameters.normalization) this.normalized = null;
    this.parameters = parameters;
  }

  /** A new image: whatever was made from the one before is dropped. */
  forgetImage(): void {
    if (this.parameters.type !== 'bilateral') return;
    this.filter = null;
    this.normalized = null;
  }

  /** Builds what is missing. `rgba` is the image, needed by bilateral kernels only. */
  prepare(rgba: Uint8Array | Uint8ClampedArray | null): { filter: Filter; normalized: NormalizedKernel } {
    this.filter ??= createFilter(this.parameters, this.size, rgba);
    this.normalized ??= normalize(this.filter, this.parameters.normalization);
    return { filter: this.filter, normalized: this.normalized };
  }

  /** KQ with this kernel's normalisation. The result is overwritten by the next call. */
  apply(marginals: Float32Array, rgba: Uint8Array | Uint8ClampedArray | null): FilteredMarginals {
    const { filter, normalized } = this.prepare(rgba);
    const { labelCount } = this.size;
    const channelCount = labelCount - 1;
    const length = filter.pointCount * channelCount;
    if (this.filtered.length !== length) this.filtered = new Float32Array(length);
    const input = { values: marginals, stride: labelCount };
    const { scaleBefore, scaleAfter, messageSum } = normalized;
    filter.apply(input, channelCount, scaleBefore, scaleAfter, this.filtered);
    return { values: this.filtered, sums: messageSum };
  }
}

function createFilter(kernel: ResolvedKernel, size: ProblemSize, rgba: Uint8Array | Uint8ClampedArray | null): Filter {
  if (kernel.method === 'separable') return new SeparableFilter(size, kernel.sigmas);
  const features = kernelFeatures(kernel, size, rgba);
  return kernel.method === 'exact'
    ? new ExactFilter(features, kernel.featureDim)
    : new LatticeFilter(features, kernel.featureDim);
}
