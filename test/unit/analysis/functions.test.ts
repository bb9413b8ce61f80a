// SPDX-License-Identifier: MIT

import { describe, expect, test } from 'vitest';
import * as analysis from '../../../src/analysis/index.js';
import { discs, drawnMasks, randomMask, randomValues } from '../../support/masks.js';
import { naiveMorphology } from '../../support/naive-masks.js';

/** A mask from rows of `#` and other letters, a label each. */
function picture(...rows: string[]) {
  const names = '.#abcdefgh';
  const data = Uint8Array.from([...rows.join('')].map((letter) => names.indexOf(letter)));
  return { data, width: rows[0].length, height: rows.length };
}

function rowsOf(values: Uint32Array, width: number): string[] {
  const rows: string[] = [];
  for (let from = 0; from < values.length; from += width) {
    rows.push([...values.subarray(from, from + width)].map((value) => '.#abcdefgh'[value]).join(''));
  }
  return rows;
}

describe.each(drawnMasks.filter(({ width, height }) => width * height < 330))('morphology of $name', (drawn) => {
  const size = { width: drawn.width, height: drawn.height };
  test.each([
    [0, 'disc'],
    [1, 'disc'],
    [Math.SQRT2, 'disc'],
    [Math.sqrt(13), 'disc'],
    [2.5, 'disc'],
    [40, 'disc'],
    [0, 'square'],
    [1, 'square'],
    [3, 'square'],
  ] as const)('radius %f, %s', (radius, shape) => {
    const options = { radius, shape };
    const on = drawn.data.map((value) => Number(value > 0));
    const naive = (mask: Uint32Array, quantifier: 'some' | 'every') =>
      naiveMorphology(mask, size, radius, shape, quantifier);
    expect(analysis.dilateMask(drawn, options)).toEqual(naive(on, 'some'));
    expect(analysis.erodeMask(drawn, options)).toEqual(naive(on, 'every'));
    expect(analysis.openMask(drawn, options)).toEqual(naive(naive(on, 'every'), 'some'));
    expect(analysis.closeMask(drawn, options)).toEqual(naive(naive(on, 'some'), 'every'));
  });
});

test('opening and closing twice is opening and closing once', () => {
  const mask = randomMask(25, 19, 0.6, 4);
  for (const change of [analysis.openMask, analysis.closeMask]) {
    const once = change(mask, { radius: 1.5 });
    expect(change({ ...mask, data: once }, { radius: 1.5 })).toEqual(once);
  }
});

test('areas by name, with boxes, and as a list', () => {
  const labelMap = picture('..##', '.a##', '....', 'h...');
  const areas = analysis.labelAreas(labelMap, ['wall', 'sofa', 'cushion', 'lamp']);
  expect(areas.labels).toEqual([
    { label: 0, name: 'wall', pixels: 10, percent: 62.5, box: { x: 0, y: 0, width: 4, height: 4 } },
    { label: 1, name: 'sofa', pixels: 4, percent: 25, box: { x: 2, y: 0, width: 2, height: 2 } },
    { label: 2, name: 'cushion', pixels: 1, percent: 6.25, box: { x: 1, y: 1, width: 1, height: 1 } },
    { label: 3, name: 'lamp', pixels: 0, percent: 0, box: null },
  ]);
  expect(areas.otherPixels).toBe(1);
  expect(analysis.listAreas(areas)).toBe('wall: 10 pixels (62.5 %)\nsofa: 4 pixels (25.0 %)\ncushion: 1 pixel (6.3 %)');
});

test('masks and merged labels', () => {
  const labelMap = picture('.#ab', 'ba#.');
  const names = ['sky', 'wall', 'building', 'tree'];
  expect(rowsOf(analysis.maskOfLabels(labelMap, names, { labels: ['wall', 2] }), 4)).toEqual(['.##.', '.##.']);
  expect(rowsOf(analysis.mergeLabels(labelMap, names, { groups: [['building', 'wall']] }), 4)).toEqual([
    '.aab',
    'baa.',
  ]);
  // What is no label stays, and is in no mask.
  expect(rowsOf(analysis.mergeLabels(labelMap, 2, { groups: [[1, 0]] }), 4)).toEqual(['##ab', 'ba##']);
  expect(rowsOf(analysis.maskOfLabels(labelMap, 2, { labels: [1] }), 4)).toEqual(['.#..', '..#.']);
  const marginals = Float64Array.of(0.5, 0.25, 0.25, 0.5, 0.25, 0.25);
  expect([...analysis.labelProbability(marginals, 2, 3, { labels: [0, 2] })]).toEqual([0.75, 0.5]);
});

