// SPDX-License-Identifier: MIT

import type { FeatureSource } from '../reference/features.js';
import { type Filter, noScaling, type Scaling } from '../reference/filter.js';
import { latticeScale } from '../reference/slice.js';
import { buildLattice, type PlacedLattice } from './lattice.js';
import type { SimdMemory } from './memory.js';

/** Channels of the fewest that can be worked on at once. */
const fewestChannels = 4;

/** K by splat, blur and slice on the lattice, as the twin's LatticeFilter has it, in WebAssembly. */
export class SimdLatticeFilter implements Filter {
  readonly pointCount: number;
  private readonly lattice: PlacedLattice;
  /** Rows on the lattice, twice: blur goes back and forth. */
  private readonly values: number;
  private readonly scratch: number;
  /** Weights times `Scaling.before`, and times `Scaling.after`: the same array where these are. */
  private readonly splatWeights: number;
  private sliceWeights: number;

  constructor(
    private readonly memory: SimdMemory,
    source: FeatureSource,
    channelCount: number,
  ) {
    this.lattice = buildLattice(memory, source);
    this.pointCount = this.lattice.pointCount;
    this.values = memory.reserve(this.rowsLength(channelCount));
    this.scratch = memory.reserve(this.rowsLength(channelCount));
    this.splatWeights = this.sliceWeights = memory.reserve(this.weightsLength);
    this.setScaling(noScaling(this.pointCount));
  }

  get vertexCount(): number {
    return this.lattice.vertexCount;
  }

  filterOnes(): Float32Array {
    const { memory, pointCount } = this;
    const length = pointCount * fewestChannels;
    return memory.lend({ ones: length, filtered: length }, (at) => {
      memory.floats(at.ones, length).fill(1);
      const filtered = memory.floats(at.filtered, length).fill(0);
      this.addFiltered(memory.floats(at.ones, length), fewestChannels, 1, filtered);
      const sums = new Float32Array(pointCount);
      for (let point = 0; point < pointCount; point++) sums[point] = filtered[point * fewestChannels];
      return sums;
    });
  }

  setScaling({ before, after }: Scaling): void {
    const { memory } = this;
    const apart = before !== after;
    if (apart && this.sliceWeights === this.splatWeights) this.sliceWeights = memory.reserve(this.weightsLength);
    if (!apart && this.sliceWeights !== this.splatWeights) {
      memory.release(this.sliceWeights);
      this.sliceWeights = this.splatWeights;
    }
    this.writeWeights(before, this.splatWeights);
    if (apart) this.writeWeights(after, this.sliceWeights);
  }

  addFiltered(marginals: Float32Array, channelCount: number, weight: number, out: Float32Array): void {
    const { memory, values, scratch, splatWeights, sliceWeights } = this;
    const { module } = memory;
    const { simplexCount, vertexCount, starts, rows, points, neighbours } = this.lattice;
    const { corners } = this;
    const [from, to] = [memory.addressOf(marginals), memory.addressOf(out)];
    memory.floats(values, this.rowsLength(channelCount)).fill(0);
    // Row 0, which stands for vertices that do not exist: rows may have been of other lengths before.
    memory.floats(scratch, channelCount).fill(0);
    module.splat(corners, simplexCount, starts, rows, points, splatWeights, from, channelCount, values);
    const blurred = module.blur(corners, vertexCount, neighbours, channelCount, values, scratch);
    const factor = weight * latticeScale(this.lattice.featureDim);
    module.slice(corners, simplexCount, starts, rows, points, sliceWeights, blurred, channelCount, factor, to);
  }

  release(): void {
    const { memory, values, scratch, splatWeights, sliceWeights } = this;
    this.lattice.release();
    for (const address of new Set([values, scratch, splatWeights, sliceWeights])) memory.release(address);
  }

  private get corners(): number {
    return this.lattice.featureDim + 1;
  }

  private get weightsLength(): number {
    return this.pointCount * this.corners;
  }

  private rowsLength(channelCount: number): number {
    return (this.lattice.vertexCount + 1) * channelCount;
  }

  private writeWeights(factors: Float32Array, address: number): void {
    const { memory, corners, pointCount } = this;
    const { points, weights } = this.lattice;
    memory.lend({ factors: pointCount }, (at) => {
      memory.floats(at.factors, pointCount).set(factors);
      memory.module.scaleWeights(corners, pointCount, points, weights, at.factors, address);
    });
  }
}
