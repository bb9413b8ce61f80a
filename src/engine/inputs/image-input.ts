// SPDX-License-Identifier: MIT

import { checkGivenBuffer, checkGivenTexture, isBuffer, isTexture } from '../../gpu/given-objects.js';
import { ArgumentError } from '../../problem/errors.js';
import { checkImage } from '../../problem/inputs.js';
import type { ProblemSize, RgbaImage } from '../../problem/types.js';
import type { ImageInput } from '../../problem/api.js';
import { checkPageImage, isPageImage } from '../../problem/page-image.js';

/** Throws ArgumentError unless the image can be used with a problem of this size, as far as it tells of itself. */
export function checkImageInput(input: ImageInput, size: ProblemSize): ImageInput {
  if (typeof input !== 'object' || input === null) throw notAnImage(input);
  if ('data' in input) return checkImage(input, size);
  if (isBuffer(input)) return checkGivenBuffer('image', input, size.width * size.height * 4, 'copySource');
  if (isTexture(input)) return checkExtent(checkGivenTexture('image', input), input, size);
  if (isPageImage(input)) return checkExtent(input, checkPageImage('image', input), size);
  throw notAnImage(input);
}

/** Bytes that nobody else can change; what lies on the GPU or is shown by a page is taken as it is when its turn comes. */
export function ownImage(image: ImageInput): ImageInput {
  return isRgba(image) ? { ...image, data: image.data.slice() } : image;
}

export function isRgba(input: ImageInput): input is RgbaImage {
  return 'data' in input;
}

function notAnImage(input: unknown): ArgumentError {
  return new ArgumentError(
    'image',
    input,
    'an image, canvas, video, frame, texture, buffer or { data, width, height }',
  );
}

function checkExtent<Image extends ImageInput>(
  image: Image,
  { width, height }: { width: number; height: number },
  size: ProblemSize,
): Image {
  if (width !== size.width) throw new ArgumentError('image.width', width, `the problem's width ${size.width}`);
  if (height !== size.height) throw new ArgumentError('image.height', height, `the problem's height ${size.height}`);
  return image;
}
