// SPDX-License-Identifier: MIT

import source from '../../../shaders/pipeline/draw-contours.wgsl?raw';
import type { StageDefinition } from '../../gpu/program.js';

/**
 * Distances to the contours between labels. Entry points `rows`, then `columns`, before labels are drawn.
 */
export const drawContours = {
  name: 'pipeline/draw-contours',
  source,
  layout: {
    /** width, height, labelCount, reach in working pixels. */
    contours: 'uniform',
    /** u32 [height, width]. */
    labelMap: 'read',
    /** f32 [labelCount, height, width]. */
    marginals: 'read',
    /** (bits of the crossing's place, negative to the left, label beyond), u32 [height, width, 2]. */
    rowCrossings: 'write',
    /** (label, label beyond, bits of the distance in working pixels, 0), u32 [height, width, 4]. */
    nearest: 'write',
  },
} as const satisfies StageDefinition;
