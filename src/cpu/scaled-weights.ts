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

  /** @param write writes the factors to an address, in the order of the lattice's points */
  scale(write: (factors: number) => void): ScaledWeights {
    const { memory, lattice, channelCount, unscaled } = this;
    const { pointCount, weights } = lattice;
    if (channelCount === 2) {
      const factors = memory.reserve(pointCount);
      write(factors);
      return { ...unscaled, factors, factorBytes: 4 };
    }
    const corners = lattice.featureDim + 1;
    const scaled = memory.reserve(pointCount * corners);
    memory.lend({ factors: pointCount }, (at) => {
      write(at.factors);
      memory.team.run('scaleWeights', [corners, weights, at.factors, scaled], pointCount);
    });
    return { ...unscaled, weights: scaled };
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
