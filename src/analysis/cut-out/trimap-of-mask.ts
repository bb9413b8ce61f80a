// SPDX-License-Identifier: MIT

import { componentRoots } from '../cpu/components.js';
import { squaredDistance } from '../cpu/distance.js';
import type { ImageSize } from '../cpu/neighbourhood.js';
import { fillSmall } from '../cpu/sizes.js';
import { trimap } from '../cpu/trimap.js';

/** From here on a pixel is inside. */
const inside = 0.5;

/** Below it the mask is sure that a pixel is outside. Marginals of eyes, glasses and teeth fall below a half, but hardly so low. */
const surelyOutside = 0.1;

export interface TrimapLimits {
  /** Undecided on the inner side of the mask's edge, pixels. */
  inner: number;
  /** On the outer side, pixels. */
  outer: number;
  /** Holes of at most as many pixels are closed, whatever the mask says of them. */
  maxHole: number;
}

/** How far the mask decides. */
export interface Decided {
  /** 0 outside, 1 undecided, 2 inside. */
  trimap: Uint32Array;
  /** The least alpha that a pixel may have: from 0 in the middle of the undecided part to 1 where it ends. */
  least: Float32Array;
  /** The most. */
  most: Float32Array;
}

/**
 * What a mask decides, from how much of each pixel is in front. Undecided is what lies near the mask's edge; what lies farther inside is inside
 * however low its value. Holes in which no pixel surely is outside are no holes.
 */
export function decidedByMask(front: Float32Array, size: ImageSize, { inner, outer, maxHole }: TrimapLimits): Decided {
  const closed = withoutHoles(front, size, maxHole);
  const toOutside = squaredDistance(closed, size, 'zero');
  const toInside = squaredDistance(closed, size, 'non-zero');
  return {
    trimap: trimap(toOutside, toInside, { inner: Math.floor(inner ** 2), outer: Math.floor(outer ** 2) }),
    least: Float32Array.from(toOutside, (squared) => Math.min(1, Math.max(0, (2 * Math.sqrt(squared)) / inner - 1))),
    most: Float32Array.from(toInside, (squared) => Math.min(1, Math.max(0, 1.5 * (1 - Math.sqrt(squared) / outer)))),
  };
}

function withoutHoles(front: Float32Array, size: ImageSize, maxHole: number): Uint32Array {
  const mask = Uint32Array.from(front, (value) => Number(value >= inside));
  const roots = componentRoots(mask, size, 4, 'holes');
  const isOpen = new Uint8Array(front.length + 1);
  for (let pixel = 0; pixel < front.length; pixel++) if (front[pixel] < surelyOutside) isOpen[roots[pixel]] = 1;
  const closed = fillSmall(mask, roots, maxHole);
  return closed.map((value, pixel) => Number(value > 0 || (roots[pixel] > 0 && !isOpen[roots[pixel]])));
}
