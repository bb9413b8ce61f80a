// SPDX-License-Identifier: MIT

import { describe, expect, test } from 'vitest';
import { reproducingCode } from '../../../demo/export/reproduce.js';
import { boxBetween, type Marks } from '../../../demo/marks/marks.js';
import { decodeMarks, encodeMarks } from '../../../demo/marks/marks-code.js';
import { samples } from '../../../demo/photo/samples.js';
import { type AddressState, readAddress, writeAddress } from '../../../demo/state/address.js';
import { defaultSettings, presets, remedies } from '../../../demo/state/crf-settings.js';
import { labelsNamed, shownLabels } from '../../../demo/state/labels.js';
import { leaderOf, membersOf, merged, noMerges, separated } from '../../../demo/state/merges.js';
import { quantile, TimeLog } from '../../../demo/state/statistics.js';

describe('marks as text', () => {
  test.each(samples.map(({ id, labels, strokes }) => [id, labels.length, strokes] as const))(
    'those of the sample %s come back exactly',
    (_, labelCount, strokes) => {
      const marks: Marks = { strokes, box: { left: 0.25, top: 0, width: 0.5, height: 1 } };
      const text = encodeMarks(marks);
      expect(text).toMatch(/^[\w-]+$/);
      expect(decodeMarks(text, labelCount)).toEqual(marks);
      // A label that is not there makes the whole mean nothing.
      expect(decodeMarks(text, labelCount - 1)).toBeUndefined();
    },
  );

  test('the eraser, dabs, and places outside of the picture', () => {
    const marks: Marks = { strokes: [{ label: null, radius: 1 / 64, points: [{ x: -0.5, y: 1.25 }] }], box: null };
    expect(decodeMarks(encodeMarks(marks), 2)).toEqual(marks);
  });

  test('what was cut off, or is none, is refused', () => {
    const text = encodeMarks({ strokes: samples[0].strokes, box: null });
    expect(decodeMarks(text.slice(0, -3), 2)).toBeUndefined();
    for (const nonsense of ['', 'AA', '!!', 'hello', `${text}_`]) expect(decodeMarks(nonsense, 2)).toBeUndefined();
  });
});

describe('the address', () => {
  const full: AddressState = {
    mode: 'webcam',
    photo: 'coffee',
    network: 'deeplab-voc',
    inputSize: 160,
    view: 'cut-out',
    workingSize: 240,
    compare: 0.25,
    settings: presets[2].settings,
    labels: ['A & B', 'ä~b', 'C=1'],
    merges: { 2: 1 },
    marks: 'AQAC-_',
    corrections: 'AQAB-_',
  };

  test('holds everything, whatever is in the names', () => {
    expect(readAddress(`#${writeAddress(full)}`)).toEqual({ state: full, problems: [] });
    expect(readAddress('')).toEqual({ state: {}, problems: [] });
  });

  test.each([
    ['mode=video', 'mode=video'],
    ['size=0', 'size=0'],
    ['compare=2', 'compare=2'],
    ['iterations=1.5', 'iterations=1.5'],
    ['spatial=on~3~3~sideways', 'spatial=on~3~3~sideways'],
    ['bilateral=maybe~50~8~5~none', 'bilateral=maybe~50~8~5~none'],
    ['bilateral=on~50~8~5~none~7', 'bilateral=on~50~8~5~none~7'],
    ['labels=%25E0%25A4%25A', 'labels=%E0%A4%A'],
    ['merge=1', 'merge=1'],
    ['photo=<script>', 'photo=<script>'],
    ['what=else', 'what'],
  ])('%s is left out, and named', (hash, problem) => {
    expect(readAddress(hash)).toEqual({
      state: expect.not.objectContaining({ photo: '<script>' }),
      problems: [problem],
    });
  });

  test('one setting leaves the others as they always are', () => {
    expect(readAddress('iterations=3').state.settings).toEqual({ ...defaultSettings, iterations: 3 });
  });
});

describe('merged labels', () => {
  test('chains end at one leader, and come apart together', () => {
    let merges = merged(noMerges, 3, 2);
    merges = merged(merges, 2, 1);
    expect([0, 1, 2, 3].map((label) => leaderOf(merges, label))).toEqual([0, 1, 1, 1]);
    expect(membersOf(merges, 1, 4)).toEqual([1, 2, 3]);
    // Into what it is already part of: nothing changes.
    expect(merged(merges, 1, 3)).toBe(merges);
    expect(separated(merges, 1)).toEqual({});
  });

  test('are shown in the colour of the leader, and alone when isolated', () => {
    const labels = labelsNamed(['a', 'b', 'c']);
    const shown = shownLabels(labels, { 2: 1 }, null);
    expect(shown.map(({ leader, isShown }) => [leader, isShown])).toEqual([
      [0, false],
      [1, true],
      [1, true],
    ]);
    expect(shown[2].colour).toEqual(labels[1].colour);
    expect(shownLabels(labels, {}, 0).map(({ isShown }) => isShown)).toEqual([true, false, false]);
  });
});

test('boxes: any two corners, cut off at the edge; a slip of the hand is none', () => {
  expect(boxBetween({ x: 0.75, y: 1.5 }, { x: 0.25, y: -1 })).toEqual({ left: 0.25, top: 0, width: 0.5, height: 1 });
  expect(boxBetween({ x: 0.5, y: 0.1 }, { x: 0.51, y: 0.9 })).toBeNull();
});

test('quantiles are linear between neighbours, and times are kept for the last results only', () => {
  expect([quantile([3, 1, 2], 0.5), quantile([1, 2], 0.95), quantile([], 0.5)]).toEqual([2, 1.95, Number.NaN]);
  const log = new TimeLog(2);
  for (const milliseconds of [100, 1, 3]) log.add([{ stage: 'blur', milliseconds }]);
  expect(log.statistics()).toEqual([{ stage: 'blur', median: 2, percentile95: expect.closeTo(2.9, 9) }]);
});

test('each remedy moves its parameters, until nothing is left to move', () => {
  for (const { trouble, change } of remedies) {
    let settings = defaultSettings;
    for (let step = 0; step < 60; step++) {
      const next = change(settings);
      if (!next) break;
      expect(next, trouble).not.toEqual(settings);
      settings = next;
    }
    expect(change(settings), trouble).toBeUndefined();
  }
});

test('the code that reproduces the settings is a module, whatever the labels are called', () => {
  const code = reproducingCode({
    width: 3,
    height: 2,
    labels: ['it’s "it"', 'back`tick'],
    parameters: { kernels: [{ type: 'gaussian', sigmaXY: 3, compatibility: 3 }], iterations: 5 },
  });
  const created: unknown[] = [];
  const body = code.replace(/^import.*$/m, '').replaceAll('await ', '');
  const run = new Function('DenseCrf', 'image', 'probabilities', body);
  run({
    create: (options: unknown) => created.push(options) && { refine: () => undefined, labelMap: () => undefined },
  });
  expect(created).toEqual([
    {
      width: 3,
      height: 2,
      labelCount: 2,
      parameters: { kernels: [{ type: 'gaussian', sigmaXY: 3, compatibility: 3 }], iterations: 5 },
    },
  ]);
});
