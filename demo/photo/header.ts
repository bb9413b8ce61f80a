// SPDX-License-Identifier: MIT

import { imageSize } from 'image-size';

/** A small file can unfold to gigabytes: what is larger than this is not decoded. */
const maximumPixels = 50_000_000;

/** Enough for every format's header, JPEG's embedded previews included. */
export const headerBytes = 512 * 1024;

/** An error whose text is meant for the person at the screen. */
export class PhotoError extends Error {
  override readonly name = 'PhotoError';
}

/** Throws PhotoError for what is no picture, or one that is too large to decode. */
export function checkHeader(name: string, start: Uint8Array): void {
  const { width, height } = sizeIn(name, start);
  if (width * height <= maximumPixels) return;
  throw new PhotoError(
    `${name} has ${width} × ${height} pixels, ${Math.round((width * height) / 1e6)} million. ` +
      `At most ${maximumPixels / 1e6} million can be opened here: make it smaller first.`,
  );
}

function sizeIn(name: string, start: Uint8Array): { width: number; height: number } {
  try {
    const { width, height } = imageSize(start);
    if (width > 0 && height > 0) return { width, height };
  } catch {
    // Said below, in words.
  }
  throw new PhotoError(`${name} is not a picture that can be read. Use a PNG, JPEG, WebP, AVIF or GIF file.`);
}
