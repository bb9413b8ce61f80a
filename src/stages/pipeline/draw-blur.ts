// SPDX-License-Identifier: MIT

import source from '../../../shaders/pipeline/draw-blur.wgsl?raw';
import type { StageDefinition } from '../../gpu/program.js';

/**
 * A Gaussian along one axis of a premultiplied picture. Twice, before the background is drawn.
 */
export const drawBlur = {
  name: 'pipeline/draw-blur',
  source,
  layout: {
    /** width, height, axis, radius in pixels, 1/(2·sigma²). */
    blur: 'uniform',
    /** f32 [height, width, 4]. */
    source: 'read',
    /** f32 [height, width, 4]. */
    blurred: 'write',
  },
} as const satisfies StageDefinition;
