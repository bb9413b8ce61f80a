// SPDX-License-Identifier: MIT

import source from '../../../shaders/analysis/sizes.wgsl?raw';
import type { StageDefinition } from '../../gpu/program.js';

/**
 * Sizes of components: entry point `count`, then `keep` those large enough or `fill` those small enough. Sizes are cleared before.
 */
export const sizes = {
  name: 'analysis/sizes',
  source,
  layout: {
    /** width, height. */
    extent: 'uniform',
    /** limit in pixels. */
    settings: 'uniform',
    /** u32 [pixelCount]. */
    values: 'read',
    /** 0, or 1 + the first pixel of the component, u32 [pixelCount]. */
    roots: 'read',
    /** u32 [pixelCount]. */
    result: 'write',
    /** Pixels by root, u32 [pixelCount + 1]. */
    sizes: 'write',
  },
} as const satisfies StageDefinition;
