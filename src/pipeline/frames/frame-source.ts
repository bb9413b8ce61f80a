// SPDX-License-Identifier: MIT

import { checkPageImage, isPageImage } from '../../problem/page-image.js';
import { checkGivenTexture, isTexture } from '../../gpu/given-objects.js';
import { ArgumentError } from '../../problem/errors.js';
import type { RgbaImage } from '../../problem/types.js';
import type { Extent } from './plan.js';

/** Whatever a frame may come as. A GPUTexture must be of the pipeline's own device. */
export type FrameSource =
  | RgbaImage
  | ImageData
  | ImageBitmap
  | HTMLImageElement
  | HTMLCanvasElement
  | OffscreenCanvas
  | HTMLVideoElement
  | VideoFrame
  | GPUTexture;

/** A source that was looked at: how it is to be read, and its size in pixels. */
export type CheckedFrame = Extent &
  (
    | { kind: 'bytes'; source: RgbaImage }
    | { kind: 'copy'; source: GPUCopyExternalImageSource }
    | { kind: 'video'; source: HTMLVideoElement | VideoFrame }
    | { kind: 'texture'; source: GPUTexture }
  );

const allowed = 'an image, canvas, bitmap, video, VideoFrame, GPUTexture, ImageData or { data, width, height }';

/**
 * Looks at a source: what it is, that it has a picture, and that the picture fits a texture.
 *
 * @param largestSide the device's `maxTextureDimension2D`
 *
 * Throws ArgumentError, named `frame`.
 */
export function checkFrame(source: FrameSource, largestSide: number): CheckedFrame {
  if (typeof source !== 'object' || source === null) throw new ArgumentError('frame', source, allowed);
  const checked = readSource(source);
  for (const side of ['width', 'height'] as const) {
    const value = checked[side];
    if (!Number.isInteger(value) || value < 1 || value > largestSide) {
      throw new ArgumentError(
        `frame.${side}`,
        value,
        `1..${largestSide} pixels, which this device's textures can have`,
      );
    }
  }
  return checked;
}

function readSource(source: FrameSource): CheckedFrame {
  if (isTexture(source)) {
    const { width, height } = checkGivenTexture('frame', source, { decoded: true });
    return { kind: 'texture', source, width, height };
  }
  if ('data' in source) return fromBytes(source);
  if (!isPageImage(source)) throw new ArgumentError('frame', source, allowed);
  const { kind, width, height } = checkPageImage('frame', source);
  if (kind === 'still') return { kind: 'copy', source, width, height };
  return { kind, source: source as HTMLVideoElement | VideoFrame, width, height };
}

function fromBytes(source: RgbaImage | ImageData): CheckedFrame {
  const { data, width, height } = source;
  // Bytes in another colour space, or half floats, are the browser's to convert.
  const foreign = 'colorSpace' in source && (source.colorSpace !== 'srgb' || !isBytes(data));
  if (foreign) return { kind: 'copy', source: source as ImageData, width, height };
  if (!isBytes(data) || data.length !== 4 * width * height) {
    const length = 4 * width * height;
    throw new ArgumentError('frame.data', data, `${length} bytes of RGBA (Uint8Array or Uint8ClampedArray)`);
  }
  return { kind: 'bytes', source: source as RgbaImage, width, height };
}

function isBytes(data: unknown): boolean {
  return data instanceof Uint8Array || data instanceof Uint8ClampedArray;
}
