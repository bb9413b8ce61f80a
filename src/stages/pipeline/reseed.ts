// SPDX-License-Identifier: MIT

import source from '../../../shaders/pipeline/reseed.wgsl?raw';
import type { StageDefinition } from '../../gpu/program.js';

/** Marginals at the working size as prompts at the network's. Between two rounds of a prompt network on its key image. */
export const reseed = {
  name: 'pipeline/reseed',
  source,
  layout: {
    /** Sizes. */
    reseed: 'uniform',
    /** What was marked, 0..1, f32 [labelCount, y, x] in cells. */
    seeds: 'read',
    /** Q, f32 [labelCount, y, x] in pixels. */
    marginals: 'read',
    /** 0..1, f32 [labelCount, y, x] in cells. */
    prompts: 'write',
  },
} as const satisfies StageDefinition;
