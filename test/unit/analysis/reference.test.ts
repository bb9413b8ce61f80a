// SPDX-License-Identifier: MIT

import { describe, expect, test } from 'vitest';
import { areas } from '../../../src/analysis/cpu/areas.js';
import { basins } from '../../../src/analysis/cpu/basins.js';
import { componentRoots } from '../../../src/analysis/cpu/components.js';
import { squaredDistance } from '../../../src/analysis/cpu/distance.js';
import { guidedAlpha, withTrimap } from '../../../src/analysis/cpu/guided.js';
import { idsOfRoots } from '../../../src/analysis/cpu/ids.js';
import { lineDistance, noDistance } from '../../../src/analysis/cpu/line-distance.js';
import { outline } from '../../../src/analysis/cpu/outline.js';
import { peakRoots } from '../../../src/analysis/cpu/peaks.js';
import { reliefAround, reliefOf } from '../../../src/analysis/cpu/relief.js';
import { exclusiveSums } from '../../../src/analysis/cpu/scan.js';
import { fillSmall, keepLarge } from '../../../src/analysis/cpu/sizes.js';
import { drawnMasks, randomMask, randomValues } from '../../support/masks.js';
import {
  bottlenecks,
  naiveDistance,
  naiveRoots,
  naiveWatershed,
  neighboursOf,
  nothing,
} from '../../support/naive-masks.js';
import { randomFloats, randomImage, randomNumbers } from '../../support/random.js';

const connectivities = [4, 8] as const;
const maps = [...drawnMasks, randomValues(15, 12, 4, 9)];

describe.each(maps)('$name', ({ data, width, height }) => {
  const size = { width, height };

  test('squared distances are those to the nearest site of all', () => {
    expect(squaredDistance(data, size, 'zero')).toEqual(naiveDistance(size, (pixel) => data[pixel] === 0));
    expect(squaredDistance(data, size, 'non-zero')).toEqual(naiveDistance(size, (pixel) => data[pixel] > 0));
  });

  test('distances along lines are those to the nearest site of the line', () => {
    for (const along of ['rows', 'columns'] as const) {
      const line = (pixel: number) => (along === 'rows' ? Math.floor(pixel / width) : pixel % width);
      const step = along === 'rows' ? 1 : width;
      const expected = data.map((_value, pixel) => {
        const found = [...data.keys()].filter((other) => data[other] === 0 && line(other) === line(pixel));
        return Math.min(nothing, ...found.map((other) => Math.abs(other - pixel) / step));
      });
      expect(lineDistance(data, size, along, 'zero')).toEqual(expected);
    }
  });

  test.each(connectivities)('components are what can be reached, connectivity %i', (connectivity) => {
    const reached = naiveRoots(size, connectivity, (a, b) => data[a] === data[b]);
    const roots = componentRoots(data, size, connectivity, 'values');
    expect(roots).toEqual(reached.map((root, pixel) => (data[pixel] > 0 ? root + 1 : 0)));
    // Ids count up from 1 in the order in which their components are met.
    const ids = idsOfRoots(roots);
    const met = [...new Set(ids)].filter((id) => id > 0);
    expect(met).toEqual(met.map((_id, index) => index + 1));
    expect(new Set(roots.map((root, pixel) => root * 1000 + ids[pixel])).size).toBe(new Set(roots).size);
  });

  test.each(connectivities)('holes are background that does not reach the edge, connectivity %i', (connectivity) => {
    const reached = naiveRoots(size, connectivity, (a, b) => data[a] === 0 && data[b] === 0);
    const open = new Set<number>();
    reached.forEach((root, pixel) => {
      const [x, y] = [pixel % width, Math.floor(pixel / width)];
      if (x === 0 || y === 0 || x === width - 1 || y === height - 1) open.add(root);
    });
    const roots = componentRoots(data, size, connectivity, 'holes');
    expect(roots).toEqual(reached.map((root, pixel) => (data[pixel] === 0 && !open.has(root) ? root + 1 : 0)));
  });

  test('sizes decide what is kept and filled', () => {
    const roots = componentRoots(data, size, 8, 'values');
    const sizeOf = (root: number) => roots.filter((other) => other === root).length;
    expect(keepLarge(data, roots, 3)).toEqual(
      data.map((value, pixel) => (roots[pixel] > 0 && sizeOf(roots[pixel]) >= 3 ? value : 0)),
    );
    const holes = componentRoots(data, size, 4, 'holes');
    const holeSize = (root: number) => holes.filter((other) => other === root).length;
    expect(fillSmall(data, holes, 1)).toEqual(
      data.map((value, pixel) => Number(value > 0 || (holes[pixel] > 0 && holeSize(holes[pixel]) <= 1))),
    );
  });

  test.each(connectivities)('outlines have a neighbour of another value, connectivity %i', (connectivity) => {
    for (const alongFrame of [false, true]) {
      const expected = data.map((value, pixel) => {
        const neighbours = neighboursOf(pixel, size, connectivity);
        const differs = neighbours.some((other) => data[other] !== value);
        return differs || (alongFrame && neighbours.length < connectivity) ? value : 0;
      });
      expect(outline(data, size, connectivity, alongFrame)).toEqual(expected);
    }
  });

  test('areas and boxes are those of the pixels', () => {
    const table = areas(data, 2, size);
    for (const label of [0, 1, 2]) {
      // The last row has what is no label.
      const pixels = [...data.keys()].filter((pixel) => Math.min(data[pixel], 2) === label);
      const [xs, ys] = [pixels.map((pixel) => pixel % width), pixels.map((pixel) => Math.floor(pixel / width))];
      const expected =
        pixels.length === 0
          ? [0, 0, 0, 0, 0]
          : [
              pixels.length,
              width - Math.min(...xs),
              height - Math.min(...ys),
              Math.max(...xs) + 1,
              Math.max(...ys) + 1,
            ];
      expect([...table.subarray(5 * label, 5 * label + 5)]).toEqual(expected);
    }
  });
});

