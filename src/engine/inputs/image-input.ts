// SPDX-License-Identifier: MIT

import { checkGivenBuffer, checkGivenTexture } from '../../gpu/given-objects.js';
import type { ImageInput } from '../../problem/api.js';
import { readImage, sidesOf } from '../../problem/images.js';
import { copyOf } from '../../problem/typed-arrays.js';
import type { RgbaImage } from '../../problem/types.js';

/** Throws ArgumentError unless the image can be used with a problem of this size, as far as it tells of itself. */
export function checkImageInput(input: unknown, size: { width: number; height: number }): ImageInput {
  const given = readImage('image', input, sidesOf(size));
  switch (given.kind) {
    case 'bytes':
      return given.image;
    case 'buffer':
      return checkGivenBuffer('image', given.source, size.width * size.height * 4, 'copySource');
    case 'texture':
      return checkGivenTexture('image', given.source);
    default:
      return given.source as ImageInput;
  }
}

/** Bytes that nobody else can change; what lies on the GPU or is shown by a page is taken as it is when its turn comes. */
export function ownImage(image: ImageInput): ImageInput {
  return isRgba(image) ? { ...image, data: copyOf(image.data) } : image;
}

export function isRgba(input: ImageInput): input is RgbaImage {
  return 'data' in input && ArrayBuffer.isView(input.data) && !('colorSpace' in input);
}
