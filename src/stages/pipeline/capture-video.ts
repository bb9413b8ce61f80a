// SPDX-License-Identifier: MIT

import source from '../../../shaders/pipeline/capture-video.wgsl?raw';
import type { StageDefinition } from '../../gpu/program.js';

/** Copies a video's current picture into the frame. Once a video frame; before `resize`. */
export const captureVideo = {
  name: 'pipeline/capture-video',
  source,
  layout: {
    /** The imported picture. */
    source: 'external-texture',
    /** Filters linearly. */
    linear: 'sampler',
    /** The frame, rgba8unorm. */
    frame: 'rgba8-target',
  },
} as const satisfies StageDefinition;
