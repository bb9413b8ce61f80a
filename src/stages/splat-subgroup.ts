// SPDX-License-Identifier: MIT

import source from '../../shaders/splat-subgroup.wgsl?raw';
import type { StageDefinition } from '../gpu/program.js';
import { splat } from './splat.js';

/** Splat that sums runs in one simplex across a subgroup first: the variant `subgroup`. */
export const splatSubgroup = {
  name: 'splat-subgroup',
  source,
  layout: splat.layout,
} as const satisfies StageDefinition;
