// SPDX-License-Identifier: MIT

import { describe, expect, test } from 'vitest';
import { connectedComponents } from '../../../src/analysis/functions.js';
import { type Corner, tracePolygons } from '../../../src/analysis/polygons.js';
import { drawnMasks, randomValues } from '../../support/masks.js';

/** Twice the area, positive clockwise on a screen. */
function twiceArea(ring: readonly Corner[]): number {
  return ring.reduce((sum, [x, y], i) => {
    const [nextX, nextY] = ring[(i + 1) % ring.length];
    return sum + x * nextY - nextX * y;
  }, 0);
}

/** Whether a pixel's centre is inside by the even-odd rule: edges crossed on the way to the left. */
function isInside(rings: readonly (readonly Corner[])[], x: number, y: number): boolean {
  const crossed = rings.flatMap((ring) =>
    ring.filter(([ax, ay], i) => {
      const [bx, by] = ring[(i + 1) % ring.length];
      return ax === bx && ax <= x && Math.min(ay, by) <= y && Math.max(ay, by) > y;
    }),
  );
  return crossed.length % 2 === 1;
}

describe.each([...drawnMasks, randomValues(15, 12, 4, 9)])('$name', (drawn) => {
  test.each([4, 8] as const)('filled polygons are the components, connectivity %i', (connectivity) => {
    const polygons = tracePolygons(drawn, { connectivity });
    const ids = connectedComponents(drawn, { connectivity });
    expect(polygons.length).toBe(ids.reduce((most, id) => Math.max(most, id), 0));
    polygons.forEach(({ value, outer, holes }, index) => {
      const inside = ids.map((_id, pixel) =>
        Number(isInside([outer, ...holes], pixel % drawn.width, Math.floor(pixel / drawn.width))),
      );
      expect(inside).toEqual(ids.map((id) => Number(id === index + 1)));
      expect(drawn.data[ids.indexOf(index + 1)]).toBe(value);
      expect(twiceArea(outer)).toBeGreaterThan(0);
      for (const hole of holes) expect(twiceArea(hole)).toBeLessThan(0);
      const pixels = ids.filter((id) => id === index + 1).length;
      expect([outer, ...holes].reduce((sum, ring) => sum + twiceArea(ring), 0)).toBe(2 * pixels);
      for (const ring of [outer, ...holes]) {
        // Only corners where it turns.
        ring.forEach(([x, y], i) => {
          const [[ax, ay], [bx, by]] = [ring[(i + ring.length - 1) % ring.length], ring[(i + 1) % ring.length]];
          expect(Math.abs((x - ax) * (bx - x) + (y - ay) * (by - y))).toBe(0);
          expect([x, y]).not.toEqual([ax, ay]);
        });
      }
    });
  });
});

test('pixels that touch at a corner are one polygon or two', () => {
  const map = { data: Uint8Array.of(1, 0, 0, 1), width: 2, height: 2 };
  expect(tracePolygons(map, { connectivity: 4 })).toEqual([
    {
      value: 1,
      outer: [
        [1, 0],
        [1, 1],
        [0, 1],
        [0, 0],
      ],
      holes: [],
    },
    {
      value: 1,
      outer: [
        [2, 1],
        [2, 2],
        [1, 2],
        [1, 1],
      ],
      holes: [],
    },
  ]);
  const [one, ...others] = tracePolygons(map);
  expect(others).toEqual([]);
  expect(one.outer).toHaveLength(8);
});
