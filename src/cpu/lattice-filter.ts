// SPDX-License-Identifier: MIT

import type { Normalization } from '../problem/types.js';
import type { FeatureSource } from '../reference/features.js';
import type { Filter } from '../reference/filter.js';
import { latticeScale } from '../reference/slice.js';
import { buildLattice, type PlacedLattice } from './lattice.js';
import type { SimdMemory } from './memory.js';
import { type ScaledWeights, WeightScaler } from './scaled-weights.js';
import { reserveVertexParts } from './vertex-parts.js';

/** Channels of the fewest that can be worked on at once. */
const fewestChannels = 2;

/** K by splat, blur and slice on the lattice, as the twin's LatticeFilter has it, in WebAssembly. */
export class SimdLatticeFilter implements Filter {
  readonly pointCount: number;
  private readonly lattice: PlacedLattice;
  /** Rows on the lattice, twice: blur goes back and forth. */
  private readonly values: number;
  private readonly scratch: number;
  /** How threads divide the vertices among each other. */
  private readonly vertexParts: number;
  private readonly scaler: WeightScaler;
  /** Weights times the factors before K and after it: the same where these are. */
  private splatWeights: ScaledWeights;
  private sliceWeights: ScaledWeights;

  constructor(
    private readonly memory: SimdMemory,
    source: FeatureSource,
    channelCount: number,
  ) {
    this.lattice = buildLattice(memory, source);
    this.pointCount = this.lattice.pointCount;
    this.values = memory.reserve(this.rowsLength(channelCount));
    this.scratch = memory.reserve(this.rowsLength(channelCount));
    this.vertexParts = reserveVertexParts(memory, this.lattice, memory.team.threads);
    this.scaler = new WeightScaler(memory, this.lattice, channelCount);
    this.splatWeights = this.sliceWeights = this.scaler.unscaled;
  }

  get vertexCount(): number {
    return this.lattice.vertexCount;
  }

  normalize(normalization: Normalization): void {
    this.releaseWeights();
    if (normalization === 'none') return;
    const scaled = this.scaler.scale((factors) => this.writeFactors(normalization === 'symmetric', factors));
    if (normalization !== 'after') this.splatWeights = scaled;
    if (normalization !== 'before') this.sliceWeights = scaled;
  }

  addFiltered(marginals: Float32Array, channelCount: number, weight: number, out: Float32Array, onto = out): void {
    const { memory, splatWeights, sliceWeights, corners } = this;
    const [from, base, to] = [marginals, onto, out].map((rows) => memory.addressOf(rows));
    if (channelCount === 2) {
      this.addPairs(from, 8, weight, base, to);
      return;
    }
    const { simplexCount, starts, rows, points } = this.lattice;
    this.splat(splatWeights.weights, from, channelCount);
    const blurred = this.blur(channelCount);
    const places = [corners, simplexCount, starts, rows, points, sliceWeights.weights, blurred, channelCount] as const;
    memory.team.run('slice', [...places, this.factorOf(weight), base, to], this.pointCount);
  }

  release(): void {
    const { memory, values, scratch, vertexParts } = this;
    this.releaseWeights();
    this.scaler.destroy();
    this.lattice.release();
    for (const address of [values, scratch, vertexParts]) memory.release(address);
  }

  /** From K·1: the weights must be as they are. */
  private writeFactors(symmetric: boolean, factors: number): void {
    const { memory, pointCount } = this;
    memory.lend({ ones: fewestChannels, sums: fewestChannels * pointCount }, (at) => {
      memory.floats(at.ones, fewestChannels).fill(1);
      memory.floats(at.sums, fewestChannels * pointCount).fill(0);
      // One row for all points.
      this.addPairs(at.ones, 0, 1, at.sums, at.sums);
      memory.team.run('factorsOfSums', [this.lattice.points, at.sums, Number(symmetric), factors], pointCount);
    });
  }

  /** `addFiltered` for rows of two channels at `from`, `rowBytes` from one to the next. */
  private addPairs(from: number, rowBytes: number, weight: number, base: number, to: number): void {
    const { memory, sliceWeights, corners, pointCount } = this;
    const { simplexCount, starts, rows, points } = this.lattice;
    this.splatPairs(from, rowBytes);
    const blurred = this.blur(2);
    const { weights, factors, factorBytes } = sliceWeights;
    const places = [corners, simplexCount, starts, rows, points, weights, factors, factorBytes, blurred] as const;
    memory.team.run('slicePairs', [...places, this.factorOf(weight), base, to], pointCount);
  }

  /**
   * Into `values`. One part a thread: a simplex with vertices in several parts is read in each. On a drawn picture of
   * 512×512 pixels with 21 labels two parts were 6 % more work than one, four 27 %, eight 55 %.
   */
  private splat(weights: number, from: number, channelCount: number): void {
    const { corners, values, vertexParts, memory } = this;
    const { simplexCount, starts, rows, points } = this.lattice;
    const places = [corners, simplexCount, starts, rows, points, weights] as const;
    this.clearRow0(channelCount);
    memory.team.run('splat', [...places, from, channelCount, values, vertexParts], memory.team.threads, 1);
  }

  /** The same for two channels. */
  private splatPairs(from: number, rowBytes: number): void {
    const { corners, values, vertexParts, memory, splatWeights } = this;
    const { simplexCount, starts, rows, points } = this.lattice;
    const { weights, factors, factorBytes } = splatWeights;
    const places = [corners, simplexCount, starts, rows, points, weights, factors, factorBytes] as const;
    this.clearRow0(2);
    memory.team.run('splatPairs', [...places, from, rowBytes, values, vertexParts], memory.team.threads, 1);
  }

  /** Row 0 stands for vertices that do not exist; rows may have been of other lengths before. */
  private clearRow0(channelCount: number): void {
    const { memory, values, scratch } = this;
    for (const rows of [values, scratch]) memory.floats(rows, channelCount).fill(0);
  }

  /** Where the blurred rows are. */
  private blur(channelCount: number): number {
    const { memory, corners } = this;
    const { vertexCount, neighbours } = this.lattice;
    let [source, target] = [this.values, this.scratch];
    for (let axis = 0; axis < corners; axis++) {
      memory.team.run('blur', [neighbours + 8 * axis * vertexCount, channelCount, source, target], vertexCount);
      [source, target] = [target, source];
    }
    return source;
  }

  private releaseWeights(): void {
    const { scaler, splatWeights, sliceWeights } = this;
    this.splatWeights = this.sliceWeights = scaler.unscaled;
    for (const scaled of new Set([splatWeights, sliceWeights])) scaler.release(scaled);
  }

  private get corners(): number {
    return this.lattice.featureDim + 1;
  }

  private factorOf(weight: number): number {
    return weight * latticeScale(this.lattice.featureDim);
  }

  private rowsLength(channelCount: number): number {
    return (this.lattice.vertexCount + 1) * channelCount;
  }
}
