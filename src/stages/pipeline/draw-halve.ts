// SPDX-License-Identifier: MIT

import source from '../../../shaders/pipeline/draw-halve.wgsl?raw';
import type { StageDefinition } from '../../gpu/program.js';

/**
 * Halves a premultiplied picture. From `draw-background` to the size at which the blur is cheap.
 */
export const drawHalve = {
  name: 'pipeline/draw-halve',
  source,
  layout: {
    /** Width and height of the source. */
    halve: 'uniform',
    /** f32 [height, width, 4]. */
    source: 'read',
    /** f32 [⌈height/2⌉, ⌈width/2⌉, 4]. */
    halved: 'write',
  },
} as const satisfies StageDefinition;
