// SPDX-License-Identifier: MIT

import type { MaskPicture } from '../../problem/api.js';
import { checkInteger, checkNumber } from '../../problem/checks.js';
import { ArgumentError } from '../../problem/errors.js';
import { type FrontPlane, readPicture } from '../../problem/mask-plane.js';
import { readOptions } from '../../problem/reading.js';
import { maximumExtent } from '../arguments.js';
import type { ImageSize } from '../cpu/neighbourhood.js';
import { cutOutBand } from './band.js';
import { type CutOutMask, readMask } from './given-mask.js';
import { matte } from './matte.js';
import { Resampler } from './resample.js';

/** What `cutOut` takes beside picture and mask. */
export interface CutOutOptions {
  /**
   * How far from the mask's edge alpha is looked for outside of it, pixels of the picture; half as far inside. Wider for loose hair, narrower for masks
   * that are exact. Default: 0.8 % of the picture's diagonal, and at least 4 pixels and one and a half of the mask's own.
   */
  band?: number;
  /**
   * Holes in the mask of at most this many pixels of the picture are closed. Default: 1/5000 of the picture. Larger ones are closed only where the
   * mask is in doubt all over them.
   */
  maxHole?: number;
}

/** Of the picture's pixels. */
const holeShare = 1 / 5000;

/** Colours and edges of larger pictures are found on a smaller copy, and followed at the picture's own size. */
const workingPixels = 6e5;

/**
 * Cuts out what a mask marks: straight alpha at the picture's own size, without the background's colour along the edges, and with nothing
 * see-through inside. Eyes and glasses that a network is not sure of stay opaque; hair is kept.
 *
 * ```ts
 * const { data, width, height } = cutOut(photo, { data: alpha, width: 256, height: 256 });
 * const result = await pipeline.segment(photo);
 * cutOut(photo, { marginals: await result.marginals(), labels: [1], width: result.width, height: result.height });
 * ```
 *
 * The mask may be anybody's: an alpha, a mask of 0 and 1, a label map, marginals, a grey picture or one with transparency, a tensor, at any size; it
 * is laid over the whole picture. A picture that is itself transparent in places stays so there.
 *
 * It runs on the CPU, in Node as in a page, and returns when it is done: about two seconds for a megapixel, measured beside other
 * work on two cores of a shared server. In a page, large pictures belong into a worker.
 *
 * @param image `{ data, width, height }` of RGBA bytes with straight alpha, at most 32767 pixels wide and high, or what a page shows
 * @returns RGBA bytes with straight alpha; 0 in all channels where nothing is in front
 *
 * @throws ArgumentError for a picture, mask or option that can't be, before any work.
 */
export function cutOut(
  image: MaskPicture,
  mask: CutOutMask,
  options?: CutOutOptions,
): { data: Uint8ClampedArray<ArrayBuffer>; width: number; height: number } {
  const picture = readPicture('image', image);
  const front = readMask(mask);
  checkNotTransposed(front, picture);
  const { band, maxHole } = resolveOptions(options, picture, front);
  const size = workingSize(picture);
  const scale = size.width / picture.width;
  const plane = new Resampler(front, size).plane(front.frontOf);
  return matte(picture, plane, size, {
    inner: Math.max(1, (scale * band) / 2),
    outer: Math.max(1, scale * band),
    maxHole: scale ** 2 * maxHole,
  });
}

function resolveOptions(options: unknown, picture: ImageSize, mask: ImageSize) {
  const given = readOptions('options', options === undefined ? {} : options, ['band', 'maxHole']);
  const pixelCount = picture.width * picture.height;
  const { band = cutOutBand(picture, mask), maxHole = Math.floor(holeShare * pixelCount) } = given;
  return {
    band: checkNumber('options.band', band, { above: 0, to: maximumExtent }),
    maxHole: checkInteger('options.maxHole', maxHole, 0, 0xffffffff),
  };
}

/** Width and height in each other's place would pass for a coarse mask. */
function checkNotTransposed(mask: FrontPlane, picture: ImageSize): void {
  if (mask.width === mask.height || mask.width !== picture.height || mask.height !== picture.width) return;
  throw new ArgumentError(
    'mask.width',
    mask.width,
    `width ${picture.width} and height ${picture.height} as the picture has them: they stand in each other's place`,
  );
}

function workingSize({ width, height }: ImageSize): ImageSize {
  const scale = Math.min(1, Math.sqrt(workingPixels / (width * height)));
  return { width: Math.max(1, Math.round(scale * width)), height: Math.max(1, Math.round(scale * height)) };
}
