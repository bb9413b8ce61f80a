// SPDX-License-Identifier: MIT

import source from '../../../shaders/analysis/relabel.wgsl?raw';
import type { StageDefinition } from '../../gpu/program.js';

/**
 * Gives each label another one, by table. A mask of labels, merged labels, and the first step of a fusion.
 */
export const relabel = {
  name: 'analysis/relabel',
  source,
  layout: {
    /** width, height. */
    extent: 'uniform',
    /** u32 [pixelCount]. */
    labels: 'read',
    /** New label by label, u32 [labelCount]. */
    table: 'read',
    /** u32 [pixelCount]. */
    relabelled: 'write',
  },
} as const satisfies StageDefinition;
