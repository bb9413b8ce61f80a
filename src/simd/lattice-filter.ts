// SPDX-License-Identifier: MIT

import type { Filter, Scaling } from '../reference/filter.js';
import { buildLattice } from '../reference/lattice.js';
import { LatticeFilter } from '../reference/lattice-filter.js';
import { latticeScale } from '../reference/slice.js';
import { embed } from './embed.js';
import type { SimdMemory } from './memory.js';

/** Addresses of a lattice's arrays, in WebAssembly's memory. */
interface PlacedLattice {
  starts: number;
  rows: number;
  points: number;
  neighbours: number;
  /** Rows on the lattice, twice: blur goes back and forth. */
  values: number;
  scratch: number;
  /** Barycentric weights times `Scaling.before`, and times `Scaling.after`: the same array where these are. */
  splatWeights: number;
  sliceWeights: number;
}

/** K as the twin has it, LatticeFilter, whose lattice this is; splat, blur and slice of whole rows in WebAssembly. */
export class SimdLatticeFilter implements Filter {
  readonly pointCount: number;
  private readonly twin: LatticeFilter;
  private readonly placed: PlacedLattice;
  /** Numbers of all rows on the lattice. */
  private readonly rowsLength: number;

  constructor(
    private readonly memory: SimdMemory,
    features: Float32Array,
    featureDim: number,
    channelCount: number,
  ) {
    this.twin = new LatticeFilter(embed(memory, features, featureDim, buildLattice));
    this.pointCount = this.twin.pointCount;
    const { lattice } = this.twin;
    this.rowsLength = (lattice.vertexCount + 1) * channelCount;
    const splatWeights = memory.reserve(lattice.weights.length);
    this.placed = {
      starts: memory.place(lattice.simplexStarts),
      rows: memory.place(lattice.simplexRows),
      points: memory.place(lattice.points),
      neighbours: memory.place(lattice.neighbours),
      values: memory.reserve(this.rowsLength),
      scratch: memory.reserve(this.rowsLength),
      splatWeights,
      sliceWeights: splatWeights,
    };
    memory.floats(this.placed.scratch, channelCount).fill(0);
  }

  get vertexCount(): number {
    return this.twin.vertexCount;
  }

  filterOnes(scaling: Scaling): Float32Array {
    return this.twin.filterOnes(scaling);
  }

  useScaling({ before, after }: Scaling): void {
    const { placed, memory } = this;
    const apart = before !== after;
    if (apart !== (placed.sliceWeights !== placed.splatWeights)) {
      if (apart) placed.sliceWeights = memory.reserve(this.twin.lattice.weights.length);
      else {
        memory.release(placed.sliceWeights);
        placed.sliceWeights = placed.splatWeights;
      }
    }
    this.writeWeights(before, placed.splatWeights);
    if (apart) this.writeWeights(after, placed.sliceWeights);
  }

  addFiltered(
    marginals: Float32Array,
    channelCount: number,
    _scaling: Scaling,
    weight: number,
    out: Float32Array,
  ): void {
    const { memory, placed } = this;
    const { module } = memory;
    const { featureDim, simplexCount, vertexCount } = this.twin.lattice;
    const { starts, rows, points, neighbours, values, scratch, splatWeights, sliceWeights } = placed;
    const corners = featureDim + 1;
    const [from, to] = [memory.addressOf(marginals), memory.addressOf(out)];
    memory.floats(values, this.rowsLength).fill(0);
    module.splat(corners, simplexCount, starts, rows, points, splatWeights, from, channelCount, values);
    const blurred = module.blur(corners, vertexCount, neighbours, channelCount, values, scratch);
    const factor = weight * latticeScale(featureDim);
    module.slice(corners, simplexCount, starts, rows, points, sliceWeights, blurred, channelCount, factor, to, to);
  }

  release(): void {
    for (const address of new Set(Object.values<number>({ ...this.placed }))) this.memory.release(address);
  }

  private writeWeights(scale: Float32Array, address: number): void {
    const { featureDim, points, weights } = this.twin.lattice;
    const corners = featureDim + 1;
    const scaled = this.memory.floats(address, weights.length);
    for (let place = 0; place < points.length; place++) {
      const factor = scale[points[place]];
      for (let i = place * corners; i < (place + 1) * corners; i++) scaled[i] = factor * weights[i];
    }
  }
}
