// SPDX-License-Identifier: MIT

import source from '../../shaders/dispatch-sizes.wgsl?raw';
import type { StageDefinition } from '../gpu/program.js';

/**
 * Counts become the sizes of indirect dispatches and the uniform that later stages bound themselves by.
 */
export const dispatchSizes = {
  name: 'dispatch-sizes',
  source,
  layout: {
    /** Sizes of the tables (shared/lattice.wgsl). */
    lattice: 'uniform',
    /** What the build counts (read). */
    counters: 'write',
    /** Counts, then workgroup counts; see `dispatchSizeOffsets`. */
    sizes: 'write',
  },
} as const satisfies StageDefinition;

/** Byte offsets in the sizes buffer, in the order of the struct in the shader. The counts come first. */
export const dispatchSizeOffsets = {
  counted: 0,
  verticesWanted: 8,
  simplexCount: 12,
  simplices: 16,
  runs: 28,
  vertices: 40,
  runBlocks: 52,
  vertexBlocks: 64,
  runLanes: 76,
  vertexLanes: 88,
} as const;

export const dispatchSizesBytes = 104;
