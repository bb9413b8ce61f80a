// SPDX-License-Identifier: MIT

import source from '../../shaders/slice-lanes.wgsl?raw';
import type { StageDefinition } from '../gpu/program.js';
import { slice } from './slice.js';

/** Slice with one invocation a lane of the row: the variant `lanes`. */
export const sliceLanes = { name: 'slice-lanes', source, layout: slice.layout } as const satisfies StageDefinition;
