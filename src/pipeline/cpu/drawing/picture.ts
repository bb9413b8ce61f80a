// SPDX-License-Identifier: MIT

import { placeFrame, tapsFor } from '../../drawing/placement.js';
import type { ResolvedView } from '../../drawing/view.js';
import { type Axis, axisOf, sampleLayer } from './sampling.js';
import type { Layer } from './scene.js';

interface Extent {
  width: number;
  height: number;
}

/** Where a target's pixels lie in the frame. */
export class Picture {
  readonly columns: Axis;
  readonly rows: Axis;
  /** Frame positions of pixel centres, by column and row. */
  readonly xs: Float64Array;
  readonly ys: Float64Array;
  /** Frame pixels a target pixel. */
  readonly step: number;
  private readonly offsetX: number;
  private readonly offsetY: number;
  private readonly stepX: number;
  private readonly mean = new Float32Array(4);

  constructor(
    readonly frame: Extent,
    readonly target: Extent,
    { fit, mirror }: Pick<ResolvedView<unknown>, 'fit' | 'mirror'>,
  ) {
    const { offsetX, offsetY, stepX, stepY } = placeFrame(frame, target, fit, mirror);
    [this.offsetX, this.offsetY, this.stepX, this.step] = [offsetX, offsetY, stepX, stepY];
    const taps = tapsFor(stepY);
    this.columns = axisOf(target.width, offsetX, stepX, taps, frame.width);
    this.rows = axisOf(target.height, offsetY, stepY, taps, frame.height);
    this.xs = Float64Array.from({ length: target.width }, (_, x) => offsetX + stepX * (x + 0.5));
    this.ys = Float64Array.from({ length: target.height }, (_, y) => offsetY + stepY * (y + 0.5));
  }

  /**
   * Where the target's pixels lie in another layer that covers the frame.
   *
   * @param offsetX,offsetY,scale position in the layer of frame position p is offset + scale·p
   */
  axesOf(layer: Extent, offsetX: number, offsetY: number, scale: number, taps: number): { columns: Axis; rows: Axis } {
    const { target, step, stepX } = this;
    return {
      columns: axisOf(target.width, offsetX + scale * this.offsetX, scale * stepX, taps, layer.width),
      rows: axisOf(target.height, offsetY + scale * this.offsetY, scale * step, taps, layer.height),
    };
  }

  /**
   * Goes through the pixels that show the frame, row by row; the others become transparent. Those whose centre is left of `split` show the
   * frame as it is.
   *
   * @param shown the frame; needed where `split` is above 0
   * @param draw writes a pixel's four bytes
   */
  fill(
    bytes: Uint8ClampedArray,
    split: number,
    shown: Layer | undefined,
    draw: (x: number, y: number, to: number) => void,
  ): void {
    const { target, frame, xs, ys, columns, rows, mean } = this;
    for (let y = 0, to = 0; y < target.height; y++) {
      const isRow = ys[y] >= 0 && ys[y] < frame.height;
      for (let x = 0; x < target.width; x++, to += 4) {
        if (!isRow || xs[x] < 0 || xs[x] >= frame.width) bytes.fill(0, to, to + 4);
        else if (shown && x + 0.5 < split) {
          sampleLayer(shown, columns, rows, x, y, mean);
          writeStraight(mean, bytes, to);
        } else draw(x, y, to);
      }
    }
  }
}

/** A premultiplied colour as bytes with straight alpha. */
export function writeStraight(colour: Float32Array, bytes: Uint8ClampedArray, to: number): void {
  const alpha = colour[3];
  const factor = alpha > 0 ? 255 / alpha : 255;
  bytes[to] = colour[0] * factor;
  bytes[to + 1] = colour[1] * factor;
  bytes[to + 2] = colour[2] * factor;
  bytes[to + 3] = 255 * alpha;
}
