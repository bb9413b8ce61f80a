// SPDX-License-Identifier: MIT

import { testPicture } from '../images.js';

/** An image file, as some program writes it. */
export interface ImageKind {
  name: string;
  make(): Uint8Array | Promise<Uint8Array>;
  /** Largest difference from Chromium in any channel, times alpha where it is transparent. */
  tolerance: number;
}

/** Chromium leaves the step from YCbCr to RGB to its graphics library, which may round otherwise. */
export const jpegTolerance = 3;

/** Two programs' arithmetic of colour profiles; two roundings where pixels are transparent. */
export const roundingTolerance = 2;

export const picture = testPicture();

export function kind(name: string, make: ImageKind['make'], tolerance = 0): ImageKind {
  return { name, make, tolerance };
}
