// SPDX-License-Identifier: MIT

import type { WorkingSize } from './draw-guide.js';

export interface Contours {
  /** Label beyond the nearest contour; the own one where there is none within reach. [height, width] */
  beyond: Uint32Array;
  /** From the pixel's centre to the contour, in working pixels, at most `reach`. [height, width] */
  distance: Float32Array;
}

interface Crossing {
  distance: number;
  beyond: number;
}

/**
 * Distances to the contours between labels. Between neighbours of different labels a and b the contour is crossed m/(m + m') of the way,
 * m = Q_a - Q_b at the one, m' = Q_b - Q_a at the other, neither below 0; half way where both are 0. The distance is that to the nearest crossing
 * in the pixel's row, its column, or the rows that the pixel's column reaches without a change of label; where there are crossings not more than
 * a pixel away on both axes, that to the line through the two. `marginals` is [label, height, width].
 */
export function drawContours(
  labelMap: Uint32Array,
  marginals: Float32Array,
  { width, height }: WorkingSize,
  reach: number,
): Contours {
  const pixelCount = width * height;
  const q = (label: number, pixel: number) => marginals[label * pixelCount + pixel];
  const crossing = (inside: number, outside: number): number => {
    const [a, b] = [labelMap[inside], labelMap[outside]];
    const here = Math.max(q(a, inside) - q(b, inside), 0);
    const there = Math.max(q(b, outside) - q(a, outside), 0);
    return here + there > 0 ? here / (here + there) : 0.5;
  };
  /** First crossing in one direction; null where the label goes on as far as one looks. */
  const look = (pixel: number, stride: number, room: number): Crossing | null => {
    for (let step = 1; step <= Math.min(reach, room); step++) {
      const at = pixel + step * stride;
      if (labelMap[at] === labelMap[pixel]) continue;
      return { distance: step - 1 + crossing(at - stride, at), beyond: labelMap[at] };
    }
    return null;
  };
  const nearer = (best: Crossing, other: Crossing | null): Crossing =>
    other && other.distance < best.distance ? other : best;
  const inRow = (pixel: number): Crossing => {
    const x = pixel % width;
    const none = { distance: reach, beyond: labelMap[pixel] };
    return nearer(nearer(none, look(pixel, -1, x)), look(pixel, 1, width - 1 - x));
  };

  const contours = { beyond: new Uint32Array(pixelCount), distance: new Float32Array(pixelCount) };
  for (let pixel = 0; pixel < pixelCount; pixel++) {
    const y = Math.floor(pixel / width);
    const row = inRow(pixel);
    let best = row;
    let column = reach;
    for (const [stride, room] of [
      [-width, y],
      [width, height - 1 - y],
    ]) {
      const found = look(pixel, stride, room);
      for (let step = 1; step <= Math.min(reach, room); step++) {
        const at = pixel + step * stride;
        if (labelMap[at] !== labelMap[pixel]) break;
        const aside = inRow(at);
        best = nearer(best, { distance: Math.hypot(step, aside.distance), beyond: aside.beyond });
      }
      best = nearer(best, found);
      column = Math.min(column, found?.distance ?? reach);
    }
    contours.beyond[pixel] = best.beyond;
    contours.distance[pixel] = best.distance;
    if (row.distance <= 1 && column <= 1) {
      const diagonal = Math.hypot(row.distance, column);
      contours.distance[pixel] = diagonal > 0 ? (row.distance * column) / diagonal : 0;
    }
  }
  return contours;
}
