// SPDX-License-Identifier: MIT

import type { ResolvedNetwork } from './description.js';

/**
 * The network itself or one of its variants: the one whose input is nearest in shape to a picture of this size, which is
 * |log(picture's width / height) - log(input's width / height)|; on a tie the earlier one.
 */
export function variantFor(network: ResolvedNetwork, picture: { width: number; height: number }): ResolvedNetwork {
  let best = network;
  for (const variant of network.variants ?? []) {
    if (isNearer(sizeOf(variant), sizeOf(best), picture)) best = variant;
  }
  return best;
}

interface Size {
  width: number;
  height: number;
}

/** By products of whole numbers, so that a tie is one: 4:3 lies exactly between 1:1 and 16:9. */
function isNearer(a: Size, b: Size, picture: Size): boolean {
  const [mostOfA, leastOfA] = stretch(a, picture);
  const [mostOfB, leastOfB] = stretch(b, picture);
  return mostOfA * leastOfB < mostOfB * leastOfA;
}

/** How much more a picture is stretched one way than the other, as a fraction of whole numbers: numerator first, the larger one. */
function stretch(input: Size, picture: Size): [number, number] {
  const [wide, high] = [input.width * picture.height, input.height * picture.width];
  return wide > high ? [wide, high] : [high, wide];
}

function sizeOf({ name, input: { size } }: ResolvedNetwork): Size {
  if (size.kind === 'fixed') return size;
  throw new Error(`${name}: variants of a network of free size`);
}
