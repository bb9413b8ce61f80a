// SPDX-License-Identifier: MIT

import source from '../../shaders/compatibility.wgsl?raw';
import type { StageDefinition } from '../gpu/program.js';

/**
 * Applies a compatibility that is not Potts to rows, at any point of the filtering. On a lattice between `blur` and `slice`.
 */
export const compatibility = {
  name: 'compatibility',
  source,
  layout: {
    /** Number of rows, in the place of the vertex count. */
    counted: 'uniform',
    /** f32 [channels of the source slab, rowLanes·laneWidth of the target]. */
    penalties: 'read',
    /** f32 [rows, rowLanes·laneWidth]. */
    source: 'read',
    /** The same shape. */
    transformed: 'write',
  },
} as const satisfies StageDefinition;
