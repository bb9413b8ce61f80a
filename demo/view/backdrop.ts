// SPDX-License-Identifier: MIT

import type { Picture } from '../engine/protocol.js';
import type { Part } from './enlarge.js';
import type { Size } from './viewport.js';

/** What is behind a cut-out. */
export type Backdrop =
  | { kind: 'none' }
  /** `colour`: `#rrggbb`. */
  | { kind: 'colour'; colour: string }
  /** The photo's own background; `sigma` in parts of its diagonal. */
  | { kind: 'blur'; sigma: number }
  | { kind: 'picture'; picture: ImageBitmap };

type Context = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

/** 0..255: where the foreground has more, a pixel is not sure to be background, and its colours are not spread. */
const sureBackground = 8;

/**
 * Draws what is behind on a canvas, under what is there.
 *
 * @param blurred the photo's background, as `blurredBackground` makes it
 * @param part of the photo that the canvas shows
 */
export function drawBackdrop(
  context: Context,
  backdrop: Backdrop,
  blurred: () => OffscreenCanvas,
  part: Part,
  photo: Size,
): void {
  const { width, height } = context.canvas;
  context.globalCompositeOperation = 'destination-over';
  context.imageSmoothingEnabled = true;
  context.imageSmoothingQuality = 'high';
  if (backdrop.kind === 'colour') {
    context.fillStyle = backdrop.colour;
    context.fillRect(0, 0, width, height);
  } else if (backdrop.kind === 'blur') drawPart(context, blurred(), part);
  else if (backdrop.kind === 'picture') drawPart(context, covering(backdrop.picture, photo), part);
  context.globalCompositeOperation = 'source-over';
}

function drawPart(context: Context, source: OffscreenCanvas, part: Part): void {
  const { width, height } = source;
  const place = [part.left * width, part.top * height, part.width * width, part.height * height] as const;
  context.drawImage(source, ...place, 0, 0, context.canvas.width, context.canvas.height);
}

/** The middle of a picture, in the photo's proportions. */
function covering(picture: ImageBitmap, photo: Size): OffscreenCanvas {
  const scale = Math.min(picture.width / photo.width, picture.height / photo.height);
  const [width, height] = [photo.width * scale, photo.height * scale];
  const { canvas, context } = canvasOf(Math.round(width), Math.round(height));
  const place = [(picture.width - width) / 2, (picture.height - height) / 2, width, height] as const;
  context.drawImage(picture, ...place, 0, 0, canvas.width, canvas.height);
  return canvas;
}

/**
 * The background of a picture, out of focus. The foreground leaves no halo: where it was, the colours around it are, nearer ones first (pull and push,
 * Gortler, Grzeszczuk, Szeliski, Cohen, SIGGRAPH 1996, section 4).
 *
 * @param alpha of the foreground, 0..255, [y, x]
 * @param sigma in parts of the diagonal
 */
export function blurredBackground(
  { pixels, width, height }: Picture,
  alpha: Uint8Array,
  sigma: number,
): OffscreenCanvas {
  const bare = new Uint8ClampedArray(pixels);
  for (let pixel = 0; pixel < alpha.length; pixel++) if (alpha[pixel] > sureBackground) bare[4 * pixel + 3] = 0;
  const { canvas, context } = canvasOf(width, height);
  context.putImageData(new ImageData(bare, width, height), 0, 0);
  // A picture of so few pixels, enlarged smoothly, is blurred by about that.
  const pixelSize = Math.max(1, 1.25 * sigma * Math.hypot(width, height));
  const levels = [shrunken(canvas, width / pixelSize, height / pixelSize)];
  while (Math.max(levels[0].width, levels[0].height) > 1) {
    const [coarsest] = levels;
    levels.unshift(shrunken(coarsest, coarsest.width / 2, coarsest.height / 2));
  }
  return enlarged(
    levels.reduce((below, level) => filled(below, level)),
    width,
    height,
  );
}

/** By doubles: one large step would show the small picture's squares. */
function enlarged(source: OffscreenCanvas, width: number, height: number): OffscreenCanvas {
  let from = source;
  while (from.width < width || from.height < height) {
    const { canvas, context } = canvasOf(Math.min(width, 2 * from.width), Math.min(height, 2 * from.height));
    context.drawImage(from, 0, 0, canvas.width, canvas.height);
    from = canvas;
  }
  return from;
}

/** A level over the one below it: what it has no colours for is filled. */
function filled(below: OffscreenCanvas, level: OffscreenCanvas): OffscreenCanvas {
  const { canvas, context } = canvasOf(level.width, level.height);
  context.drawImage(below, 0, 0, level.width, level.height);
  context.drawImage(opaque(level), 0, 0);
  return canvas;
}

/** Where a quarter of a pixel was background, that is the pixel's colour. */
function opaque(level: OffscreenCanvas): OffscreenCanvas {
  const { width, height } = level;
  const context = level.getContext('2d');
  const image = context?.getImageData(0, 0, width, height);
  const result = canvasOf(width, height);
  if (!image) return result.canvas;
  for (let i = 3; i < image.data.length; i += 4) image.data[i] = Math.min(255, 4 * image.data[i]);
  result.context.putImageData(image, 0, 0);
  return result.canvas;
}

/** By halves, so that each pixel counts. */
function shrunken(source: OffscreenCanvas, width: number, height: number): OffscreenCanvas {
  const [toWidth, toHeight] = [Math.max(1, Math.round(width)), Math.max(1, Math.round(height))];
  let from = source;
  while (from.width > toWidth || from.height > toHeight) {
    const { canvas, context } = canvasOf(
      Math.max(toWidth, Math.ceil(from.width / 2)),
      Math.max(toHeight, Math.ceil(from.height / 2)),
    );
    context.drawImage(from, 0, 0, canvas.width, canvas.height);
    from = canvas;
  }
  return from === source ? copyOf(source) : from;
}

function copyOf(source: OffscreenCanvas): OffscreenCanvas {
  const { canvas, context } = canvasOf(source.width, source.height);
  context.drawImage(source, 0, 0);
  return canvas;
}

function canvasOf(width: number, height: number) {
  const canvas = new OffscreenCanvas(Math.max(1, width), Math.max(1, height));
  const context = canvas.getContext('2d');
  if (!context) throw new Error('This browser gave no canvas to draw on. Close other tabs and reload.');
  context.imageSmoothingQuality = 'high';
  return { canvas, context };
}
