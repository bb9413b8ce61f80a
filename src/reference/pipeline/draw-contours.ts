// SPDX-License-Identifier: MIT

import type { WorkingSize } from './draw-guide.js';

export interface Contours {
  /** Label beyond the nearest contour; the own one where there is none within reach. [height, width] */
  beyond: Uint32Array;
  /** From the pixel's centre to the contour, in working pixels, at most `reach`. [height, width] */
  distance: Float32Array;
}

/** Crossings in neighbouring rows that are not more than this apart are joined by a line. */
const gap = 2;

interface Crossing {
  /** From the pixel, in working pixels; to the left it is negative in a row. */
  place: number;
  beyond: number;
}

type Point = readonly [x: number, y: number];

/**
 * Distances to the contours between labels. Between neighbours of different labels a and b the contour is crossed m/(m + m') of the way,
 * m = Q_a - Q_b at the one, m' = Q_b - Q_a at the other, neither below 0; half way where both are 0. Each row has its nearest crossing. Rows that the
 * pixel's column reaches without a change of label give points, and lines between points of neighbouring rows on one side; the column's own
 * crossing ends them. The distance is that to the nearest of all these. `marginals` is [label, height, width].
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
      return { place: step - 1 + crossing(at - stride, at), beyond: labelMap[at] };
    }
    return null;
  };
  const inRow = (pixel: number): Crossing | null => {
    const x = pixel % width;
    const [left, right] = [look(pixel, -1, x), look(pixel, 1, width - 1 - x)];
    if (left && left.place < (right?.place ?? reach)) return { ...left, place: -left.place };
    return right && right.place < reach ? right : null;
  };

  const contours = { beyond: labelMap.slice(), distance: new Float32Array(pixelCount).fill(reach) };
  for (let pixel = 0; pixel < pixelCount; pixel++) {
    const take = (distance: number, beyond: number) => {
      // In single precision, as it is kept: of equal ones the first counts.
      if (Math.fround(distance) >= contours.distance[pixel]) return;
      contours.distance[pixel] = distance;
      contours.beyond[pixel] = beyond;
    };
    const row = inRow(pixel);
    if (row) take(Math.abs(row.place), row.beyond);
    const y = Math.floor(pixel / width);
    for (const [stride, room] of [
      [-width, y],
      [width, height - 1 - y],
    ]) {
      const end = look(pixel, stride, room);
      const rows: (Crossing | null)[] = [row];
      for (let step = 1; step <= Math.min(reach, room); step++) {
        const at = pixel + step * stride;
        if (labelMap[at] !== labelMap[pixel]) break;
        const aside = inRow(at);
        const before = rows[step - 1];
        rows.push(aside);
        if (!aside) continue;
        take(Math.hypot(aside.place, step), aside.beyond);
        const isJoined = before && Math.abs(aside.place - before.place) <= gap && aside.place < 0 === before.place < 0;
        if (isJoined) take(lineDistance([before.place, step - 1], [aside.place, step]), aside.beyond);
      }
      if (!end) continue;
      take(end.place, end.beyond);
      const last = rows.at(-1);
      if (last && Math.abs(last.place) < gap) {
        take(lineDistance([last.place, rows.length - 1], [0, end.place]), end.beyond);
      }
    }
  }
  return contours;
}

/** From (0, 0) to the line between two points. */
function lineDistance(a: Point, b: Point): number {
  const [alongX, alongY] = [b[0] - a[0], b[1] - a[1]];
  const squared = alongX ** 2 + alongY ** 2;
  const part = squared > 0 ? Math.min(Math.max(-(a[0] * alongX + a[1] * alongY) / squared, 0), 1) : 0;
  return Math.hypot(a[0] + part * alongX, a[1] + part * alongY);
}
