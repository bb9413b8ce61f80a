// SPDX-License-Identifier: MIT

import type { Normalization } from '../problem/types.js';
import { blur } from './blur.js';
import { type Factors, factorsOf, noScaling, type ScaledFilter, type Scaling } from './filter.js';
import type { Lattice } from './lattice.js';
import { normalize } from './normalization.js';
import { slice } from './slice.js';
import { splat, splatMarginals } from './splat.js';

/** K by splat, blur and slice on the permutohedral lattice: an approximation, linear in the number of points. */
export class LatticeFilter implements ScaledFilter {
  readonly pointCount: number;
  readonly lattice: Lattice;
  /** Rows on the lattice, twice: blur goes back and forth. Kept between calls. */
  private values = new Float32Array(0);
  private scratch = new Float32Array(0);
  private scaling: Factors;
  /** Splat of ones with this scaling; made when it is first needed. */
  private ones: Float32Array | null = null;

  constructor(lattice: Lattice) {
    this.lattice = lattice;
    this.pointCount = lattice.pointCount;
    this.scaling = factorsOf(noScaling, lattice.pointCount);
  }

  get vertexCount(): number {
    return this.lattice.vertexCount;
  }

  normalize(normalization: Normalization): void {
    normalize(this, normalization);
  }

  setScaling(scaling: Scaling): void {
    this.scaling = factorsOf(scaling, this.pointCount);
    this.ones = null;
  }

  filterOnes(): Float32Array {
    const { lattice } = this;
    const values = this.splatOnes().slice();
    const blurred = blur(lattice, 1, values, new Float32Array(values.length));
    const out = new Float32Array(this.pointCount);
    slice(lattice, blurred, 1, this.scaling.after, 1, out);
    return out;
  }

  addFiltered(marginals: Float32Array, labelCount: number, weight: number, out: Float32Array, onto = out): void {
    if (onto !== out) out.set(onto);
    const { lattice, scaling } = this;
    const length = (lattice.vertexCount + 1) * labelCount;
    if (this.values.length !== length) {
      this.values = new Float32Array(length);
      this.scratch = new Float32Array(length);
    }
    splatMarginals(lattice, marginals, labelCount, scaling.before, this.splatOnes(), this.values);
    const blurred = blur(lattice, labelCount, this.values, this.scratch);
    slice(lattice, blurred, labelCount, scaling.after, weight, out);
  }

  private splatOnes(): Float32Array {
    if (this.ones === null) {
      this.ones = new Float32Array(this.lattice.vertexCount + 1);
      splat(this.lattice, new Float32Array(this.pointCount).fill(1), 1, 1, this.scaling.before, this.ones);
    }
    return this.ones;
  }
}
