// SPDX-License-Identifier: MIT

import type { RgbaImage } from '../../problem/types.js';
import type { TensorForm } from '../frames/frame-resizer.js';
import type { Placement } from '../frames/plan.js';

/**
 * Resizes frames on the CPU: bilinear where a picture grows, a triangle as wide as the ratio where it shrinks; shaders/pipeline/resize.wgsl has
 * the formula. Keeps weights and buffers from frame to frame of one size.
 */
export class CpuResizer {
  private columns: Taps | undefined;
  private lines: Taps | undefined;
  /** Rows of the frame made as narrow as the window, [frameHeight, windowWidth, 3]. */
  private narrowed = new Float32Array();

  /** The frame as a network's input, [y, x, 3] or [3, y, x]. Written into `tensor` where that has the length. */
  toTensor(frame: RgbaImage, placement: Placement, form: TensorValues, tensor?: Float32Array): Float32Array {
    const { width, height, window } = placement;
    const pixelCount = width * height;
    const target = tensor?.length === 3 * pixelCount ? tensor : new Float32Array(3 * pixelCount);
    const [pixelStride, channelStride] = form.layout === 'NHWC' ? [3, 1] : [1, pixelCount];
    if (window.width * window.height < pixelCount) fillTensor(target, form, pixelStride, channelStride);
    const { factor, offset } = form;
    const [redPlace, bluePlace] = form.channels === 'BGR' ? [2, 0] : [0, 2];
    const [red, green, blue] = [redPlace, 1, bluePlace].map((place) => place * channelStride);
    this.resize(frame, placement, (y, row) => {
      let to = ((window.y + y) * width + window.x) * pixelStride;
      for (let i = 0; i < row.length; i += 3, to += pixelStride) {
        target[to + red] = row[i] * factor[redPlace] + offset[redPlace];
        target[to + green] = row[i + 1] * factor[1] + offset[1];
        target[to + blue] = row[i + 2] * factor[bluePlace] + offset[bluePlace];
      }
    });
    return target;
  }

  /** The frame as opaque RGBA bytes of another size, rounded to the nearest, half way between two to the larger. Written into `bytes` where that has the length. */
  toBytes(frame: RgbaImage, width: number, height: number, bytes?: Uint8ClampedArray): Uint8ClampedArray {
    const target = bytes?.length === 4 * width * height ? bytes : new Uint8ClampedArray(4 * width * height);
    this.resize(frame, { width, height, window: { x: 0, y: 0, width, height } }, (y, row) => {
      let to = 4 * y * width;
      for (let i = 0; i < row.length; i += 3, to += 4) {
        target[to] = Math.floor(row[i] + half);
        target[to + 1] = Math.floor(row[i + 1] + half);
        target[to + 2] = Math.floor(row[i + 2] + half);
        target[to + 3] = 255;
      }
    });
    return target;
  }

  /** Gives row after row of the window, [windowWidth, 3], bytes 0..255 that are not rounded. */
  private resize(frame: RgbaImage, { window }: Placement, give: (y: number, row: Float64Array) => void): void {
    this.columns = tapsFor(frame.width, window.width, this.columns);
    this.lines = tapsFor(frame.height, window.height, this.lines);
    const length = 3 * window.width * frame.height;
    if (this.narrowed.length !== length) this.narrowed = new Float32Array(length);
    narrow(frame, this.columns, window.width, this.narrowed);
    const { starts, counts, weights, most } = this.lines;
    const { narrowed } = this;
    const rowLength = 3 * window.width;
    const row = new Float64Array(rowLength);
    for (let y = 0; y < window.height; y++) {
      row.fill(0);
      for (let tap = 0; tap < counts[y]; tap++) {
        const weight = weights[y * most + tap];
        const from = (starts[y] + tap) * rowLength;
        for (let i = 0; i < rowLength; i++) row[i] += weight * narrowed[from + i];
      }
      give(y, row);
    }
  }
}

/** A little more than a half, as on the GPU, so that rounding errors do not decide what is half way between two bytes. */
const half = 0.5 + 1 / 512;

/** How pixels become a network's numbers. */
type TensorValues = Pick<TensorForm, 'layout' | 'channels' | 'factor' | 'offset' | 'fill'>;

function fillTensor(tensor: Float32Array, form: TensorValues, pixelStride: number, channelStride: number): void {
  const { factor, offset, fill, channels } = form;
  for (let channel = 0; channel < 3; channel++) {
    const value = fill[channels === 'BGR' ? 2 - channel : channel] * factor[channel] + offset[channel];
    for (let i = channel * channelStride, left = tensor.length / 3; left > 0; left--, i += pixelStride) {
      tensor[i] = value;
    }
  }
}

/** Along one axis: for each place its first pixel, how many, and their weights, which sum to 1. */
interface Taps {
  inSize: number;
  outSize: number;
  starts: Int32Array;
  counts: Int32Array;
  /** [outSize, most] */
  weights: Float64Array;
  most: number;
}

/** The ones before, where these have the sizes. */
function tapsFor(inSize: number, outSize: number, before: Taps | undefined): Taps {
  if (before?.inSize === inSize && before.outSize === outSize) return before;
  // In units of 1/(2·outSize) of a pixel all distances are whole numbers.
  const reach = 2 * Math.max(inSize, outSize);
  const step = 2 * outSize;
  const most = Math.ceil((2 * reach) / step) + 1;
  const starts = new Int32Array(outSize);
  const counts = new Int32Array(outSize);
  const weights = new Float64Array(outSize * most);
  for (let i = 0; i < outSize; i++) {
    const middle = (2 * i + 1) * inSize;
    const first = Math.max(0, Math.floor((middle - reach - outSize) / step) + 1);
    const end = Math.min(Math.ceil((middle + reach - outSize) / step), inSize);
    let sum = 0;
    for (let k = first; k < end; k++) sum += reach - Math.abs(k * step + outSize - middle);
    for (let k = first; k < end; k++) {
      weights[i * most + k - first] = (reach - Math.abs(k * step + outSize - middle)) / sum;
    }
    starts[i] = first;
    counts[i] = end - first;
  }
  return { inSize, outSize, starts, counts, weights, most };
}

/** Each row of the frame at the window's width, [frameHeight, windowWidth, 3]. */
function narrow(
  { data, width, height }: RgbaImage,
  { starts, counts, weights, most }: Taps,
  windowWidth: number,
  narrowed: Float32Array,
): void {
  let to = 0;
  for (let y = 0; y < height; y++) {
    const line = 4 * y * width;
    for (let x = 0; x < windowWidth; x++) {
      let red = 0;
      let green = 0;
      let blue = 0;
      const count = counts[x];
      let weightAt = x * most;
      for (let tap = 0, from = line + 4 * starts[x]; tap < count; tap++, from += 4) {
        const weight = weights[weightAt++];
        red += weight * data[from];
        green += weight * data[from + 1];
        blue += weight * data[from + 2];
      }
      narrowed[to++] = red;
      narrowed[to++] = green;
      narrowed[to++] = blue;
    }
  }
}
