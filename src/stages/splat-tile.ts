// SPDX-License-Identifier: MIT

import source from '../../shaders/splat-tile.wgsl?raw';
import type { StageDefinition } from '../gpu/program.js';
import { splat } from './splat.js';

/** Splat that sums what runs of a workgroup have in common in workgroup memory first: the variant `tile`. */
export const splatTile = { name: 'splat-tile', source, layout: splat.layout } as const satisfies StageDefinition;
