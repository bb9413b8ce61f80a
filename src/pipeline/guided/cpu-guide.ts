// SPDX-License-Identifier: MIT

import { GuidedFilter } from '../../cpu/guided-filter.js';
import type { ProblemSize, RgbaImage } from '../../problem/types.js';
import { guidedFilterSettings } from './settings.js';

/** The guided filter over the marginals of one problem size, label by label. Its memory is kept from frame to frame. */
export class CpuGuide {
  private readonly filter: GuidedFilter;
  private readonly filtered: Float32Array;
  private readonly epsilon: number;

  constructor(readonly size: ProblemSize) {
    const { radius, epsilon } = guidedFilterSettings(size);
    this.filter = new GuidedFilter(size, radius);
    this.filtered = new Float32Array(size.labelCount * size.width * size.height);
    this.epsilon = epsilon;
  }

  /** [label, y, x] as `marginals`; a pixel's do not quite add up to 1. Overwritten by the next call. */
  run(rgba: RgbaImage['data'], marginals: Float32Array): Float32Array {
    const { filter, filtered, size } = this;
    const pixelCount = size.width * size.height;
    filter.setGuide(rgba, this.epsilon);
    for (let from = 0; from < filtered.length; from += pixelCount) {
      filter.filter(marginals.subarray(from, from + pixelCount), filtered.subarray(from, from + pixelCount));
    }
    return filtered;
  }
}