test('holes, by connectivity and area', () => {
  const mask = picture('.####.', '#..#.#', '#..##.', '.##...');
  // The inner region leaks through no side; the single pixel on the right touches the outside at a corner only.
  expect(rowsOf(analysis.fillHoles(mask), 6)).toEqual(['.####.', '######', '#####.', '.##...']);
  expect(rowsOf(analysis.fillHoles(mask, { maxArea: 1 }), 6)).toEqual(['.####.', '#..###', '#..##.', '.##...']);
  // With background that passes corners, neither is closed.
  expect(rowsOf(analysis.fillHoles(mask, { connectivity: 4 }), 6)).toEqual(['.####.', '#..#.#', '#..##.', '.##...']);
});

test('components and small ones', () => {
  const mask = picture('#.#..', '.#..#', '....#');
  expect(rowsOf(analysis.connectedComponents(mask), 5)).toEqual(['#.#..', '.#..a', '....a']);
  expect(rowsOf(analysis.connectedComponents(mask, { connectivity: 4 }), 5)).toEqual(['#.a..', '.b..c', '....c']);
  expect(rowsOf(analysis.removeSmallComponents(mask, { minArea: 3 }), 5)).toEqual(['#.#..', '.#...', '.....']);
  expect(analysis.regionsOfIds(picture('.##.', 'b..b'))).toEqual([
    { id: 1, pixels: 2, box: { x: 1, y: 0, width: 2, height: 1 } },
    { id: 3, pixels: 2, box: { x: 0, y: 1, width: 4, height: 1 } },
  ]);
});

test('outlines', () => {
  const mask = picture('####', '####', '####', '.###');
  expect(rowsOf(analysis.innerOutline(mask), 4)).toEqual(['....', '....', '#...', '.#..']);
  expect(rowsOf(analysis.innerOutline(mask, { connectivity: 8 }), 4)).toEqual(['....', '....', '##..', '.#..']);
  expect(rowsOf(analysis.innerOutline(mask, { alongFrame: true }), 4)).toEqual(['####', '#..#', '#..#', '.###']);
});

test('fusion gives back what refinement hollowed out, and no more', () => {
  const before = picture('#####..', '#####a.', '#####..', '#####..');
  const after = picture('####...', '#.a#...', '#..#.a.', '####...');
  const names = ['background', 'cat', 'dog'];
  const options = { background: ['background'] };
  expect(rowsOf(analysis.fuseLabels(before, after, names, options), 7)).toEqual([
    '####...',
    '##a#...',
    '####.a.',
    '####...',
  ]);
  expect(rowsOf(analysis.fuseLabels(before, after, names, { ...options, maxArea: 2 }), 7)).toEqual(
    rowsOf(Uint32Array.from(after.data), 7),
  );
  expect(rowsOf(analysis.fuseLabels(before, after, names, { ...options, where: 'everywhere' }), 7)).toEqual([
    '#####..',
    '##a##a.',
    '#####a.',
    '#####..',
  ]);
  expect(
    rowsOf(analysis.fuseLabels(before, after, names, { ...options, where: 'everywhere', labels: ['dog'] }), 7),
  ).toEqual(['####...', '#.a#.a.', '#..#.a.', '####...']);
});

test('a trimap is undecided on both sides of the edge', () => {
  const mask = picture('........', '........', '..######', '..######', '..######', '..######');
  expect(rowsOf(analysis.trimapOf(mask, { inner: 1, outer: 1 }), 8)).toEqual([
    '........',
    '..######',
    '.#######',
    '.##aaaaa',
    '.##aaaaa',
    '.##aaaaa',
  ]);
  expect(rowsOf(analysis.trimapOf(mask, { inner: 0, outer: 0 }), 8)[5]).toBe('..aaaaaa');
});

