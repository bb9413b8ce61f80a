// SPDX-License-Identifier: MIT

import source from '../../../shaders/analysis/outline.wgsl?raw';
import type { StageDefinition } from '../../gpu/program.js';

/**
 * Inner outline of a mask, of labels or of instances.
 */
export const outline = {
  name: 'analysis/outline',
  source,
  layout: {
    /** width, height. */
    extent: 'uniform',
    /** u32 [pixelCount]. */
    values: 'read',
    /** The value on the outline, else 0, u32 [pixelCount]. */
    outline: 'write',
  },
} as const satisfies StageDefinition;
