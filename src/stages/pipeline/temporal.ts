// SPDX-License-Identifier: MIT

import source from '../../../shaders/pipeline/temporal.wgsl?raw';
import type { StageDefinition } from '../../gpu/program.js';

/**
 * Smooths Q and the label map over time, less where the image changed. Once a frame, after the last iteration and `planar`.
 */
export const temporal = {
  name: 'pipeline/temporal',
  source,
  layout: {
    /** width, height, labelCount, isFirst, strength, 1/(2·colourSigma²), hysteresis. */
    temporal: 'uniform',
    /** RGBA bytes, u32 [height, width]. */
    image: 'read',
    /** Running mean of the image, 16 bits a channel, u32 [height, width, 2]. */
    pastMean: 'read',
    /** Q of this frame, f32 [labelCount, height, width]. */
    marginals: 'read',
    /** As `pastMean`, with this image in it. */
    presentMean: 'write',
    /** Q' of the frame before, then of this one, f32 [labelCount, height, width]. */
    smoothed: 'write',
    /** Of the frame before, then of this one, u32 [height, width]. */
    labelMap: 'write',
  },
} as const satisfies StageDefinition;
