// SPDX-License-Identifier: MIT

import source from '../../../shaders/pipeline/pin.wgsl?raw';
import type { StageDefinition } from '../../gpu/program.js';

/** A network's coarse planes at full size, with marks that hold. Once a photo with prompts; before `unary`. */
export const pin = {
  name: 'pipeline/pin',
  source,
  layout: {
    /** Sizes, and what a mark is worth. */
    pinOf: 'uniform',
    /** Probabilities or logits, f32 [labelCount, y, x], coarse. */
    planes: 'read',
    /** 0, or a label plus 1, u32 [y, x]. */
    marks: 'read',
    /** As `planes`, f32 [labelCount, y, x] at full size. */
    pinned: 'write',
  },
} as const satisfies StageDefinition;
