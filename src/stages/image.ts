// SPDX-License-Identifier: MIT

import source from '../../shaders/image.wgsl?raw';
import type { StageDefinition } from '../gpu/program.js';

/**
 * Packs an uploaded texture into RGBA words, the form in which the embedding reads an image.
 * Once an image; before `embed`.
 */
export const image = {
  name: 'image',
  source,
  layout: {
    /** The uploaded image, RGBA. */
    source: 'texture',
    /** RGBA bytes, u32 [pixelCount]. */
    image: 'write',
  },
} as const satisfies StageDefinition;
