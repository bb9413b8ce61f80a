// SPDX-License-Identifier: MIT

/** A picture of RGBA bytes with straight alpha. */
export interface Frame {
  data: Uint8Array | Uint8ClampedArray;
  width: number;
  height: number;
}

export interface WorkingSize {
  width: number;
  height: number;
}

/**
 * (red, green, blue, coarse opacity), each 0..1, a working pixel, [height, width, 4]: the frame's mean colour under it, by area, and
 * smoothstep(0.15, 0.85, Σ Q over the labels of `foreground`). `marginals` is [label, height, width].
 */
export function drawGuide(
  frame: Frame,
  size: WorkingSize,
  marginals: Float32Array,
  foreground: readonly number[],
): Float32Array {
  const pixelCount = size.width * size.height;
  const guide = new Float32Array(4 * pixelCount);
  for (let pixel = 0; pixel < pixelCount; pixel++) {
    const across = cover(pixel % size.width, frame.width / size.width, frame.width);
    const down = cover(Math.floor(pixel / size.width), frame.height / size.height, frame.height);
    const sum = [0, 0, 0];
    let area = 0;
    for (const [y, partY] of down) {
      for (const [x, partX] of across) {
        area += partX * partY;
        for (let c = 0; c < 3; c++) sum[c] += (partX * partY * frame.data[4 * (y * frame.width + x) + c]) / 255;
      }
    }
    for (let c = 0; c < 3; c++) guide[4 * pixel + c] = sum[c] / area;
    const probability = foreground.reduce((total, label) => total + marginals[label * pixelCount + pixel], 0);
    const part = Math.min(Math.max((probability - 0.15) / (0.85 - 0.15), 0), 1);
    guide[4 * pixel + 3] = part * part * (3 - 2 * part);
  }
  return guide;
}

/** Frame pixels that cell `index` of that many pixels touches, each with the part of it that is covered. */
function cover(index: number, cell: number, length: number): [index: number, part: number][] {
  const [low, high] = [index * cell, (index + 1) * cell];
  const parts: [number, number][] = [];
  for (let at = Math.floor(low); at < Math.min(Math.ceil(high), length); at++) {
    parts.push([at, Math.max(0, Math.min(at + 1, high) - Math.max(at, low))]);
  }
  return parts;
}
