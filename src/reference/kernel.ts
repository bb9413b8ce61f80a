// SPDX-License-Identifier: MIT

import type { ProblemSize, ResolvedKernel } from '../crf/types.js';
import { addMessage } from './compatibility.js';
import { ExactFilter } from './exact.js';
import { kernelFeatures } from './features.js';
import type { Filter, Scaling } from './filter.js';
import { LatticeFilter } from './lattice-filter.js';
import { normalizingScale } from './normalization.js';
import { SeparableFilter } from './separable.js';

/** One kernel of the CRF with what is worth keeping between calls: its filter, and the factors that normalise it. */
export class Kernel {
  private filter: Filter | null = null;
  private scaling: Scaling | null = null;
  /** KQ, [pixelCount, labelCount], kept between iterations. */
  private filtered = new Float32Array(0);

  constructor(
    private readonly size: ProblemSize,
    private parameters: ResolvedKernel,
  ) {}

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
    if (parameters.normalization !== this.parameters.normalization) this.scaling = null;
    this.parameters = parameters;
  }

  /** A new image: whatever was made from the one before is dropped. */
  forgetImage(): void {
    if (this.parameters.type !== 'bilateral') return;
    this.filter = null;
    this.scaling = null;
  }

  /** Builds what is missing. `rgba` is the image, needed by bilateral kernels only. */
  prepare(rgba: Uint8Array | Uint8ClampedArray | null): { filter: Filter; scaling: Scaling } {
    this.filter ??= createFilter(this.parameters, this.size, rgba);
    this.scaling ??= normalizingScale(this.filter, this.parameters.normalization);
    return { filter: this.filter, scaling: this.scaling };
  }

  /** Adds this kernel's message for Q to `target`; both are [pixelCount, labelCount]. */
  addMessage(marginals: Float32Array, rgba: Uint8Array | Uint8ClampedArray | null, target: Float32Array): void {
    const { filter, scaling } = this.prepare(rgba);
    const { labelCount } = this.size;
    const { compatibility } = this.parameters;
    // Potts is a factor: no need to hold KQ.
    if (compatibility.kind === 'potts') {
      filter.addFiltered(marginals, labelCount, scaling, compatibility.weight, target);
      return;
    }
    if (this.filtered.length !== marginals.length) {
      this.filtered = new Float32Array(marginals.length);
    }
    this.filtered.fill(0);
    filter.addFiltered(marginals, labelCount, scaling, 1, this.filtered);
    addMessage(compatibility, this.filtered, labelCount, target);
  }
}

function createFilter(kernel: ResolvedKernel, size: ProblemSize, rgba: Uint8Array | Uint8ClampedArray | null): Filter {
  if (kernel.method === 'separable') return new SeparableFilter(size, kernel.sigmas);
  const features = kernelFeatures(kernel, size, rgba);
  return kernel.method === 'exact'
    ? new ExactFilter(features, kernel.featureDim)
    : new LatticeFilter(features, kernel.featureDim);
}
