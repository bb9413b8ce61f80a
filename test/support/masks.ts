// SPDX-License-Identifier: MIT

import { randomNumbers } from './random.js';

/** A mask or ids, with a name for test titles. */
export interface DrawnMask {
  name: string;
  width: number;
  height: number;
  data: Uint32Array;
}

function draw(name: string, width: number, height: number, value: (x: number, y: number) => number): DrawnMask {
  const data = Uint32Array.from({ length: width * height }, (_unused, i) => value(i % width, Math.floor(i / width)));
  return { name: `${name}, ${width} × ${height}`, width, height, data };
}

export function randomMask(width: number, height: number, share: number, seed: number): DrawnMask {
  const random = randomNumbers(seed);
  return draw(`random ${share}`, width, height, () => Number(random() < share));
}

/** Random values 0..values - 1, in blocks of 2 × 2 so that equal neighbours are common. */
export function randomValues(width: number, height: number, values: number, seed: number): DrawnMask {
  const random = randomNumbers(seed);
  const blocks = Array.from({ length: (width + 1) * (height + 1) }, () => Math.floor(values * random()));
  return draw(`${values} values`, width, height, (x, y) => blocks[(y >> 1) * width + (x >> 1)]);
}

/** A line one pixel wide that winds inwards, with a gap of one pixel between its turns. */
export function spiral(size: number): DrawnMask {
  const drawn = draw('spiral', size, size, () => 0);
  const { data } = drawn;
  const on = (x: number, y: number) => x >= 0 && y >= 0 && x < size && y < size && data[y * size + x] === 1;
  let [x, y, dx, dy] = [0, 0, 1, 0];
  data[0] = 1;
  for (let turns = 0; turns < 2; ) {
    const [nextX, nextY] = [x + dx, y + dy];
    const inside = nextX >= 0 && nextY >= 0 && nextX < size && nextY < size;
    if (inside && !on(nextX, nextY) && !on(nextX + dx, nextY + dy)) {
      [x, y] = [nextX, nextY];
      data[y * size + x] = 1;
      turns = 0;
    } else {
      [dx, dy] = [-dy, dx];
      turns++;
    }
  }
  return drawn;
}

/** Discs as [x, y, radius], in pixels. */
export function discs(
  width: number,
  height: number,
  circles: readonly (readonly [number, number, number])[],
): DrawnMask {
  return draw('discs', width, height, (x, y) =>
    Number(circles.some(([cx, cy, r]) => (x - cx) ** 2 + (y - cy) ** 2 <= r * r)),
  );
}

/** Every kind of mask that operations are tried on. */
export const drawnMasks: readonly DrawnMask[] = [
  randomMask(17, 13, 0.5, 1),
  randomMask(21, 10, 0.85, 2),
  randomMask(9, 19, 0.1, 3),
  draw('empty', 11, 7, () => 0),
  draw('full', 7, 11, () => 1),
  draw('checkerboard', 9, 8, (x, y) => (x + y) % 2),
  spiral(19),
  { ...spiral(18), name: 'inverted spiral', data: spiral(18).data.map((value) => 1 - value) },
  draw('lone off', 1, 1, () => 0),
  draw('lone on', 1, 1, () => 1),
  draw('row', 23, 1, (x) => Number(x % 7 > 1)),
  draw('column', 1, 19, (_x, y) => Number(y % 5 > 0)),
  draw('rings', 15, 15, (x, y) => Number(Math.max(Math.abs(x - 7), Math.abs(y - 7)) % 3 === 0)),
  discs(29, 15, [
    [7, 7, 6],
    [18, 7, 6],
    [25, 12, 2],
  ]),
];
