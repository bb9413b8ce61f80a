// SPDX-License-Identifier: MIT

import type { PlacedLattice } from './lattice.js';
import type { SimdMemory } from './memory.js';

/** Barycentric weights as splat and slice take them: where they are, and factors that they are yet to be multiplied by. */
export interface ScaledWeights {
  weights: number;
  factors: number;
  /** Bytes from one point's factor to the next; 0 where one is for all. */
  factorBytes: number;
}

/**
 * Scales a lattice's weights by one factor a point. Where rows have two channels that is done on the way, as a copy of all weights takes
 * more than the rows. Longer rows take a weight several times, and so a copy.
 */
export class WeightScaler {
  /** With weights as they are. */
  readonly unscaled: ScaledWeights;

  constructor(
    private readonly memory: SimdMemory,
    private readonly lattice: PlacedLattice,
    private readonly channelCount: number,
  ) {
    const one = memory.reserve(1);
    memory.floats(one, 1)[0] = 1;
    this.unscaled = { weights: lattice.weights, factors: one, factorBytes: 0 };
  }

  /** @param factors by point; null: all 1 */
  scale(factors: Float32Array | null): ScaledWeights {
    const { memory, lattice, channelCount, unscaled } = this;
    const { pointCount, points, weights } = lattice;
    if (factors === null) return unscaled;
    const corners = lattice.featureDim + 1;
    const inCopy = channelCount > 2;
    const address = memory.reserve(inCopy ? pointCount * corners : pointCount);
    memory.lend({ factors: pointCount }, (at) => {
      memory.floats(at.factors, pointCount).set(factors);
      if (inCopy) memory.team.run('scaleWeights', [corners, points, weights, at.factors, address], pointCount);
      else memory.team.run('sortFactors', [points, at.factors, address], pointCount);
    });
    return inCopy ? { ...unscaled, weights: address } : { ...unscaled, factors: address, factorBytes: 4 };
  }

  /** Gives back what `scale` took. */
  release({ weights, factors }: ScaledWeights): void {
    const { memory, unscaled } = this;
    if (weights !== unscaled.weights) memory.release(weights);
    if (factors !== unscaled.factors) memory.release(factors);
  }

  destroy(): void {
    this.memory.release(this.unscaled.factors);
  }
}
