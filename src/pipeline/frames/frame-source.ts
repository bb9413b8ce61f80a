// SPDX-License-Identifier: MIT

import { checkGivenTexture } from '../../gpu/given-objects.js';
import { checkInteger } from '../../problem/checks.js';
import { ArgumentError } from '../../problem/errors.js';
import { type CheckSide, readImage } from '../../problem/images.js';
import type { PageImage } from '../../problem/page-image.js';
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
    | { kind: 'copy'; source: PageImage | ImageData }
    | { kind: 'video'; source: HTMLVideoElement | VideoFrame }
    | { kind: 'texture'; source: GPUTexture }
  );

/**
 * Looks at a source: what it is, that it has a picture, and that the picture fits a texture.
 *
 * @param largestSide the device's `maxTextureDimension2D`
 *
 * Throws ArgumentError under the argument's name.
 */
export function checkFrame(source: FrameSource, largestSide: number, argument = 'frame'): CheckedFrame {
  const checkSide: CheckSide = (name, value) => {
    if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= largestSide) return value;
    throw new ArgumentError(name, value, `1..${largestSide} pixels, which this device's textures can have`);
  };
  return readFrame(source, checkSide, argument);
}

/** The same before there is a device, whose textures may be too small. */
export function checkIsFrame(source: FrameSource): void {
  readFrame(source, (argument, value) => checkInteger(argument, value, 1, 2 ** 24));
}

/** What a source is, whatever reads it. Throws ArgumentError. */
export function readFrame(source: FrameSource, checkSide: CheckSide, argument = 'frame'): CheckedFrame {
  const given = readImage(argument, source, checkSide);
  if (given.kind === 'bytes') {
    const { image } = given;
    return { kind: 'bytes', source: image, width: image.width, height: image.height };
  }
  if (given.kind === 'buffer')
    throw new ArgumentError(argument, source, 'no GPUBuffer: it does not say how large it is');
  const { width, height } = given;
  if (given.kind === 'texture') {
    return { kind: 'texture', source: checkGivenTexture(argument, given.source, { decoded: true }), width, height };
  }
  if (given.kind === 'video') {
    return { kind: 'video', source: given.source as HTMLVideoElement | VideoFrame, width, height };
  }
  return { kind: 'copy', source: given.source as PageImage | ImageData, width, height };
}
