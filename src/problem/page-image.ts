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

/** In pixels. */
interface PictureSize {
  width: number;
  height: number;
}

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

/**
 * A canvas whose pixels the CPU reads. Draw on it with `drawPageImage`.
 *
 * Throws ArgumentError where there is none: pictures of a page can't be read then.
 */
export function readingCanvas(argument: string, image: unknown, size: PictureSize): OffscreenCanvasRenderingContext2D {
  if (typeof OffscreenCanvas === 'undefined') {
    throw new ArgumentError(
      argument,
      image,
      '{ data, width, height }: there is no OffscreenCanvas here to read it with',
    );
  }
  const drawing = new OffscreenCanvas(size.width, size.height).getContext('2d', { willReadFrequently: true });
  if (!drawing) throw new ArgumentError(argument, image, 'pixels: this browser gives no 2-D canvas');
  // What is transparent in a picture takes the place of what was there.
  drawing.globalCompositeOperation = 'copy';
  return drawing;
}

/** Draws a picture over the whole canvas, in the place of all that was there. */
export function drawPageImage(drawing: OffscreenCanvasRenderingContext2D, image: PageImage | ImageData): void {
  const { width, height } = drawing.canvas;
  // ImageData that come here have to be converted, which drawImage does not do.
  if (typeof ImageData === 'function' && image instanceof ImageData) drawing.putImageData(image, 0, 0);
  else drawing.drawImage(image as PageImage, 0, 0, width, height);
}
