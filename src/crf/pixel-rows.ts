// SPDX-License-Identifier: MIT

import { BufferSet } from '../gpu/buffers.js';
import type { FilterContext } from './kernel-filter.js';
import type { RowPlan } from './row-plan.js';

/** What there is by pixel in one layout of rows: energies and Q. It outlives the filters that work on it. */
export class PixelRows {
  /** By slab: f32 [pixelCount, rowChannels]. */
  readonly q: readonly GPUBuffer[];
  readonly unary: readonly GPUBuffer[];
  /** (energy of the label that is not stored, what the stored ones are relative to), f32 pairs [pixelCount], where there is one. */
  readonly lastUnary: GPUBuffer;
  private readonly buffers: BufferSet;

  /** Throws DeviceError. */
  constructor(readonly context: FilterContext) {
    const { device, size, rows } = context;
    const pixelCount = size.width * size.height;
    this.buffers = new BufferSet(device);
    const perSlab = (label: string) =>
      rows.firstLabels.map(() => this.buffers.storage(`PixelRows.${label}`, pixelCount * rows.rowChannels * 4));
    try {
      this.q = perSlab('q');
      this.unary = perSlab('unary');
      this.lastUnary = this.buffers.storage('PixelRows.lastUnary', rows.implicitLast ? pixelCount * 8 : 8);
    } catch (error) {
      this.buffers.destroy();
      throw error;
    }
  }

  get plan(): RowPlan {
    return this.context.rows;
  }

  get bytes(): number {
    return this.buffers.bytes;
  }

  destroy(): void {
    this.buffers.destroy();
  }
}
