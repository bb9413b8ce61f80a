// SPDX-License-Identifier: MIT

import source from '../../shaders/unary.wgsl?raw';
import type { StageDefinition } from '../gpu/program.js';

/**
 * Logits, probabilities, energies or labels of any size become rows of energies.
 * Once a unary input. The host's `unary-input.ts` fills the uniforms.
 */
export const unary = {
  name: 'unary',
  source,
  layout: {
    /** Sizes, strides and label energies. */
    unaryOf: 'uniform',
    /** Bits of float32, or labels, as given. */
    source: 'read',
    /** Energies, f32 [pixelCount, rowLanes·laneWidth]. */
    unary: 'write',
    /** (energy of the label that is not stored, what the stored ones are relative to), f32 pairs [pixelCount]. */
    lastUnary: 'write',
    /** Pixels with a value that is not finite, u32. */
    invalidPixelCount: 'write',
  },
} as const satisfies StageDefinition;
