// SPDX-License-Identifier: MIT

import { ArgumentError } from './errors.js';
import { type CheckSide, readImage } from './images.js';
import { drawPageImage, type PageImage, readingCanvas, readingPageImage } from './page-image.js';
import type { RgbaImage } from './types.js';

/** An image's bytes, not copied where they are given as such. Throws ArgumentError for what can't be read, and for GPU objects. */
export function readPixels(argument: string, image: unknown, checkSide: CheckSide): RgbaImage {
  const given = readImage(argument, image, checkSide);
  if (given.kind === 'bytes') return given.image;
  if (given.kind === 'buffer' || given.kind === 'texture') {
    throw new ArgumentError(argument, image, "pixels or something a page shows: backend 'cpu' reads no GPU object");
  }
  const { width, height, source } = given;
  return readingPageImage(argument, image, () => {
    const drawing = readingCanvas(argument, image, { width, height });
    drawPageImage(drawing, source as PageImage);
    return { data: drawing.getImageData(0, 0, width, height).data, width, height };
  });
}
