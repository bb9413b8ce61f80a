// SPDX-License-Identifier: MIT

import { ArgumentError } from './errors.js';
import { checkPixels } from './inputs.js';
import { isBufferObject, isTextureObject } from './platform-objects.js';
import { reading, readProperties } from './reading.js';
import { viewName } from './typed-arrays.js';
import type { RgbaImage } from './types.js';

/** Width and height in pixels. */
interface Extent {
  width: number;
  height: number;
}

/** An image that was looked at: what it is, and how large. A buffer does not say how large its image is. */
export type GivenImage =
  | { kind: 'bytes'; image: RgbaImage }
  | { kind: 'buffer'; source: object }
  | ({ kind: 'texture' | 'picture' | 'video'; source: object } & Extent);

/** What a page shows or decodes, by its class. */
const pageObjects = {
  ImageData: { kind: 'picture', width: 'width', height: 'height' },
  ImageBitmap: { kind: 'picture', width: 'width', height: 'height' },
  HTMLCanvasElement: { kind: 'picture', width: 'width', height: 'height' },
  OffscreenCanvas: { kind: 'picture', width: 'width', height: 'height' },
  HTMLImageElement: { kind: 'picture', width: 'naturalWidth', height: 'naturalHeight' },
  HTMLVideoElement: { kind: 'video', width: 'videoWidth', height: 'videoHeight' },
  VideoFrame: { kind: 'video', width: 'displayWidth', height: 'displayHeight' },
} as const;

/** What an image may be, besides a GPUBuffer, which does not say how large it is. */
const allowed = 'an image, canvas, bitmap, video, VideoFrame, GPUTexture, ImageData or { data, width, height }';

/** Which widths and heights will do. Throws ArgumentError. */
export type CheckSide = (argument: string, value: unknown, side: 'width' | 'height') => number;

/**
 * Says what an image is. Bytes are as many as its sizes say; how many a buffer holds is for the caller to check. Throws ArgumentError for what is no
 * image, has no picture yet or no longer, or has sizes that won't do.
 */
export function readImage(argument: string, value: unknown, checkSide: CheckSide): GivenImage {
  if (isBufferObject(argument, value)) return { kind: 'buffer', source: value };
  const found = reading(argument, value, () => {
    if (isTextureObject(argument, value)) return { kind: 'texture', source: value, ...extentOf(value) } as const;
    return readPageObject(argument, value);
  });
  if (!found) return { kind: 'bytes', image: readBytes(argument, value, checkSide) };
  return { ...found, ...checkExtent(argument, found, checkSide) };
}

function readPageObject(argument: string, value: unknown) {
  const name = Object.prototype.toString.call(value).slice('[object '.length, -1);
  if (!Object.hasOwn(pageObjects, name)) return undefined;
  const source = value as object;
  const properties = source as Record<string, unknown>;
  const missing = whatIsMissing(name, properties);
  if (missing) throw new ArgumentError(argument, value, missing);
  // Bytes as they are, unless they are in another colour space or half floats: those the browser converts.
  if (name === 'ImageData' && properties.colorSpace === 'srgb' && viewName(properties.data) === 'Uint8ClampedArray') {
    return undefined;
  }
  const { kind, width, height } = pageObjects[name as keyof typeof pageObjects];
  return { kind, source, width: properties[width], height: properties[height] };
}

/** What keeps a page's object from having a picture, as far as it tells. */
function whatIsMissing(name: string, given: Record<string, unknown>): string | undefined {
  // HTMLMediaElement.HAVE_CURRENT_DATA is 2.
  if (name === 'HTMLVideoElement' && (Number(given.readyState) < 2 || given.videoWidth === 0)) {
    return `a video that has a picture; its readyState is ${given.readyState}, wait for 'loadeddata'`;
  }
  if (name === 'HTMLImageElement' && (given.complete !== true || given.naturalWidth === 0)) {
    return "an image that is loaded and has a size: wait for 'load' or decode()";
  }
  if (name === 'VideoFrame' && given.format === null && given.codedWidth === 0)
    return 'a VideoFrame that is not closed';
  if (name === 'ImageBitmap' && given.width === 0) return 'an ImageBitmap that is neither closed nor transferred';
  if (name.includes('Canvas') && (given.width === 0 || given.height === 0)) {
    return 'a canvas that has pixels and was not transferred';
  }
  return undefined;
}

function extentOf(source: object): { width: unknown; height: unknown } {
  const { width, height } = source as { width?: unknown; height?: unknown };
  return { width, height };
}

function readBytes(argument: string, value: unknown, checkSide: CheckSide): RgbaImage {
  const given = reading(argument, value, () => {
    if (typeof value === 'object' && value !== null && 'data' in value) return value;
    throw new ArgumentError(argument, value, allowed);
  });
  const { data, ...sizes } = readProperties(argument, given, ['data', 'width', 'height']);
  const { width, height } = checkExtent(argument, sizes, checkSide);
  return { data: checkPixels(`${argument}.data`, data, { width, height }), width, height };
}

function checkExtent(argument: string, given: { width: unknown; height: unknown }, checkSide: CheckSide): Extent {
  return {
    width: checkSide(`${argument}.width`, given.width, 'width'),
    height: checkSide(`${argument}.height`, given.height, 'height'),
  };
}

/** Sides that are those of a problem. */
export function sidesOf(size: Extent): CheckSide {
  return (argument, value, side) => {
    if (value === size[side]) return size[side];
    throw new ArgumentError(argument, value, `the problem's ${side} ${size[side]}`);
  };
}
