// SPDX-License-Identifier: MIT

import type { FeatureSource } from '../reference/features.js';
import type { Filter } from '../reference/filter.js';
import type { RowEngine, Rows } from '../reference/rows.js';
import { SimdLatticeFilter } from './lattice-filter.js';
import { largestPiece, SimdMemory } from './memory.js';
import { createStageModule, type StageModule } from './module.js';

/** Numbers that are worked on at once: rows are whole fours, or half of one, as two rows are worked on then. */
const lanes = 4;

/** What rows may take of 4 GiB, so that lattices have the rest. */
const largestRows = 3 * 2 ** 29;

function channelsFor(labelCount: number): number {
  return labelCount <= lanes / 2 ? lanes / 2 : Math.ceil(labelCount / lanes) * lanes;
}

/** Rows in WebAssembly's memory, worked on four numbers at a time. */
export class SimdRowEngine implements RowEngine {
  private readonly memory: SimdMemory;

  private constructor(private readonly module: StageModule) {
    this.memory = new SimdMemory(module);
  }

  /**
   * Undefined where there is no WebAssembly with SIMD, where a page's policy forbids it, and for problems that its 4 GiB may not
   * hold: unary, scores and Q are one row a pixel each.
   */
  static async create(pixelCount: number, labelCount: number): Promise<SimdRowEngine | undefined> {
    const bytes = pixelCount * channelsFor(labelCount) * 4;
    if (bytes > largestPiece || 3 * bytes > largestRows) return undefined;
    try {
      return new SimdRowEngine(await createStageModule());
    } catch {
      return undefined;
    }
  }

  channelsFor(labelCount: number): number {
    return channelsFor(labelCount);
  }

  allocate(length: number): Rows {
    const { memory } = this;
    const address = memory.reserve(length);
    memory.floats(address, length).fill(0);
    return {
      get values() {
        return memory.floats(address, length);
      },
      release: () => memory.release(address),
    };
  }

  createLatticeFilter(source: FeatureSource, channelCount: number): Filter {
    return new SimdLatticeFilter(this.memory, source, channelCount);
  }

  updateMarginals(scores: Float32Array, channelCount: number, damping: number, marginals: Float32Array): number {
    const { memory, module } = this;
    const pixelCount = scores.length / channelCount;
    return module.softmax(memory.addressOf(scores), pixelCount, channelCount, damping, memory.addressOf(marginals));
  }
}