describe('watershed', () => {
  const touching = discs(44, 20, [
    [9, 10, 8],
    [23, 10, 8],
    [36, 10, 7],
  ]);

  test('one seed a disc, and a cut at the necks', () => {
    const seeds = analysis.watershedSeeds(touching);
    const at = [...seeds.entries()]
      .filter(([, id]) => id > 0)
      .map(([pixel, id]) => [id, pixel % 44, Math.floor(pixel / 44)]);
    expect(at).toEqual(
      [
        [1, 9, 10],
        [2, 23, 10],
        [3, 36, 10],
      ].sort((a, b) => a[2] - b[2]),
    );
    const ids = analysis.watershed(touching);
    const neck = (a: number, b: number) =>
      [...ids.subarray(10 * 44 + a, 10 * 44 + b)].findIndex((id, i, row) => id !== row[0] && i > 0) + a;
    // Between centres at 9 and 23 with equal radii: half way.
    expect(neck(9, 23)).toBeGreaterThanOrEqual(16);
    expect(neck(9, 23)).toBeLessThanOrEqual(17);
    expect(neck(23, 36)).toBeGreaterThanOrEqual(30);
    expect(neck(23, 36)).toBeLessThanOrEqual(31);
  });

  test('a rise that is larger than the necks are deep leaves one instance', () => {
    expect(Math.max(...analysis.watershed(touching, { height: 8 }))).toBe(1);
    // Peaks at √65 and saddles of at least 1: at a height of 1/256 every roughness is a peak.
    expect(Math.max(...analysis.watershedSeeds(touching, { height: 1 / 256 }))).toBeGreaterThanOrEqual(3);
  });

  test('a bar between two seeds is halved', () => {
    const bar = { data: new Uint8Array(21 * 5).map((_v, i) => Number(i >= 21 && i < 84)), width: 21, height: 5 };
    const seeds = new Uint8Array(105);
    seeds[2 * 21 + 2] = 1;
    seeds[2 * 21 + 18] = 2;
    const ids = analysis.watershed(bar, { seeds, connectivity: 4 });
    expect([...ids.subarray(42, 63)].map((id, x) => (x < 10 ? id === 1 : x === 10 || id === 2))).not.toContain(false);
  });

  test('cores with borders, as a network gives them', () => {
    const labelMap = picture('aaaaaaa', 'a##a##a', 'a##a##a', 'aaaaaaa', '.......', '.aaa...');
    const names = ['background', 'nucleus', 'border'];
    const ids = analysis.labelInstances(labelMap, names, { labels: ['nucleus', 'border'], seedLabels: ['nucleus'] });
    // The border without a core belongs to nobody.
    expect([...ids.subarray(28)].some((id) => id > 0)).toBe(false);
    expect([...ids.subarray(0, 28)].every((id) => id === 1 || id === 2)).toBe(true);
    expect([ids[8], ids[12]]).toEqual([1, 2]);
  });

  test('a map without seeds or mask is empty', () => {
    const { data, width, height } = randomValues(8, 6, 2, 3);
    expect(Math.max(...analysis.watershed({ data: new Uint8Array(48), width, height }))).toBe(0);
    expect(Math.max(...analysis.watershed({ data, width, height }, { seeds: new Uint8Array(48) }))).toBe(0);
  });
});

test('arguments of the functions', () => {
  const mask = { data: new Uint8Array(6), width: 3, height: 2 };
  expect(() => analysis.erodeMask({ ...mask, width: 4 }, { radius: 1 })).toThrow(
    /^mask\.data: got Uint8Array\(6\), expected 8 whole/,
  );
  expect(() => analysis.erodeMask(null as never, { radius: 1 })).toThrow(/^mask: got null/);
  expect(() => analysis.labelAreas(mask, 0)).toThrow(/^labels: got 0/);
  expect(() => analysis.fuseLabels(mask, { ...mask, width: 2, height: 3 }, 2, { background: [0] })).toThrow(
    /^after: got "2×3".*3×2/,
  );
  expect(() => analysis.maskOfLabels(mask, ['a', 'a'], { labels: ['a'] })).toThrow(/more than one label has this name/);
  expect(() => analysis.softAlpha({ data: new Uint8Array(20), width: 3, height: 2 }, { mask: mask.data })).toThrow(
    /^image\.data: /,
  );
});
