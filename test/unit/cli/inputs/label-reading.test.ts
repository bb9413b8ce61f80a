// SPDX-License-Identifier: MIT

import { describe, expect, test } from 'vitest';
import { Failure, UsageError } from '../../../../src/cli/failure.js';
import type { LabelPlane } from '../../../../src/cli/inputs/label-plane.js';
import {
  type AskedReading,
  applyReading,
  type LabelReading,
  readLabels,
} from '../../../../src/cli/inputs/label-reading.js';
import { countValues } from '../../../../src/cli/inputs/values.js';

/** 100 pixels: so many of each value, the rest of them the first. */
function plane(pixels: Readonly<Record<number, number>>, palette: LabelPlane['palette'] = null): LabelPlane {
  const labels = new Int32Array(100);
  let at = 0;
  const entries = Object.entries(pixels).map(([value, count]) => [Number(value), count]);
  labels.fill(Math.min(...entries.map(([value]) => value)));
  for (const [value, count] of entries) {
    labels.fill(value, at, at + count);
    at += count;
  }
  labels.fill(entries[0][0], at);
  return { width: 10, height: 10, labels, values: countValues(labels), palette };
}

const read = (given: LabelPlane, asked: AskedReading = {}) => readLabels('l.png', given, asked);

function errorOf(given: LabelPlane, asked: AskedReading = {}): unknown {
  try {
    return read(given, asked);
  } catch (error) {
    return error;
  }
}

/** A palette of greys, with some colours in their places. */
function paletteWith(colours: Readonly<Record<number, readonly number[]>>): number[][] {
  return Array.from({ length: 256 }, (_, index) => [...(colours[index] ?? [index, 0, 0])]);
}

const voidColour = [224, 224, 192];