test('exclusive sums', () => {
  const { sums, total } = exclusiveSums(Uint32Array.of(3, 0, 1, 4));
  expect([...sums]).toEqual([0, 3, 3, 4]);
  expect(total).toBe(8);
});

test('the relief is the whole part of 256·√D, whatever D', () => {
  const random = randomNumbers(5);
  const near = [4096, 8191, 32767].flatMap((root) => [root * root - 1, root * root, root * root + 1]);
  const squared = Uint32Array.from([
    0,
    1,
    2,
    3,
    2 ** 31 - 1,
    ...near,
    ...Array.from({ length: 500 }, () => random() * 2 ** 31),
  ]);
  reliefOf(squared).forEach((relief, i) => {
    const [root, value] = [BigInt(relief), BigInt(squared[i]) * 65536n];
    expect(root * root <= value && (root + 1n) * (root + 1n) > value).toBe(true);
  });
  expect(reliefOf(Uint32Array.of(noDistance))[0]).toBe(noDistance);
});

test('the relief around a core rises inwards and falls outwards', () => {
  const { data: core, width, height } = randomMask(9, 8, 0.4, 21);
  const size = { width, height };
  const mask = randomMask(9, 8, 0.8, 22).data;
  const [inward, outward] = [naiveDistance(size, (p) => core[p] === 0), naiveDistance(size, (p) => core[p] > 0)];
  const relief = reliefAround(inward, outward, mask);
  relief.forEach((value, pixel) => {
    const far = core[pixel] > 0 ? Math.sqrt(inward[pixel]) : -Math.sqrt(outward[pixel]);
    if (mask[pixel] === 0) expect(value).toBe(0);
    else expect(Math.abs(value - 2 ** 24 - 256 * far)).toBeLessThan(1);
  });
});

const reliefs = [
  ...drawnMasks.map(({ name, data, width, height }) => {
    return { name, width, height, relief: reliefOf(squaredDistance(data, { width, height }, 'zero')) };
  }),
  // Plateaus of every shape, with nothing of a distance about them.
  ...[3, 12].map((levels) => ({
    ...randomValues(11, 9, levels, levels),
    relief: randomValues(11, 9, levels, levels).data,
  })),
];

describe.each(reliefs)('relief of $name', ({ relief, width, height }) => {
  const size = { width, height };

  test.each(connectivities)(
    'peaks stand high enough above every way to a higher one, connectivity %i',
    (connectivity) => {
      const rises = [...relief.keys()].map((pixel) => {
        const value = relief[pixel];
        if (value === 0) return -1;
        const ways = bottlenecks(pixel, relief, size, connectivity);
        // Among equals the first in raster order is the higher.
        const higher = ways.filter((way, other) => {
          return way > 0 && (relief[other] > value || (relief[other] === value && other < pixel));
        });
        return higher.length === 0 ? Number.POSITIVE_INFINITY : value - higher.reduce((a, b) => Math.max(a, b));
      });
      for (const rise of [1, 3, 80, 256]) {
        const expected = relief.map((_value, pixel) => (rises[pixel] >= rise ? pixel + 1 : 0));
        expect(peakRoots(relief, rise, size, connectivity)).toEqual(expected);
      }
    },
  );

  test.each(connectivities)(
    'the watershed is the forest that its definition grows, connectivity %i',
    (connectivity) => {
      const random = randomNumbers(7);
      const seeds = relief.map(() => (random() < 0.05 ? 1 + Math.floor(relief.length * random()) : 0));
      const nearness = naiveDistance(size, (pixel) => seeds[pixel] > 0);
      const ids = basins(relief, seeds, nearness, size, connectivity);
      expect(ids).toEqual(naiveWatershed(relief, seeds, size, connectivity));

      // What makes it a watershed: nowhere is another seed reached without going down as far.
      const ways = new Map<number, Uint32Array>();
      seeds.forEach((seed, pixel) => {
        if (seed === 0 || relief[pixel] === 0) return;
        const way = bottlenecks(pixel, relief, size, connectivity);
        ways.set(
          seed,
          (ways.get(seed) ?? way).map((old, i) => Math.max(old, way[i])),
        );
      });
      relief.forEach((value, pixel) => {
        const best = Math.max(0, ...[...ways.values()].map((way) => way[pixel]));
        if (value === 0 || best === 0) expect(ids[pixel]).toBe(0);
        else expect(ways.get(ids[pixel])?.[pixel]).toBe(best);
        if (value > 0 && seeds[pixel] > 0) expect(ids[pixel]).toBe(seeds[pixel]);
      });
    },
  );
});

