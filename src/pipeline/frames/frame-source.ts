// SPDX-License-Identifier: MIT

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

/** Formats whose values are read as colours, clamped to 0..1. Those that end in -srgb are encoded again. */
const textureFormats: readonly GPUTextureFormat[] = [
  'rgba8unorm',
  'bgra8unorm',
  'rgba8unorm-srgb',
  'bgra8unorm-srgb',
  'rgb10a2unorm',
  'rgba16float',
  'rgba32float',
];

const allowed = 'an image, canvas, bitmap, video, VideoFrame, GPUTexture, ImageData or { data, width, height }';

/** HTMLMediaElement.HAVE_CURRENT_DATA */
const hasPicture = 2;

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
  if ('createView' in source) return fromTexture(source);
  if ('data' in source) return fromBytes(source);
  if ('videoWidth' in source) {
    if (source.readyState < hasPicture || source.videoWidth === 0) {
      throw new ArgumentError(
        'frame',
        source,
        `a video that has a picture; its readyState is ${source.readyState}, wait for 'loadeddata'`,
      );
    }
    return { kind: 'video', source, width: source.videoWidth, height: source.videoHeight };
  }
  if ('displayWidth' in source) {
    if (source.format === null && source.codedWidth === 0) {
      throw new ArgumentError('frame', source, 'a VideoFrame that is not closed');
    }
    return { kind: 'video', source, width: source.displayWidth, height: source.displayHeight };
  }
  if ('naturalWidth' in source) {
    if (!source.complete || source.naturalWidth === 0) {
      throw new ArgumentError('frame', source, "an image that is loaded and has a size: wait for 'load' or decode()");
    }
    return { kind: 'copy', source, width: source.naturalWidth, height: source.naturalHeight };
  }
  if ('getContext' in source) return { kind: 'copy', source, width: source.width, height: source.height };
  if ('close' in source && 'width' in source) {
    if (source.width === 0) throw new ArgumentError('frame', source, 'an ImageBitmap that is not closed');
    return { kind: 'copy', source, width: source.width, height: source.height };
  }
  throw new ArgumentError('frame', source, allowed);
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

function fromTexture(texture: GPUTexture): CheckedFrame {
  if (!textureFormats.includes(texture.format)) {
    throw new ArgumentError('frame.format', texture.format, `one of ${textureFormats.join(', ')}`);
  }
  if (!(texture.usage & 0x4)) {
    throw new ArgumentError('frame.usage', texture.usage, 'a texture with GPUTextureUsage.TEXTURE_BINDING');
  }
  if (texture.dimension !== '2d' || texture.depthOrArrayLayers !== 1 || texture.sampleCount !== 1) {
    throw new ArgumentError('frame', texture, 'a 2d texture of one layer and one sample');
  }
  return { kind: 'texture', source: texture, width: texture.width, height: texture.height };
}