describe('what the values of a file mean', () => {
  test.each<[string, LabelPlane, LabelReading]>([
    ['a mask of 0 and 1', plane({ 0: 70, 1: 30 }), { values: [0, 1], unknown: null, results: 'labels' }],
    ['a small mask of 0 and 1', plane({ 0: 99, 1: 1 }), { values: [0, 1], unknown: null, results: 'labels' }],
    ['a mask of 0 and 255', plane({ 0: 70, 255: 30 }), { values: [0, 255], unknown: null, results: 'values' }],
    ['a mask of 0 and 128', plane({ 0: 70, 128: 30 }), { values: [0, 128], unknown: null, results: 'values' }],
    ['a mask of 0 and 65535', plane({ 0: 70, 65535: 30 }), { values: [0, 65535], unknown: null, results: 'values' }],
    ['1 and 2, nothing unmarked', plane({ 1: 70, 2: 30 }), { values: [1, 2], unknown: 0, results: 'labels' }],
    ['7 and 8', plane({ 7: 70, 8: 30 }), { values: [7, 8], unknown: null, results: 'values' }],
    ['strokes', plane({ 0: 90, 1: 5, 2: 5 }), { values: [1, 2], unknown: 0, results: 'labels' }],
    ['labels with a void', plane({ 0: 60, 1: 30, 255: 10 }), { values: [0, 1], unknown: 255, results: 'labels' }],
    [
      'classes of VOC with a void',
      plane({ 0: 60, 8: 20, 15: 15, 255: 5 }, paletteWith({ 255: voidColour })),
      { values: [0, 8, 15], unknown: 255, results: 'values' },
    ],
    [
      'the same with a palette that was made smaller',
      plane({ 0: 60, 1: 20, 2: 15, 3: 5 }, paletteWith({ 3: voidColour }).slice(0, 4)),
      { values: [0, 1, 2], unknown: 3, results: 'labels' },
    ],
    [
      'ids with gaps',
      plane({ 7: 40, 8: 20, 11: 20, 33: 20 }),
      { values: [7, 8, 11, 33], unknown: null, results: 'values' },
    ],
    [
      'ids of 16 bits with a void',
      plane({ 7: 40, 800: 40, 65535: 20 }),
      { values: [7, 800], unknown: 65535, results: 'values' },
    ],
    ['a negative void', plane({ [-1]: 10, 0: 60, 1: 30 }), { values: [0, 1], unknown: -1, results: 'labels' }],
  ])('%s', (_what, given, expected) => {
    expect(read(given)).toEqual(expected);
  });

  test.each<[string, LabelPlane, AskedReading, LabelReading]>([
    ['a void that is a label', plane({ 0: 60, 8: 20, 255: 20 }), { unknown: 'none' }, reading([0, 8, 255], null)],
    ['a trimap', plane({ 0: 50, 128: 10, 255: 40 }), { unknown: 128 }, reading([0, 255], 128)],
    ['0 is a label', plane({ 0: 60, 1: 20, 2: 20 }), { unknown: 'none' }, reading([0, 1, 2], null, 'labels')],
    ['0 is unknown', plane({ 0: 60, 1: 20, 2: 20 }), { unknown: 0 }, reading([1, 2], 0, 'labels')],
    ['0 is unknown, with gaps', plane({ 0: 60, 7: 20, 11: 20 }), { unknown: 0 }, reading([7, 11], 0)],
    ['an unknown value in between', plane({ 0: 60, 1: 20, 2: 20 }), { unknown: 1 }, reading([0, 2], 1)],
    ['an unknown value that does not occur', plane({ 0: 60, 1: 40 }), { unknown: 7 }, reading([0, 1], 7, 'labels')],
    [
      'a count: values are the labels',
      plane({ 0: 60, 8: 35, 255: 5 }),
      { labelCount: 10 },
      reading([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 255, 'labels'),
    ],
    [
      'a count: strokes of labels that this image lacks',
      plane({ 0: 90, 1: 5, 3: 5 }),
      { labelCount: 4 },
      reading([1, 2, 3, 4], 0, 'labels'),
    ],
    ['a count of two, and a mask', plane({ 0: 60, 255: 40 }), { labelCount: 2 }, reading([0, 255], null)],
    [
      'the same with no unknown value',
      plane({ 0: 60, 255: 40 }),
      { labelCount: 2, unknown: 'none' },
      reading([0, 255], null),
    ],
    ['a count that only strokes have', plane({ 0: 60, 2: 40 }), { labelCount: 2 }, reading([1, 2], 0, 'labels')],
    [
      'a count, and no unknown value',
      plane({ 0: 60, 2: 40 }),
      { labelCount: 3, unknown: 'none' },
      reading([0, 1, 2], null, 'labels'),
    ],
  ])('%s', (_what, given, asked, expected) => {
    expect(read(given, asked)).toEqual(expected);
  });

  test('labels count from 0, and -1 is unknown', () => {
    const given = plane({ 0: 1, 8: 1, 15: 1, 255: 97 });
    const labels = applyReading(given.labels, read(given, { unknown: 255 }));
    expect([...labels.slice(0, 4)]).toEqual([0, 1, 2, -1]);
  });
});

function reading(values: number[], unknown: number | null, results: LabelReading['results'] = 'values'): LabelReading {
  return { values, unknown, results };
}

describe('what is asked', () => {
  test.each<[string, LabelPlane, AskedReading, string]>([
    ['a label map whose 0 may be a label', plane({ 0: 60, 1: 20, 2: 20 }), {}, '0, 60.0 % of the pixels, is a label'],
    ['gaps: 0 may be a label', plane({ 0: 95, 8: 3, 15: 2 }), {}, 'has the values 0, 8, 15'],
    ['a trimap', plane({ 0: 50, 128: 10, 255: 40 }), {}, 'which of them is unknown, as --unknown 128'],
    ['grey levels for labels', plane({ 0: 40, 85: 20, 170: 20, 255: 20 }), {}, 'has the values 0, 85, 170, 255'],
    ['a label and what may be a void', plane({ 3: 60, 255: 40 }), {}, 'whether 255 is a label'],
    ["VOC's colour for a void", plane({ 0: 60, 1: 40 }, paletteWith({ 1: voidColour })), {}, 'whether 1 is a label'],
    ['the only label beside a void', plane({ 0: 60, 255: 40 }), { labelCount: 21 }, 'whether 255 is unknown'],
    ['0 and 1 of two labels', plane({ 0: 90, 1: 10 }), { labelCount: 2 }, 'is a label'],
    ['whether labels count from 0 or 1', plane({ 1: 60, 3: 40 }), { labelCount: 9 }, 'count from 0'],
    [
      'the only label that is left',
      plane({ 0: 60, 1: 40 }),
      { unknown: 0 },
      '--unknown: got 0, but l.png has the values 0, 1',
    ],
    ['a single label', plane({ 0: 60, 1: 40 }), { labelCount: 1 }, '--label-count: got 1'],
  ])('%s', (_what, given, asked, message) => {
    const error = errorOf(given, asked);
    expect(error).toBeInstanceOf(UsageError);
    expect(String(error)).toContain(message);
  });
});

describe('what is refused', () => {
  const levels = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [Math.round((255 * i) / 39), 1]));
  const many = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [3 * i + 1, 1]));
  test.each<[string, LabelPlane, AskedReading, string]>([
    ['nothing marked', plane({ 0: 100 }), {}, 'every pixel is 0, which means unknown'],
    ['one label', plane({ 4: 100 }), {}, 'every pixel is 4: with one label there is nothing to choose from'],
    ['one label and a void', plane({ 255: 100 }), {}, 'every pixel is 255'],
    [
      'one label, said',
      plane({ 0: 50, 3: 30, 5: 20 }),
      { unknown: 'none', labelCount: 3 },
      'got 3, 5, expected labels in 0..2',
    ],
    ['a label and a negative value', plane({ [-1]: 50, 3: 50 }), {}, 'its values are -1, 3, and -1 means unknown'],
    ['negative labels', plane({ [-2]: 20, [-1]: 50, 3: 30 }), {}, 'its values are -2, -1, 3: got -1'],
    [
      'a void that no count allows',
      plane({ 0: 60, 1: 20, 9: 20 }),
      { labelCount: 3, unknown: 0 },
      'got 9, expected labels in 1..3, or 0 for unknown, as --label-count 3 says',
    ],
    ['a soft mask', plane(levels), {}, 'grey levels, as of a soft mask?'],
    ['a soft mask, whatever is unknown', plane(levels), { unknown: 255 }, '(40 values): grey levels'],
    [
      'a soft mask with few levels',
      plane({ 0: 60, 60: 2, 140: 2, 200: 2, 255: 34 }),
      {},
      'grey levels, as of a soft mask?',
    ],
    [
      'a mask that was compressed',
      plane({ 0: 50, 1: 2, 2: 1, 253: 1, 254: 6, 255: 40 }),
      {},
      'grey levels, as of a soft mask?',
    ],
    ['a photograph', plane(many), {}, 'its values are 1, 4, 7, 10, 13, 16, ... 295, 298 (100 values): grey levels'],
  ])('%s', (_what, given, asked, message) => {
    const error = errorOf(given, asked);
    expect(error).toBeInstanceOf(Failure);
    expect(String(error)).toContain(message);
  });

  test('more labels than anybody has, but not where their count is said', () => {
    const labels = Int32Array.from({ length: 400 }, (_, i) => i % 300);
    const given = { width: 20, height: 20, labels, values: countValues(labels), palette: null };
    expect(String(errorOf(given))).toContain('(300 values), expected at most 256 labels; --label-count where they are');
    expect(read(given, { labelCount: 300, unknown: 'none' }).values).toHaveLength(300);
  });

  test('ids in a palette are no grey levels', () => {
    const given = plane({ 0: 40, 85: 20, 170: 20, 255: 20 }, paletteWith({}));
    expect(read(given)).toEqual(reading([0, 85, 170], 255));
  });
});
