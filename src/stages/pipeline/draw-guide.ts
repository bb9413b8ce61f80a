// SPDX-License-Identifier: MIT

import source from '../../../shaders/pipeline/draw-guide.wgsl?raw';
import type { StageDefinition } from '../../gpu/program.js';

/**
 * The frame's mean colours and the foreground's coarse opacity, a working pixel. First stage of views that cut out.
 */
export const drawGuide = {
  name: 'pipeline/draw-guide',
  source,
  layout: {
    /** frameWidth, frameHeight, width, height, labelCount, refinesEdges. */
    drawing: 'uniform',
    /** RGBA, straight alpha, [frameHeight, frameWidth]. */
    frame: 'texture',
    /** f32 [labelCount, height, width]. */
    marginals: 'read',
    /** 1 where the label is foreground, u32 [labelCount]. */
    isForeground: 'read',
    /** (red, green, blue, coarse opacity), each 0..1, f32 [height, width, 4]. */
    guide: 'write',
  },
} as const satisfies StageDefinition;
