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

/** Pixels as they are, not as the page lays them out. */
export interface PageImageExtent {
  kind: 'still' | 'video';
  width: number;
  height: number;
}

/** HTMLMediaElement.HAVE_CURRENT_DATA */
const hasPicture = 2;

/** Whether the value is something a page shows; no more than that. */
export function isPageImage(value: object): value is PageImage {
  if ('videoWidth' in value || 'displayWidth' in value || 'naturalWidth' in value || 'getContext' in value) return true;
  return 'close' in value && 'width' in value && 'height' in value;
}

/** Checks what an image tells of itself: that it has a picture. Throws ArgumentError. */
export function checkPageImage(argument: string, image: PageImage): PageImageExtent {
  if ('videoWidth' in image) {
    const { videoWidth: width, videoHeight: height, readyState } = image;
    const allowed = `a video that has a picture; its readyState is ${readyState}, wait for 'loadeddata'`;
    return extentOf(argument, image, 'video', readyState < hasPicture ? 0 : width, height, allowed);
  }
  if ('displayWidth' in image) {
    const { displayWidth: width, displayHeight: height, codedWidth } = image;
    return extentOf(argument, image, 'video', codedWidth === 0 ? 0 : width, height, 'a VideoFrame that is not closed');
  }
  if ('naturalWidth' in image) {
    const { naturalWidth: width, naturalHeight: height, complete } = image;
    const allowed = "an image that is loaded and has a size: wait for 'load' or decode()";
    return extentOf(argument, image, 'still', complete ? width : 0, height, allowed);
  }
  const allowed =
    'getContext' in image
      ? 'a canvas that has pixels and was not transferred'
      : 'an ImageBitmap that is neither closed nor transferred';
  return extentOf(argument, image, 'still', image.width, image.height, allowed);
}

function extentOf(
  argument: string,
  image: PageImage,
  kind: PageImageExtent['kind'],
  width: number,
  height: number,
  allowed: string,
): PageImageExtent {
  if (width > 0 && height > 0) return { kind, width, height };
  throw new ArgumentError(argument, image, allowed);
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
