// SPDX-License-Identifier: MIT

import source from '../../../shaders/pipeline/draw-background.wgsl?raw';
import type { StageDefinition } from '../../gpu/program.js';

/**
 * What the frame holds outside the foreground, at half size. After `draw-foreground`, before blurring.
 */
export const drawBackground = {
  name: 'pipeline/draw-background',
  source,
  layout: {
    /** frameWidth, frameHeight, width, height, labelCount, refinesEdges. */
    drawing: 'uniform',
    /** RGBA, straight alpha, [frameHeight, frameWidth]. */
    frame: 'texture',
    /** Premultiplied RGBA, 16 bits a channel, u32 [frameHeight, frameWidth, 2]. */
    foreground: 'read',
    /** Premultiplied, f32 [⌈frameHeight/2⌉, ⌈frameWidth/2⌉, 4]. */
    background: 'write',
  },
} as const satisfies StageDefinition;
