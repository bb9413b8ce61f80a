// SPDX-License-Identifier: MIT

import source from '../../../shaders/pipeline/draw.wgsl?raw';
import type { RenderStage } from '../../gpu/render-program.js';

/**
 * Draws a view of the frame: fragment entry points `original`, `overlay`, `confidence` and `composite`. Last.
 */
export const draw = {
  name: 'pipeline/draw',
  source,
  layout: {
    /** Placement and looks, see `Picture` in the shader. */
    picture: 'uniform',
    /** RGBA, straight alpha, [frameHeight, frameWidth]. */
    frame: 'texture',
    /** Background image, straight alpha. */
    image: 'texture',
    /** Premultiplied RGBA, 16 bits a channel, u32 [frameHeight, frameWidth, 2]. */
    foreground: 'read',
    /** Blurred and premultiplied, f32 [backgroundHeight, backgroundWidth, 4]. */
    background: 'read',
    /** (label, label beyond, bits of the distance in working pixels, 0), u32 [height, width, 4]. */
    contours: 'read',
    /** Straight RGBA, 0..1, f32 [labelCount, 4]. */
    colours: 'read',
    /** u32 [height, width]. */
    labelMap: 'read',
    /** f32 [labelCount, height, width]. */
    marginals: 'read',
  },
  entries: {
    original: ['picture', 'frame'],
    overlay: ['picture', 'frame', 'contours', 'colours'],
    confidence: ['picture', 'frame', 'labelMap', 'marginals'],
    composite: ['picture', 'frame', 'image', 'foreground', 'background'],
  },
} as const satisfies RenderStage;
