// SPDX-License-Identifier: MIT

import source from '../../../shaders/analysis/rounds.wgsl?raw';
import type { StageDefinition } from '../../gpu/program.js';

/**
 * Sizes of the dispatches of a round of `basins`: entry point `start` before the first, `next` after each.
 */
export const rounds = {
  name: 'analysis/rounds',
  source,
  layout: {
    /** Workgroups of a round, three words. */
    settings: 'uniform',
    /** Whether the round joined anything, u32. */
    progress: 'write',
    /** Workgroups of the next round, u32 [3]. */
    grid: 'write',
  },
} as const satisfies StageDefinition;
