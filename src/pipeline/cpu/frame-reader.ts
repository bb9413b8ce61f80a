// SPDX-License-Identifier: MIT

import { checkInteger } from '../../problem/checks.js';
import { ArgumentError } from '../../problem/errors.js';
import { readingPageImage } from '../../problem/page-image.js';
import type { RgbaImage } from '../../problem/types.js';
import { type CheckedFrame, type FrameSource, readFrame } from '../frames/frame-source.js';
import { largestFrameSide } from '../frames/plan.js';

type Drawing = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

/**
 * Looks at a source: what it is, and that it has a picture which the CPU can read. Throws ArgumentError, under the argument's name, also for
 * GPU textures.
 */
export function checkCpuFrame(source: FrameSource, argument = 'frame'): Exclude<CheckedFrame, { kind: 'texture' }> {
  const checked = readFrame(source, (name, value) => checkInteger(name, value, 1, largestFrameSide), argument);
  if (checked.kind !== 'texture') return checked;
  throw new ArgumentError(argument, source, "pixels or something a page shows: backend 'cpu' reads no GPU object");
}

/** Reads frames of any kind into bytes: sRGB, straight alpha. Keeps what it draws with, from frame to frame. */
export class FrameReader {
  private drawing: Drawing | undefined;

  constructor(private readonly argument = 'frame') {}

  /** A copy of the frame's bytes. Throws ArgumentError for a source without a picture, and for one that the browser does not read. */
  read(source: FrameSource): RgbaImage {
    const checked = checkCpuFrame(source, this.argument);
    const { width, height } = checked;
    if (checked.kind === 'bytes') return { data: checked.source.data.slice(), width, height };
    const image = checked.source;
    return readingPageImage(this.argument, image, () => {
      const drawing = this.drawingOf(width, height);
      if (typeof ImageData === 'function' && image instanceof ImageData) drawing.putImageData(image, 0, 0);
      else drawing.drawImage(image as CanvasImageSource, 0, 0, width, height);
      return { data: drawing.getImageData(0, 0, width, height).data, width, height };
    });
  }

  /** The same for one of many frames. A camera's goes by no canvas where it can: Chromium's workers keep what was drawn on one, 300 MB of frames. */
  async readFrame(source: FrameSource): Promise<RgbaImage> {
    return (await converted(checkCpuFrame(source, this.argument))) ?? this.read(source);
  }

  private drawingOf(width: number, height: number): Drawing {
    const { canvas } = this.drawing ?? {};
    if (this.drawing && canvas?.width === width && canvas.height === height) return this.drawing;
    const made = createCanvas(width, height)?.getContext('2d', { willReadFrequently: true }) as Drawing | null;
    if (!made) {
      throw new ArgumentError(
        this.argument,
        'what a page shows',
        '{ data, width, height }: there is no 2-D canvas here',
      );
    }
    // Transparent pixels replace those of the frame before.
    made.globalCompositeOperation = 'copy';
    this.drawing = made;
    return made;
  }
}

/** Planes of Y, U and V, as cameras give them: none has transparent pixels, and browsers turn them into RGBA. */
const cameraFormats = /^(I4\d\d|NV12)(P1\d)?$/;

/** Of a camera's VideoFrame. Null for other sources, for frames that are shown otherwise than their bytes lie, and where the browser converts none. */
async function converted({ source, width, height }: CheckedFrame): Promise<RgbaImage | null> {
  if (typeof VideoFrame !== 'function' || !(source instanceof VideoFrame)) return null;
  const { visibleRect, format, rotation = 0, flip = false } = source as VideoFrame & Turned;
  const isAllShown = visibleRect?.width === width && visibleRect.height === height && rotation === 0 && !flip;
  // Firefox 153 converts from the upper left, wherever the visible part is.
  const isUpperLeft = visibleRect?.x === 0 && visibleRect.y === 0;
  if (!isAllShown || !isUpperLeft || !cameraFormats.test(format ?? '')) return null;
  const layout = { format: 'RGBA', colorSpace: 'srgb' } as const;
  const data = new Uint8ClampedArray(4 * width * height);
  try {
    // A browser that knows of no conversion overlooks it, and means the frame's own format.
    if (source.allocationSize(layout) !== data.length) return null;
    await source.copyTo(data, layout);
  } catch {
    return null;
  }
  return { data, width, height };
}

/** What newer browsers say of a VideoFrame. */
interface Turned {
  rotation?: number;
  flip?: boolean;
}

/** A canvas that is on no page; undefined where there are none. */
export function createCanvas(width: number, height: number): HTMLCanvasElement | OffscreenCanvas | undefined {
  if (typeof OffscreenCanvas === 'function') return new OffscreenCanvas(width, height);
  if (typeof document === 'undefined') return undefined;
  return Object.assign(document.createElement('canvas'), { width, height });
}
