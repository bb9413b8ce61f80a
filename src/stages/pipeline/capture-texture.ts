// SPDX-License-Identifier: MIT

import source from '../../../shaders/pipeline/capture-texture.wgsl?raw';
import type { StageDefinition } from '../../gpu/program.js';

/** Copies a texture of whatever float format into the frame. Once a frame that comes as a texture; before `resize`. */
export const captureTexture = {
  name: 'pipeline/capture-texture',
  source,
  layout: {
    /** The user's texture, of the frame's size. */
    source: 'texture',
    /** The frame, rgba8unorm. */
    frame: 'rgba8-target',
  },
} as const satisfies StageDefinition;
