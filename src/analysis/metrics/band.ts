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
 * square.
 *
 * First along columns, then along rows, each in time proportional to the pixels whatever the radius: Meijster, Roerdink and Hesselink, "A
 * general algorithm for computing distance transforms in linear time", 2000. Pixels of a row that have one label see the same other ones, so
 * a row is worked on by its runs.
 */
export function squaredBandDistances(truth: Int32Array, width: number, height: number, radius: number): Int32Array {
  const reach = Math.floor(radius);
  const columns = nearestInColumns(truth, width, height, reach);
  const distances = new Int32Array(width * height).fill(none);
  const envelope = new Envelope(width);
  for (let row = 0; row < width * height; row += width) {
    for (let from = row; from < row + width; ) {
      const own = truth[from];
      let to = from + 1;
      while (to < row + width && truth[to] === own) to++;
      if (own !== ignored) measureRun(columns, envelope, { own, row, from, to, width, reach }, distances);
      from = to;
    }
  }
  return distances;
}

/** For each pixel, in its column: the nearest label and how far it is, and how far the nearest other label is; `none` beyond the reach. */
interface Columns {
  label: Int32Array;
  distance: Int32Array;
  otherDistance: Int32Array;
}

/** Neighbours in a row that have one label; places in the plane. */
interface Run {
  own: number;
  /** Where the row begins. */
  row: number;
  from: number;
  /** Behind the last. */
  to: number;
  width: number;
  reach: number;
}

/** Squared distances of a run's pixels, from what the columns around them have. */
function measureRun(columns: Columns, envelope: Envelope, run: Run, distances: Int32Array): void {
  const { own, row, from, to, width, reach } = run;
  const { label, distance, otherDistance } = columns;
  // A pixel of another label hides what lies behind it.
  let first = from;
  const leftEnd = Math.max(row, from - reach);
  while (first > leftEnd && (first === from || label[first] === own || distance[first] !== 0)) first--;
  let last = to - 1;
  const rightEnd = Math.min(row + width, to + reach) - 1;
  while (last < rightEnd && (last === to - 1 || label[last] === own || distance[last] !== 0)) last++;
  envelope.begin(from, to);
  for (let i = first; i <= last; i++) {
    const vertical = label[i] === own ? otherDistance[i] : distance[i];
    if (vertical !== none) envelope.add(i, vertical * vertical);
  }
  envelope.write(distances);
}

/** The lowest of parabolas (x - centre)² + height at each place of a run; they come by rising centres. */
class Envelope {
  private readonly centres: Int32Array;
  private readonly heights: Int32Array;
  /** Where each begins to be the lowest. */
  private readonly starts: Int32Array;
  private count = 0;
  private from = 0;
  private to = 0;

  /** @param length of the longest run, and of what is around it */
  constructor(length: number) {
    this.centres = new Int32Array(length);
    this.heights = new Int32Array(length);
    this.starts = new Int32Array(length);
  }

  begin(from: number, to: number): void {
    this.count = 0;
    this.from = from;
    this.to = to;
  }

  add(centre: number, height: number): void {
    const { centres, heights, starts } = this;
    let top = this.count - 1;
    while (top >= 0 && valueAt(starts[top], centres[top], heights[top]) > valueAt(starts[top], centre, height)) top--;
    let start = this.from;
    if (top >= 0) {
      const between = centre - centres[top];
      // The first place where the new one is lower, from the last one's centre.
      start = centres[top] + 1 + Math.floor((between * between + height - heights[top]) / (2 * between));
    }
    if (start < this.to) {
      top++;
      centres[top] = centre;
      heights[top] = height;
      starts[top] = start;
    }
    this.count = top + 1;
  }

  /** Writes nothing where nothing was added. */
  write(target: Int32Array): void {
    let end = this.to;
    for (let top = this.count - 1; top >= 0; top--) {
      const [centre, height, start] = [this.centres[top], this.heights[top], this.starts[top]];
      for (let i = start; i < end; i++) target[i] = Math.min(none, valueAt(i, centre, height));
      end = start;
    }
  }
}

function valueAt(place: number, centre: number, height: number): number {
  return (place - centre) * (place - centre) + height;
}

/** Down the columns and up again, a row at a time. */
function nearestInColumns(truth: Int32Array, width: number, height: number, reach: number): Columns {
  const columns = {
    label: truth.slice(),
    distance: truth.map((own) => (own === ignored ? none : 0)),
    otherDistance: new Int32Array(width * height).fill(none),
  };
  sweep(columns, truth, width, height, reach, 1);
  sweep(columns, truth, width, height, reach, -1);
  return columns;
}

/** Remembers of each column the last label, and the last one before it that differs. */
function sweep(
  columns: Columns,
  truth: Int32Array,
  width: number,
  height: number,
  reach: number,
  direction: 1 | -1,
): void {
  const { otherDistance } = columns;
  const last = new Int32Array(width).fill(ignored);
  const lastStep = new Int32Array(width);
  const other = new Int32Array(width).fill(ignored);
  const otherStep = new Int32Array(width);
  for (let step = 0; step < height; step++) {
    const row = width * (direction === 1 ? step : height - 1 - step);
    for (let x = 0; x < width; x++) {
      const i = row + x;
      const own = truth[i];
      if (own === ignored) {
        if (last[x] !== ignored && step - lastStep[x] <= reach) offer(columns, i, last[x], step - lastStep[x]);
        if (other[x] !== ignored && step - otherStep[x] <= reach) offer(columns, i, other[x], step - otherStep[x]);
        continue;
      }
      if (own !== last[x]) {
        other[x] = last[x];
        otherStep[x] = lastStep[x];
        last[x] = own;
      }
      lastStep[x] = step;
      // The nearest label of a pixel that has one is its own.
      const away = step - otherStep[x];
      if (other[x] !== ignored && away <= reach && away < otherDistance[i]) otherDistance[i] = away;
    }
  }
}

/** Keeps the nearest label, and the nearest that is not that one. */
function offer({ label, distance, otherDistance }: Columns, i: number, found: number, away: number): void {
  if (found === label[i]) {
    if (away < distance[i]) distance[i] = away;
  } else if (away < distance[i]) {
    // What was nearest is another label now, and nearer than any other before.
    if (label[i] !== ignored) otherDistance[i] = distance[i];
    label[i] = found;
    distance[i] = away;
  } else if (away < otherDistance[i]) {
    otherDistance[i] = away;
  }
}

/**
 * The narrowest band that has each pixel, [y, x]; as many as there are bands where none has it.
 *
 * @param widths in pixels, rising
 */
export function narrowestBands(
  truth: Int32Array,
  width: number,
  height: number,
  widths: readonly number[],
): Int32Array {
  const places = squaredBandDistances(truth, width, height, widths[widths.length - 1]);
  const limits = Float64Array.from(widths, (each) => each * each);
  for (let i = 0; i < places.length; i++) {
    const distance = places[i];
    let band = 0;
    while (band < limits.length && distance > limits[band]) band++;
    places[i] = band;
  }
  return places;
}
