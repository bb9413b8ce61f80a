// SPDX-License-Identifier: MIT

import source from '../../../shaders/pipeline/network-output.wgsl?raw';
import type { StageDefinition } from '../../gpu/program.js';

/**
 * A network's output, of any layout and type, as planes of float32. Once a run of the network; before `unary`.
 * `pipeline/outputs/output-reader.ts` fills the uniforms.
 */
export const networkOutput = {
  name: 'pipeline/network-output',
  source,
  layout: {
    /** Sizes. */
    outputOf: 'uniform',
    /** Bits of float32 or float16, [y, x, channel] or [channel, y, x]. */
    source: 'read',
    /** Channels of the labels wanted, u32 [labelCount]. */
    channels: 'read',
    /** Logits or probabilities, bits of float32 [labelCount, y, x]. */
    planes: 'write',
    /** As `source`, of the mirrored picture: the planes are then the mean of both. Else `source` again. */
    mirrored: 'read',
  },
} as const satisfies StageDefinition;
