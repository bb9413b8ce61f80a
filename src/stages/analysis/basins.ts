// SPDX-License-Identifier: MIT

import source from '../../../shaders/analysis/basins.wgsl?raw';
import type { StageDefinition } from '../../gpu/program.js';

/**
 * Minimum spanning forest of a relief: entry point `climb` and `follow` once; then `strongest`, `nearest`, `first`, `join`, `follow` by rounds; `finish`.
 */
export const basins = {
  name: 'analysis/basins',
  source,
  layout: {
    /** width, height. */
    extent: 'uniform',
    /** Height in the relief's unit under which a peak is joined to its neighbour; 0xffffffff joins all that have no seed. */
    settings: 'uniform',
    /** 0 is outside, u32 [pixelCount]. */
    relief: 'read',
    /** Squared distance to the nearest seed in pixels², u32 [pixelCount]. */
    nearness: 'read',
    /** Ids 1..pixelCount, 0 for none, u32 [pixelCount]. */
    seeds: 'read',
    /** 0, a seed's id, or pixelCount + 1 + root, u32 [pixelCount]. */
    codes: 'write',
    /** Best edge (relief, squared distance to a seed, pixel) and peak by root, u32 [pixelCount, 4]. */
    basins: 'write',
    /** Code a root was joined to, u32 [pixelCount]. */
    links: 'write',
    /** Whether a round joined anything, u32. */
    progress: 'write',
  },
} as const satisfies StageDefinition;
