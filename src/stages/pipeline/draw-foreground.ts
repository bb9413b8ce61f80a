// SPDX-License-Identifier: MIT

import source from '../../../shaders/pipeline/draw-foreground.wgsl?raw';
import type { StageDefinition } from '../../gpu/program.js';

/**
 * Foreground's opacity and colour, a frame pixel. After `draw-edges`.
 */
export const drawForeground = {
  name: 'pipeline/draw-foreground',
  source,
  layout: {
    /** frameWidth, frameHeight, width, height, labelCount, refinesEdges. */
    drawing: 'uniform',
    /** RGBA, straight alpha, [frameHeight, frameWidth]. */
    frame: 'texture',
    /** (red, green, blue, coarse opacity), each 0..1, f32 [height, width, 4]. */
    guide: 'read',
    /** (sure foreground, sure background, lowest and highest coarse opacity near), f32 [height, width, 4]. */
    edges: 'read',
    /** Premultiplied RGBA, 16 bits a channel, u32 [frameHeight, frameWidth, 2]. */
    foreground: 'write',
  },
} as const satisfies StageDefinition;
