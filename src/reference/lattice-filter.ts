// SPDX-License-Identifier: MIT

import { blur } from './blur.js';
import type { Filter, Scaling } from './filter.js';
import type { Lattice } from './lattice.js';
import { slice } from './slice.js';
import { splat, splatMarginals } from './splat.js';

/** K by splat, blur and slice on the permutohedral lattice: an approximation, linear in the number of points. */
export class LatticeFilter implements Filter {
  readonly pointCount: number;
  readonly lattice: Lattice;
  /** Rows on the lattice, twice: blur goes back and forth. Kept between calls. */
  private values = new Float32Array(0);
  private scratch = new Float32Array(0);
  /** Splat of ones, and the scale that it was made with. */
  private ones: { scale: Float32Array; splatted: Float32Array } | null = null;

  constructor(lattice: Lattice) {
    this.lattice = lattice;
    this.pointCount = lattice.pointCount;
  }

  get vertexCount(): number {
    return this.lattice.vertexCount;
  }

  filterOnes(scaling: Scaling): Float32Array {
    const { lattice } = this;
    const values = this.splatOnes(scaling.before).slice();
    const blurred = blur(lattice, 1, values, new Float32Array(values.length));
    const out = new Float32Array(this.pointCount);
    slice(lattice, blurred, 1, scaling.after, 1, out);
    return out;
  }

  addFiltered(marginals: Float32Array, labelCount: number, scaling: Scaling, weight: number, out: Float32Array): void {
    const { lattice } = this;
    const length = (lattice.vertexCount + 1) * labelCount;
    if (this.values.length !== length) {
      this.values = new Float32Array(length);
      this.scratch = new Float32Array(length);
    }
    const ones = this.splatOnes(scaling.before);
    splatMarginals(lattice, marginals, labelCount, scaling.before, ones, this.values);
    const blurred = blur(lattice, labelCount, this.values, this.scratch);
    slice(lattice, blurred, labelCount, scaling.after, weight, out);
  }

  private splatOnes(scale: Float32Array): Float32Array {
    if (this.ones === null || this.ones.scale !== scale) {
      const ones = new Float32Array(this.pointCount).fill(1);
      const splatted = new Float32Array(this.lattice.vertexCount + 1);
      splat(this.lattice, ones, 1, 1, scale, splatted);
      this.ones = { scale, splatted };
    }
    return this.ones.splatted;
  }
}
