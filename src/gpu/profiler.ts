// SPDX-License-Identifier: MIT

import { BufferSet } from './buffers.js';
import type { StageEncoder } from './pass.js';
import type { Readback } from './readback.js';
import type { ScopedDevice } from './scoped-device.js';

/** Query sets have no more entries than this in WebGPU. */
const maxQueries = 4096;

/** Gives every stage a timed compute pass of its own. Needs the feature `timestamp-query`. */
export class Profiler {
  private readonly buffers: BufferSet;
  private readonly querySet: GPUQuerySet;
  private readonly resolved: GPUBuffer;
  private names: string[] = [];

  constructor(device: ScopedDevice) {
    this.buffers = new BufferSet(device);
    this.querySet = device.createQuerySet({ label: 'Profiler', type: 'timestamp', count: maxQueries });
    // QUERY_RESOLVE is 0x200.
    this.resolved = this.buffers.storage('Profiler.resolved', maxQueries * 8, 0x200);
  }

  begin(encoder: GPUCommandEncoder): StageEncoder {
    return {
      encoder,
      stage: (name, encode) => {
        const index = 2 * this.names.length;
        const timed = index + 1 < maxQueries;
        if (timed) this.names.push(name);
        const pass = encoder.beginComputePass(
          timed
            ? {
                label: name,
                timestampWrites: {
                  querySet: this.querySet,
                  beginningOfPassWriteIndex: index,
                  endOfPassWriteIndex: index + 1,
                },
              }
            : { label: name },
        );
        encode(pass);
        pass.end();
      },
      command: (encode) => encode(encoder),
      end: () => {
        if (this.names.length > 0) encoder.resolveQuerySet(this.querySet, 0, 2 * this.names.length, this.resolved, 0);
      },
    };
  }

  /** Milliseconds by stage since the last call, summed over its passes, in the order of first use. */
  async read(readback: Readback): Promise<{ stage: string; milliseconds: number }[]> {
    const { names } = this;
    this.names = [];
    if (names.length === 0) return [];
    const words = await readback.words(this.resolved, 0, 4 * names.length);
    const ticks = new BigUint64Array(words.buffer);
    const sums = new Map<string, number>();
    names.forEach((name, index) => {
      const milliseconds = Number(ticks[2 * index + 1] - ticks[2 * index]) / 1e6;
      sums.set(name, (sums.get(name) ?? 0) + Math.max(0, milliseconds));
    });
    return [...sums].map(([stage, milliseconds]) => ({ stage, milliseconds }));
  }

  destroy(): void {
    this.buffers.destroy();
    this.querySet.destroy();
  }
}
