// SPDX-License-Identifier: MIT

import source from '../../../shaders/pipeline/draw-edges.wgsl?raw';
import type { StageDefinition } from '../../gpu/program.js';

/**
 * Where the foreground's edge is. After `draw-guide`.
 */
export const drawEdges = {
  name: 'pipeline/draw-edges',
  source,
  layout: {
    /** frameWidth, frameHeight, width, height, labelCount, refinesEdges. */
    drawing: 'uniform',
    /** (red, green, blue, coarse opacity), each 0..1, f32 [height, width, 4]. */
    guide: 'read',
    /** (sure foreground, sure background, lowest and highest coarse opacity near), each 0..1, f32 [height, width, 4]. */
    edges: 'write',
  },
} as const satisfies StageDefinition;
