// SPDX-License-Identifier: MIT

import type { ImageSize } from '../cpu/neighbourhood.js';

/** Pixels. */
const leastBand = 4;

/** Of the picture's diagonal. */
const bandShare = 0.008;

/** Of a mask's own pixels. */
const maskShare = 1.5;

/** How far from the edge of a mask of one size the true one may be, and hair reach, in pixels of the picture. */
export function cutOutBand(picture: ImageSize, mask: ImageSize): number {
  const coarseness = Math.max(picture.width / mask.width, picture.height / mask.height, 1);
  return Math.max(leastBand, bandShare * Math.hypot(picture.width, picture.height), maskShare * coarseness + 1);
}
