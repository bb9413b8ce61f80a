// SPDX-License-Identifier: MIT

import { componentRoots } from './components.js';
import type { ImageSize } from './neighbourhood.js';
import { relabel } from './relabel.js';
import { componentSizes } from './sizes.js';

/** Bits of a label's role in a fusion. */
export const fusionRoles = { background: 1, fused: 2 } as const;

/**
 * Refined labels, but the label from before refinement where the refined one is a background, the one before is to be fused, and the pixel
 * lies in a hole of at most `holeLimit` pixels: a 4-connected region of background labels that does not touch the edge of the image.
 * With 'everywhere' the last condition falls away. `roles` by label.
 */
export function fuse(
  before: Uint32Array,
  after: Uint32Array,
  roles: Uint32Array,
  size: ImageSize,
  where: 'holes' | 'everywhere',
  holeLimit: number,
): Uint32Array {
  const solid = relabel(
    after.map((label) => Math.min(label, roles.length)),
    Uint32Array.from([...roles, 0], (role) => Number((role & fusionRoles.background) === 0)),
    'keep',
  );
  const roots = componentRoots(solid, size, 4, 'holes');
  const sizes = componentSizes(roots);
  return after.map((label, pixel) => {
    const inHole = roots[pixel] > 0 && sizes[roots[pixel]] <= holeLimit;
    const fused = ((roles[before[pixel]] ?? 0) & fusionRoles.fused) !== 0;
    return solid[pixel] === 0 && fused && (where === 'everywhere' || inHole) ? before[pixel] : label;
  });
}
