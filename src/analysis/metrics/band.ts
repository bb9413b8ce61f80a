// SPDX-License-Identifier: MIT

import { ignored } from './confusion.js';

/**
 * The trimap band: a pixel is in the band of width w if a pixel of another label, in truth, is at most w pixels away, Euclidean between
 * centres. It has both sides of a boundary. Kohli, Ladický and Torr (IJCV 2009) count errors in such bands of several widths, and Krähenbühl
 * and Koltun (NIPS 2011, section 6) after them; IoU in the band is counted in the same way. Ignored pixels have no label: they are in no
 * band, and across a seam of them two labels still see each other.
 */

const none = 0x3fffffff;

/**
 * Squared distance from each pixel to the nearest one of another label, [y, x], as far as `radius`; larger ones are some number above its
 * square. First along columns, then along rows within the radius, which is exact.
 */
export function squaredBandDistances(truth: Int32Array, width: number, height: number, radius: number): Int32Array {
  const columns = nearestInColumns(truth, width, height);
  const distances = new Int32Array(width * height).fill(none);
  const reach = Math.floor(radius);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      if (truth[i] !== ignored) distances[i] = nearestInRow(columns, truth[i], y * width, x, width, reach);
    }
  }
  return distances;
}

/** For each pixel, in its column: the nearest label and how far it is, and how far the nearest other label is. */
interface Columns {
  label: Int32Array;
  distance: Int32Array;
  otherDistance: Int32Array;
}

function nearestInRow(
  { label, distance, otherDistance }: Columns,
  own: number,
  row: number,
  x: number,
  width: number,
  reach: number,
): number {
  let best = none;
  for (let step = 0; step <= reach && step * step < best; step++) {
    for (const u of [x - step, x + step]) {
      if (u < 0 || u >= width) continue;
      const vertical = label[row + u] === own ? otherDistance[row + u] : distance[row + u];
      if (vertical !== none) best = Math.min(best, step * step + vertical * vertical);
    }
  }
  return best;
}

/** Down each column and up again, remembering the last label and the last one before it that differs. */
function nearestInColumns(truth: Int32Array, width: number, height: number): Columns {
  const columns = {
    label: new Int32Array(width * height).fill(ignored),
    distance: new Int32Array(width * height).fill(none),
    otherDistance: new Int32Array(width * height).fill(none),
  };
  for (let x = 0; x < width; x++) {
    sweep(columns, truth, x, width, height, 1);
    sweep(columns, truth, x, width, height, -1);
  }
  return columns;
}

function sweep(columns: Columns, truth: Int32Array, x: number, width: number, height: number, direction: 1 | -1): void {
  let [last, lastY, other, otherY] = [ignored, none, ignored, none];
  for (let step = 0; step < height; step++) {
    const y = direction === 1 ? step : height - 1 - step;
    const i = y * width + x;
    if (truth[i] !== ignored) {
      if (last !== ignored && truth[i] !== last) [other, otherY] = [last, lastY];
      [last, lastY] = [truth[i], y];
    }
    if (last !== ignored) offer(columns, i, last, Math.abs(y - lastY));
    if (other !== ignored) offer(columns, i, other, Math.abs(y - otherY));
  }
}

/** Keeps the nearest label, and the nearest that is not that one. */
function offer({ label, distance, otherDistance }: Columns, i: number, found: number, away: number): void {
  if (found === label[i]) {
    distance[i] = Math.min(distance[i], away);
  } else if (away < distance[i]) {
    // What was nearest is another label now, and nearer than any other before.
    if (label[i] !== ignored) otherDistance[i] = distance[i];
    label[i] = found;
    distance[i] = away;
  } else {
    otherDistance[i] = Math.min(otherDistance[i], away);
  }
}

/** Pixels of each label in bands of rising width; `add` hears of each pixel once, with the index of the narrowest band that has it. */
export function forEachBandPixel(
  distances: Int32Array,
  widths: readonly number[],
  add: (pixel: number, band: number) => void,
): void {
  const limits = widths.map((width) => width * width);
  const largest = limits[limits.length - 1];
  for (let i = 0; i < distances.length; i++) {
    if (distances[i] > largest) continue;
    add(
      i,
      limits.findIndex((limit) => distances[i] <= limit),
    );
  }
}
