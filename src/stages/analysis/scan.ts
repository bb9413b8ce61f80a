// SPDX-License-Identifier: MIT

import source from '../../../shaders/analysis/scan.wgsl?raw';
import type { StageDefinition } from '../../gpu/program.js';

/**
 * Exclusive prefix sums: entry point `sum` level by level upwards, then `spread` downwards.
 */
export const scan = {
  name: 'analysis/scan',
  source,
  layout: {
    /** itemCount. */
    settings: 'uniform',
    /** u32 [itemCount]. */
    items: 'write',
    /** Sums of blocks, u32 [blockCount]. */
    totals: 'write',
  },
} as const satisfies StageDefinition;
