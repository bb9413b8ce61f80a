// SPDX-License-Identifier: MIT

import { ArgumentError } from '../problem/errors.js';

/** What a page shows: an image, a canvas, a bitmap, a video or a frame of one. */
export type PageImage =
  | ImageBitmap
  | HTMLImageElement
  | HTMLVideoElement
  | HTMLCanvasElement
  | OffscreenCanvas
  | VideoFrame;

/** Reads an image. What the browser refuses is the user's matter: told in the words of their argument. Throws ArgumentError. */
export function readingPageImage<Result>(argument: string, image: unknown, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    if (error instanceof ArgumentError) throw error;
    const { name } = error as Error;
    if (name === 'SecurityError') {
      throw new ArgumentError(argument, image, 'a picture of this origin, or one that was loaded with CORS');
    }
    throw unreadable(argument, image, error as Error);
  }
}

/** The error for an image that the browser refuses to read. */
export function unreadable(argument: string, image: unknown, cause: { readonly message: string }): ArgumentError {
  return new ArgumentError(argument, image, `a picture that can be read (${cause.message})`, { cause });
}