describe('guided filter', () => {
  /** Each window's least squares by the formula, pixel by pixel, with Gauss's elimination. */
  function naiveAlpha(rgba: Uint8ClampedArray, p: Float32Array, width: number, radius: number, epsilon: number) {
    const window = (pixel: number) => {
      const [x, y] = [pixel % width, Math.floor(pixel / width)];
      return [...p.keys()].filter(
        (other) => Math.abs((other % width) - x) <= radius && Math.abs(Math.floor(other / width) - y) <= radius,
      );
    };
    const colour = (pixel: number) => [0, 1, 2].map((channel) => rgba[4 * pixel + channel] / 255);
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    const models = [...p.keys()].map((pixel) => {
      const members = window(pixel);
      const mu = [0, 1, 2].map((c) => mean(members.map((one) => colour(one)[c])));
      const meanP = mean(members.map((one) => p[one]));
      const rows = [0, 1, 2].map((i) => [
        ...[0, 1, 2].map((j) => {
          const sigma = mean(members.map((one) => (colour(one)[i] - mu[i]) * (colour(one)[j] - mu[j])));
          return sigma + (i === j ? epsilon : 0);
        }),
        mean(members.map((one) => (colour(one)[i] - mu[i]) * (p[one] - meanP))),
      ]);
      for (let i = 0; i < 3; i++) {
        for (let j = 0; j < 3; j++) {
          if (i === j) continue;
          const factor = rows[j][i] / rows[i][i];
          rows[j] = rows[j].map((value, k) => value - factor * rows[i][k]);
        }
      }
      const a = rows.map((row, i) => row[3] / row[i]);
      return [...a, meanP - a[0] * mu[0] - a[1] * mu[1] - a[2] * mu[2]];
    });
    return p.map((_value, pixel) => {
      const [r, g, b, c] = [0, 1, 2, 3].map((k) => mean(window(pixel).map((one) => models[one][k])));
      const [red, green, blue] = colour(pixel);
      return Math.min(1, Math.max(0, r * red + g * green + b * blue + c));
    });
  }

  test.each([
    [9, 7, 1, 1e-2],
    [8, 11, 3, 1e-4],
    [1, 1, 2, 1e-4],
    [1, 9, 20, 1e-3],
  ])('%i × %i with radius %i and epsilon %f is each window fitted by itself', (width, height, radius, epsilon) => {
    const rgba = randomImage(width * height, 3);
    // Whole steps of 16 bits, so that rounding changes nothing.
    const p = randomFloats(width * height, 4).map((value) => Math.round(value * 65535) / 65535);
    const alpha = guidedAlpha(rgba, p, { width, height }, radius, epsilon);
    expect(alpha).toBeAllClose(naiveAlpha(rgba, p, width, radius, epsilon), { tolerance: 1e-6 });
  });

  test('alpha follows an edge of the image that the mask missed by a pixel', () => {
    const [width, height] = [24, 8];
    const light = (pixel: number) => pixel % width >= 12;
    const rgba = Uint8ClampedArray.from({ length: 4 * width * height }, (_v, i) => (light(i >> 2) ? 220 : 30));
    const mask = Float32Array.from({ length: width * height }, (_v, pixel) => Number(pixel % width >= 13));
    const alpha = guidedAlpha(rgba, mask, { width, height }, 4, 1e-4);
    const row = [...alpha.subarray(3 * width, 4 * width)];
    expect(row[12] - row[11]).toBeGreaterThan(0.5);
    expect(Math.abs(row[13] - row[12])).toBeLessThan(0.15);
  });

  test('a trimap leaves only undecided pixels to it', () => {
    const alpha = withTrimap(Float32Array.of(0.25, 0.25, 0.25), Uint32Array.of(0, 1, 2));
    expect([...alpha]).toEqual([0, 0.25, 1]);
  });

  test('what is no number counts as 0', () => {
    const rgba = randomImage(12, 3);
    const p = Float32Array.from({ length: 12 }, (_v, i) => (i === 5 ? Number.NaN : 0));
    expect(guidedAlpha(rgba, p, { width: 4, height: 3 }, 1, 1e-3)).toEqual(new Float32Array(12));
  });
});

test('the judges can tell wrong from right', () => {
  const { data, width, height } = randomMask(9, 9, 0.6, 11);
  const size = { width, height };
  const wrong = data.slice();
  wrong[40] = 1 - wrong[40];
  expect(squaredDistance(wrong, size, 'zero')).not.toEqual(naiveDistance(size, (pixel) => data[pixel] === 0));
  expect(naiveRoots(size, 8, (a, b) => data[a] === data[b])).not.toEqual(
    naiveRoots(size, 8, (a, b) => wrong[a] === wrong[b]),
  );
});
