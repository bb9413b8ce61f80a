// SPDX-License-Identifier: MIT

import source from '../../../shaders/pipeline/resize.wgsl?raw';
import type { StageDefinition } from '../../gpu/program.js';

/**
 * A frame at another size, laid out as a network's input or as the CRF's image.
 * Once a frame and target. `pipeline/frames/frame-resizer.ts` fills the uniforms.
 */
export const resize = {
  name: 'pipeline/resize',
  source,
  layout: {
    /** Window, sizes, factors, offsets, fill. */
    resizeOf: 'uniform',
    /** The captured frame, rgba8unorm. */
    frame: 'texture',
    /** RGBA bytes u32 [y, x], or bits of float32 or float16, [y, x, 3] or [3, y, x]. */
    resized: 'write',
  },
} as const satisfies StageDefinition;
