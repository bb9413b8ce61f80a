// SPDX-License-Identifier: MIT

import type { FeatureSource } from '../reference/features.js';
import type { Filter } from '../reference/filter.js';
import type { RowEngine, Rows } from '../reference/rows.js';
import { SimdLatticeFilter } from './lattice-filter.js';
import { lanes, largestPiece, SimdMemory } from './memory.js';
import { createSharedModule, createStageModule } from './module.js';

/** What rows may take of 4 GiB, so that lattices have the rest. */
const largestRows = 3 * 2 ** 29;

/** Numbers of the rows that are worth another thread. On two shared cores a second one gained a third of the time at 512×512×21, and a seventh at 640×480×2. */
const numbersPerThread = 2 ** 20;

/** Values a thread that are written to rows in one batch: they stay in the cache on the way. */
const batchNumbers = 2 ** 16;

function channelsFor(labelCount: number): number {
  return labelCount <= lanes / 2 ? lanes / 2 : Math.ceil(labelCount / lanes) * lanes;
}

/** Rows in WebAssembly's memory, worked on four numbers at a time, by one thread or several. */
export class SimdRowEngine implements RowEngine {
  constructor(private readonly memory: SimdMemory) {}

  /**
   * Undefined where there is no WebAssembly with SIMD, where a page's policy forbids it, and for problems that its 4 GiB may not
   * hold: unary, scores and Q are one row a pixel each.
   *
   * @param threads left out: as many as cores and the size of the problem make worth while. One where there can't be more
   */
  static async create(pixelCount: number, labelCount: number, threads?: number): Promise<SimdRowEngine | undefined> {
    const length = pixelCount * channelsFor(labelCount);
    const bytes = 4 * length;
    if (bytes > largestPiece || 3 * bytes > largestRows) return undefined;
    const paying = Math.floor(length / numbersPerThread);
    return (await createShared(threads, paying)) ?? (await createAlone());
  }

  get threads(): number {
    return this.memory.team.threads;
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

  /**
   * A batch of pixels at a time, so that planes need little room in WebAssembly's memory: while one is written to rows, this thread
   * copies the planes of the next.
   */
  write(planar: Float32Array, labelCount: number, factor: number, rows: Rows): void {
    const { memory, threads } = this;
    const channels = channelsFor(labelCount);
    const pixelCount = planar.length / labelCount;
    const batchLength = lanes * Math.max(1, Math.floor((threads * batchNumbers) / (lanes * labelCount)));
    const part = lanes * Math.ceil(batchLength / (lanes * threads));
    const batches = Math.ceil(pixelCount / batchLength);
    const to = memory.addressOf(rows.values);
    const length = labelCount * batchLength;
    memory.lend({ planes: 2 * length }, (at) => {
      const planesOf = (batch: number) => at.planes + 4 * length * (batch % 2);
      const countOf = (batch: number) => Math.min(batchLength, pixelCount - batch * batchLength);
      const copy = (batch: number) => {
        const planes = memory.floats(planesOf(batch), length);
        for (let label = 0; label < labelCount; label++) {
          const from = label * pixelCount + batch * batchLength;
          planes.set(planar.subarray(from, from + countOf(batch)), label * batchLength);
        }
      };
      copy(0);
      for (let batch = 0; batch < batches; batch++) {
        const target = to + 4 * batch * batchLength * channels;
        const given = [planesOf(batch), batchLength, labelCount, factor, target, channels] as const;
        memory.team.runBeside('writeRows', [...given], countOf(batch), part, () => {
          if (batch + 1 < batches) copy(batch + 1);
        });
      }
    });
  }

  createLatticeFilter(source: FeatureSource, channelCount: number): Filter {
    return new SimdLatticeFilter(this.memory, source, channelCount);
  }

  updateMarginals(
    scores: Float32Array,
    channelCount: number,
    damping: number,
    marginals: Float32Array,
    source = scores,
  ): number {
    const { memory } = this;
    const pixelCount = scores.length / channelCount;
    const [from, work, to] = [source, scores, marginals].map((rows) => memory.addressOf(rows));
    return memory.team.run('softmax', [from, work, channelCount, damping, to], pixelCount);
  }

  release(): void {
    this.memory.team.leave();
  }
}

/** @param threads asked for; left out: as many as pay, and no more than cores */
async function createShared(threads: number | undefined, paying: number): Promise<SimdRowEngine | undefined> {
  if ((threads ?? paying) < 2) return undefined;
  try {
    const { joinPool } = await import('./threads/pool.js');
    const shared = await joinPool(createSharedModule, threads, paying);
    return shared && new SimdRowEngine(new SimdMemory(shared.module, shared.team));
  } catch {
    return undefined;
  }
}

async function createAlone(): Promise<SimdRowEngine | undefined> {
  try {
    const module = await createStageModule();
    return new SimdRowEngine(new SimdMemory(module));
  } catch {
    return undefined;
  }
}
