// SPDX-License-Identifier: MIT

import { Failure } from '../../failure.js';

export type ImageFormat = 'PNG' | 'JPEG' | 'WebP';

/** An image's file, understood as far as it can be without decoding a pixel. */
export interface ImageFile {
  /** As its pixels are stored: the orientation may swap the two. */
  width: number;
  height: number;
  /** How to turn the pixels, EXIF's 1 (not at all) to 8. */
  orientation: number;
  /** What the decoder gets: the file, or only those parts of it that its pixels need. */
  bytes: Uint8Array;
}

/** Throws Failure for an image that is empty or too large; called before anything of its size is allocated. */
export type SizeCheck = (width: number, height: number) => void;

export function sizeCheck(format: ImageFormat, maximumPixels: number): SizeCheck {
  return (width, height) => {
    if (!(width > 0 && height > 0)) {
      throw new Failure(`a damaged ${format}: its header says ${width} x ${height} pixels`);
    }
    if (width * height <= maximumPixels) return;
    throw new Failure(
      `${width} x ${height} is ${megapixels(width * height)} megapixels, expected at most ` +
        `${megapixels(maximumPixels)}; --max-megapixels raises that`,
    );
  };
}

function megapixels(pixels: number): string {
  return String(Number((pixels / 1e6).toPrecision(3)));
}

export function truncated(format: ImageFormat): Failure {
  return new Failure(`a truncated ${format}: the file ends before its image does`);
}
