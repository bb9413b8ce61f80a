// SPDX-License-Identifier: MIT

import { blur } from './blur.js';
import { embed } from './embed.js';
import type { Filter, Rows } from './filter.js';
import { buildLattice, type Lattice } from './lattice.js';
import { slice } from './slice.js';
import { splat } from './splat.js';

/** K by splat, blur and slice on the permutohedral lattice: an approximation, linear in the number of points. */
export class LatticeFilter implements Filter {
  readonly pointCount: number;
  readonly lattice: Lattice;
  /** Rows on the lattice, twice: blur goes back and forth. Kept between calls. */
  private values = new Float32Array(0);
  private scratch = new Float32Array(0);

  /** @param features [featureDim, pointCount], divided by their sigmas */
  constructor(features: Float32Array, featureDim: number) {
    this.lattice = buildLattice(embed(features, featureDim));
    this.pointCount = this.lattice.pointCount;
  }

  apply(
    input: Rows,
    channelCount: number,
    scaleBefore: Float32Array | null,
    scaleAfter: Float32Array | null,
    out: Float32Array,
  ): void {
    const { lattice } = this;
    const length = (lattice.vertexCount + 1) * channelCount;
    if (this.values.length !== length) {
      this.values = new Float32Array(length);
      this.scratch = new Float32Array(length);
    }
    splat(lattice, input, channelCount, scaleBefore, this.values);
    const blurred = blur(lattice, channelCount, this.values, this.scratch);
    slice(lattice, blurred, channelCount, scaleAfter, out);
  }
}
