// SPDX-License-Identifier: MIT

import type { Frame } from './draw-guide.js';
import { drawHalve } from './draw-halve.js';

/**
 * The frame less the foreground layer, premultiplied, at half size: [⌈height/2⌉, ⌈width/2⌉, 4]. `foreground` is premultiplied,
 * [frameHeight, frameWidth, 4], each 0..1.
 */
export function drawBackground(frame: Frame, foreground: Float32Array): Float32Array {
  const rest = new Float32Array(foreground.length);
  for (let pixel = 0; pixel < frame.width * frame.height; pixel++) {
    const opacity = frame.data[4 * pixel + 3] / 255;
    const share = Math.max(opacity - foreground[4 * pixel + 3], 0);
    for (let c = 0; c < 3; c++) {
      const left = (frame.data[4 * pixel + c] / 255) * opacity - foreground[4 * pixel + c];
      rest[4 * pixel + c] = Math.min(Math.max(left, 0), share);
    }
    rest[4 * pixel + 3] = share;
  }
  return drawHalve(rest, frame.width, frame.height);
}
