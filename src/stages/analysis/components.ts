// SPDX-License-Identifier: MIT

import source from '../../../shaders/analysis/components.wgsl?raw';
import type { StageDefinition } from '../../gpu/program.js';

/**
 * Connected components, or holes, by union-find: entry points `start`, `unite`, `flatten`.
 */
export const components = {
  name: 'analysis/components',
  source,
  layout: {
    /** width, height. */
    extent: 'uniform',
    /** u32 [pixelCount]. */
    values: 'read',
    /** 0, or 1 + the first pixel of the component, u32 [pixelCount]. */
    roots: 'write',
    /** The same or a lower node, u32 [pixelCount + 1]. */
    links: 'write',
  },
} as const satisfies StageDefinition;
