// SPDX-License-Identifier: MIT

import { blurVariants, type KernelVariants, sliceVariants, splatVariants } from '../../src/problem/tuning-table.js';

/** Every combination of shapes, the plain one first. */
export const allVariants: readonly KernelVariants[] = splatVariants.flatMap((splat) =>
  blurVariants.flatMap((blur) => sliceVariants.map((slice) => ({ splat, blur, slice }))),
);

export function variantName({ splat, blur, slice }: KernelVariants): string {
  return `${splat}, ${blur}, ${slice}`;
}
