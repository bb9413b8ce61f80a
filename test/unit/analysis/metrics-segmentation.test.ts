// SPDX-License-Identifier: MIT

import { describe, expect, test } from 'vitest';
import { squaredBandDistances } from '../../../src/analysis/metrics/band.js';
import { type LabelPlane, type MetricOptions, SegmentationMetrics } from '../../../src/analysis/metrics/index.js';
import { randomNumbers } from '../../support/random.js';

function plane(width: number, height: number, label: (x: number, y: number) => number): LabelPlane {
  const labels = Int32Array.from({ length: width * height }, (_, i) => label(i % width, Math.floor(i / width)));
  return { labels, width, height };
}

function rows(...lines: string[]): LabelPlane {
  return plane(lines[0].length, lines.length, (x, y) => (lines[y][x] === '.' ? 255 : Number(lines[y][x])));
}

function measure(options: MetricOptions, ...pairs: [prediction: LabelPlane, truth: LabelPlane][]) {
  const metrics = new SegmentationMetrics(options);
  for (const [prediction, truth] of pairs) metrics.add(prediction, truth);
  return metrics;
}

const plain = { bandWidths: [], boundaryTolerances: [] };

describe('tables computed by hand', () => {
  const truth = rows('000111', '0001.1');
  const prediction = rows('001111', '002102');
  const metrics = measure({ labelCount: 4, ignore: 255, ...plain }, [prediction, truth]);

  test('confusion matrix', () => {
    expect([...metrics.confusionMatrix()]).toEqual([4, 1, 1, 0, 0, 4, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  });

  test('scores', () => {
    const { labels, ...scores } = metrics.scores();
    // Truth has labels 0 and 1, the prediction 0, 1 and 2; label 3 is nowhere and counts in no mean.
    expect(scores).toMatchObject({ images: 1, pixels: 11, pixelAccuracy: 8 / 11, bands: [], boundaries: [] });
    expect(scores.meanAccuracy).toBeCloseTo((4 / 6 + 4 / 5) / 2, 14);
    expect(scores.meanIoU).toBeCloseTo((4 / 6 + 4 / 6 + 0) / 3, 14);
    expect(scores.frequencyWeightedIoU).toBeCloseTo((6 * (4 / 6) + 5 * (4 / 6)) / 11, 14);
    expect(scores.meanDice).toBeCloseTo((8 / 10 + 8 / 10 + 0) / 3, 14);
    expect(labels).toEqual([
      { label: 0, truthPixels: 6, predictedPixels: 4, accuracy: 4 / 6, precision: 1, iou: 4 / 6, dice: 8 / 10 },
      { label: 1, truthPixels: 5, predictedPixels: 5, accuracy: 4 / 5, precision: 4 / 5, iou: 4 / 6, dice: 8 / 10 },
      { label: 2, truthPixels: 0, predictedPixels: 2, accuracy: null, precision: 0, iou: 0, dice: 0 },
      { label: 3, truthPixels: 0, predictedPixels: 0, accuracy: null, precision: null, iou: null, dice: null },
    ]);
  });

  test('nothing at all, and nothing but ignored pixels', () => {
    const nothing = { pixels: 0, pixelAccuracy: null, meanAccuracy: null, meanIoU: null, frequencyWeightedIoU: null };
    expect(new SegmentationMetrics({ labelCount: 2 }).scores()).toMatchObject({ images: 0, ...nothing });
    const ignored = measure({ labelCount: 2, ignore: 255 }, [rows('01'), rows('..')]).scores();
    expect(ignored).toMatchObject({ images: 1, ...nothing });
    expect(ignored.bands[0]).toMatchObject({ pixels: 0, meanIoU: null });
    expect(ignored.boundaries[0].f).toBeNull();
  });
});

/** scikit-learn's definitions written down from its manual, on one-hot columns of the list of pixels. */
function fromOneHot(prediction: ArrayLike<number>, truth: ArrayLike<number>, ignore: number) {
  const pairs = Array.from(truth, (t, i) => [t, prediction[i]]).filter(([t]) => t !== ignore);
  const present = [...new Set(pairs.flat())].sort((a, b) => a - b);
  const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const count = (test: (t: number, p: number) => boolean) => pairs.filter(([t, p]) => test(t, p)).length;
  const jaccard = (l: number) => count((t, p) => t === l && p === l) / count((t, p) => t === l || p === l);
  const f1 = (l: number) => {
    const [tp, fp, fn] = [
      count((t, p) => t === l && p === l),
      count((t, p) => t !== l && p === l),
      count((t, p) => t === l && p !== l),
    ];
    return (2 * tp) / (2 * tp + fp + fn);
  };
  const support = (l: number) => count((t) => t === l);
  const inTruth = present.filter((l) => support(l) > 0);
  return {
    pixelAccuracy: count((t, p) => t === p) / pairs.length,
    meanAccuracy: mean(inTruth.map((l) => count((t, p) => t === l && p === l) / support(l))),
    meanIoU: mean(present.map(jaccard)),
    frequencyWeightedIoU: present.reduce((sum, l) => sum + jaccard(l) * support(l), 0) / pairs.length,
    meanDice: mean(present.map(f1)),
  };
}

test.each([1, 2, 3, 4, 5, 6])('random planes against a second implementation, seed %i', (seed) => {
  const random = randomNumbers(seed);
  const labelCount = 1 + Math.floor(12 * random());
  const [width, height] = [1 + Math.floor(30 * random()), 1 + Math.floor(30 * random())];
  // Skewed, so that some labels are missing on one side.
  const draw = () => Math.floor(labelCount * random() ** (1 + (seed % 3)));
  const truth = plane(width, height, () => (random() < 0.1 ? 77 : draw()));
  const prediction = plane(width, height, (x, y) => {
    const right = truth.labels[y * width + x];
    return random() < 0.6 && right !== 77 ? right : draw();
  });
  const metrics = measure({ labelCount, ignore: 77, ...plain }, [prediction, truth]);
  const scores = metrics.scores() as unknown as Record<string, number>;
  for (const [name, expected] of Object.entries(fromOneHot(prediction.labels, truth.labels, 77))) {
    expect(scores[name], name).toBeCloseTo(expected, 12);
  }
});

describe('bands', () => {
  /** Two halves, divided at column `at`. */
  const halves = (at: number) => plane(20, 5, (x) => (x < at ? 0 : 1));

  test('a straight boundary: w columns on either side, and IoU by hand', () => {
    const { bands } = measure({ labelCount: 2, bandWidths: [1, 4, 100] }, [halves(12), halves(10)]).scores();
    expect(bands.map(({ width, pixels }) => [width, pixels])).toEqual([
      [1, 10],
      [4, 40],
      [100, 100],
    ]);
    // Within 4 columns truth is 0000 1111, the prediction 0000 0011.
    expect(bands[1].iou).toEqual([4 / 6, 2 / 4]);
    expect(bands[1].pixelAccuracy).toBe(6 / 8);
    expect(bands[1].meanIoU).toBeCloseTo((4 / 6 + 2 / 4) / 2, 14);
    // The narrowest band is 0 1, all of it predicted 0.
    expect(bands[0].iou).toEqual([1 / 2, 0]);
  });

  test('one label alone has no boundary, so no band', () => {
    const { bands } = measure({ labelCount: 2 }, [halves(10), halves(20)]).scores();
    expect(bands.map(({ pixels }) => pixels)).toEqual([0, 0, 0, 0]);
  });

  test.each(Array.from({ length: 24 }, (_, seed) => seed + 1))(
    'distances equal those found by looking everywhere, seed %i',
    (seed) => {
      const random = randomNumbers(seed);
      // From a third of the seeds on as wide as two radii and more, also a single row or column.
      const longest = seed > 8 ? 48 : 24;
      const [width, height] = [1 + Math.floor(longest * random()), 1 + Math.floor(longest * random())];
      const labelCount = 2 + (seed % 3);
      const blob = Math.floor(1 + (seed > 8 ? 24 : 6) * random());
      const shift = Math.floor(9 * random());
      const truth = Int32Array.from({ length: width * height }, (_, i) => {
        const cell = Math.floor((i % width) / blob) + 3 * Math.floor((Math.floor(i / width) + shift) / blob);
        if (random() < 0.15 * (seed % 4)) return -1;
        return (cell * 7919 + seed) % labelCount;
      });
      const radius = seed % 5 === 0 ? 60 * random() : 1 + 6 * random();
      const found = squaredBandDistances(truth, width, height, radius);
      for (let i = 0; i < truth.length; i++) {
        let nearest = Number.POSITIVE_INFINITY;
        for (let j = 0; j < truth.length; j++) {
          if (truth[i] < 0 || truth[j] < 0 || truth[j] === truth[i]) continue;
          const [dx, dy] = [(i % width) - (j % width), Math.floor(i / width) - Math.floor(j / width)];
          nearest = Math.min(nearest, dx * dx + dy * dy);
        }
        if (nearest <= radius * radius) expect(found[i]).toBe(nearest);
        else expect(found[i]).toBeGreaterThan(radius * radius);
      }
    },
  );

  test('two labels see each other across ignored pixels', () => {
    const truth = rows('000..111');
    const { bands } = measure({ labelCount: 2, ignore: 255, bandWidths: [2, 3, 4] }, [truth, truth]).scores();
    expect(bands.map(({ pixels }) => pixels)).toEqual([0, 2, 4]);
  });
});

describe('boundary F', () => {
  const halves = (at: number) => plane(40, 9, (x) => (x < at ? 0 : 1));

  test('a straight boundary off by 3 pixels is right from a tolerance of 3 on', () => {
    const options = { labelCount: 2, boundaryTolerances: [0, 2, 3, 5] };
    const { boundaries } = measure(options, [halves(23), halves(20)]).scores();
    expect(boundaries.map(({ f }) => f)).toEqual([0, 0, 1, 1]);
    expect(boundaries[2].labels[1]).toEqual({ label: 1, f: 1, precision: 1, recall: 1 });
  });

  test('precision and recall by hand: half of the boundary is missing, and nothing is wrong', () => {
    // Truth: two strips of label 1; the prediction has the left one only.
    const truth = plane(30, 8, (x) => (x === 5 || x === 20 ? 1 : 0));
    const prediction = plane(30, 8, (x) => (x === 5 ? 1 : 0));
    const [{ labels, f }] = measure({ labelCount: 2, boundaryTolerances: [1] }, [prediction, truth]).scores()
      .boundaries;
    expect(labels[1]).toMatchObject({ precision: 1, recall: 1 / 2 });
    expect(labels[0]).toMatchObject({ precision: 1, recall: 1 / 2 });
    expect(f).toBeCloseTo(2 / 3, 8);
  });

  test('a label on one side only has F 0; images count alike, whatever their boundaries are long', () => {
    const square = (size: number) =>
      plane(12, 12, (x, y) => (x >= 3 && x < 3 + size && y >= 3 && y < 3 + size ? 1 : 0));
    const empty = square(0);
    const metrics = measure(
      { labelCount: 2, boundaryTolerances: [1] },
      [square(6), square(6)],
      [empty, square(1)],
      [empty, empty],
    );
    const [{ f, labels }] = metrics.scores().boundaries;
    // The third image has no boundary and counts in no mean.
    expect(f).toBe(1 / 2);
    expect(labels[1].f).toBe(1 / 2);
    expect(labels[1].recall).toBeCloseTo(20 / 21, 14);
  });

  test("in parts of the image's diagonal", () => {
    // 30 x 40 pixels: 0.05 of the diagonal are 2.5 pixels.
    const halvesOf = (at: number) => plane(30, 40, (x) => (x < at ? 0 : 1));
    const options = { labelCount: 2, boundaryUnit: 'diagonal', boundaryTolerances: [0.0199, 0.0401, 0.05] } as const;
    const f = (at: number) =>
      measure(options, [halvesOf(at), halvesOf(15)])
        .scores()
        .boundaries.map((b) => b.f);
    expect(f(16)).toEqual([0, 1, 1]);
    expect(f(17)).toEqual([0, 1, 1]);
    expect(f(18)).toEqual([0, 0, 0]);
  });

  test('ignored pixels make no boundary, the edge of the image neither', () => {
    const truth = rows('00.11', '00.11');
    const [{ f, labels }] = measure({ labelCount: 2, ignore: 255 }, [rows('00111', '00111'), truth]).scores()
      .boundaries;
    expect(f).toBeNull();
    expect(labels[0]).toMatchObject({ precision: null, recall: null });
  });

  test('a diagonal boundary is met from both sides at distance 0, a corner at its true distance', () => {
    const stairs = (shift: number) => plane(16, 16, (x, y) => (x > y + shift ? 1 : 0));
    const [exact, one] = measure({ labelCount: 2, boundaryTolerances: [0, 1] }, [stairs(0), stairs(0)]).scores()
      .boundaries;
    expect([exact.f, one.f]).toEqual([1, 1]);
    const dot = (at: number) => plane(20, 20, (x, y) => (x === at && y === at ? 1 : 0));
    // Three to the right and three down: √18 = 4.243.
    const options = { labelCount: 2, boundaryTolerances: [4.24, 4.25] };
    const labels = measure(options, [dot(5), dot(8)])
      .scores()
      .boundaries.map((b) => b.labels[1].f);
    expect(labels).toEqual([0, 1]);
  });
});

describe('merging', () => {
  const images = Array.from({ length: 7 }, (_, index) => {
    const random = randomNumbers(100 + index);
    const truth = plane(23, 17, (x, y) => (random() < 0.05 ? 255 : Math.floor((x + y * 2) / 9) % 5));
    const prediction = plane(23, 17, (x, y) => Math.floor((x + y * 2 + 4 * random()) / 9) % 5);
    return [prediction, truth] as [LabelPlane, LabelPlane];
  });
  const options = { labelCount: 5, ignore: 255, bandWidths: [1, 3], boundaryTolerances: [1, 2.5] };

  test('parts in any order, through JSON, equal the whole exactly', () => {
    const whole = measure(options, ...images);
    for (const order of [
      [
        [0, 1, 2],
        [3, 4, 5, 6],
      ],
      [[6, 2], [5, 0], [], [4, 1, 3]],
    ]) {
      const merged = new SegmentationMetrics(options);
      for (const part of order) {
        const counts = measure(options, ...part.map((index) => images[index])).counts();
        merged.merge(JSON.parse(JSON.stringify(counts)));
      }
      expect(merged.counts()).toEqual(whole.counts());
      expect(merged.scores()).toEqual(whole.scores());
      expect(SegmentationMetrics.fromCounts(whole.counts()).scores()).toEqual(whole.scores());
    }
    expect(whole.scores().boundaries[0].f).toBeGreaterThan(0.2);
    expect(whole.scores().boundaries[0].f).toBeLessThan(0.9);
  });

  test('counts of other options are refused', () => {
    const counts = measure(options, images[0]).counts();
    const refuse = (other: Partial<MetricOptions>, message: string) =>
      expect(() => new SegmentationMetrics({ ...options, ...other }).merge(counts)).toThrow(message);
    refuse({ labelCount: 6 }, 'counts.labelCount: got 5, expected 6, as counted here');
    refuse({ ignore: null }, 'counts.ignore: got 255, expected null');
    refuse({ bandWidths: [1] }, 'counts.bands: got "[1, 3]", expected [1], as counted here');
    refuse({ boundaryTolerances: [] }, 'counts.boundaries: got "[1, 2.5]"');
    refuse({ boundaryUnit: 'diagonal', boundaryTolerances: [] }, 'counts.boundaryUnit: got "pixels"');
  });

  test('what was handed out is a copy', () => {
    const metrics = measure(options, images[0]);
    const before = metrics.scores();
    const counts = metrics.counts();
    (counts.bands[0].truth as number[])[0] += 1000;
    expect(metrics.scores()).toEqual(before);
  });
});

describe('bad input', () => {
  const metrics = new SegmentationMetrics({ labelCount: 3, ignore: 255 });
  const good = rows('012', '012');

  test.each<[string, LabelPlane, LabelPlane]>([
    ['truth.labels[y 1, x 2]: got 3, expected a label in 0..2, or 255 for ignored', good, rows('012', '013')],
    ['prediction.labels[y 0, x 1]: got 255, expected a label in 0..2', rows('0.2', '012'), good],
    ['prediction.width: got 2, expected 3', rows('01', '01'), good],
    ['prediction.height: got 1, expected 2', rows('012'), good],
    ['truth.labels: got Int32Array(5), expected 6 whole numbers', good, { ...good, labels: new Int32Array(5) }],
    ['truth.labels: got Float32Array(6)', good, { ...good, labels: new Float32Array(6) as unknown as Int32Array }],
    ['truth.width: got 0, expected a whole number in 1..', good, { ...good, width: 0 }],
  ])('%s', (message, prediction, truth) => {
    expect(() => metrics.add(prediction, truth)).toThrow(message);
    expect(metrics.scores().images).toBe(0);
  });

  test('a prediction under ignored truth may be anything', () => {
    const lenient = measure({ labelCount: 3, ignore: 255 }, [rows('01.'), rows('01.')]);
    expect(lenient.scores().pixels).toBe(2);
  });

  test.each<[string, object]>([
    ['labelCount: got 0, expected a whole number in 1..65536', { labelCount: 0 }],
    ['labelCount: got undefined', {}],
    ['ignore: got 0.5', { labelCount: 2, ignore: 0.5 }],
    ['bandWidths[1]: got 0, expected a finite number greater than 0', { labelCount: 2, bandWidths: [1, 0] }],
    ['boundaryTolerances[0]: got 65', { labelCount: 2, boundaryTolerances: [65] }],
    ['boundaryTolerances[0]: got 1', { labelCount: 2, boundaryUnit: 'diagonal', boundaryTolerances: [1] }],
    ["boundaryUnit: got \"metres\", expected one of 'pixels', 'diagonal'", { labelCount: 2, boundaryUnit: 'metres' }],
    ['options.bandwidths: got', { labelCount: 2, bandwidths: [] }],
  ])('option %s', (message, options) => {
    expect(() => new SegmentationMetrics(options as MetricOptions)).toThrow(message);
  });
});
