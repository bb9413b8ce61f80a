// SPDX-License-Identifier: MIT

import { describe, expect, test } from 'vitest';
import { InstanceMetrics, type LabelPlane } from '../../../src/analysis/metrics/index.js';
import { randomNumbers } from '../../support/random.js';

/** Rectangles, each with its id; later ones lie over earlier ones. */
function draw(width: number, height: number, ...boxes: [id: number, x: number, y: number, w: number, h: number][]) {
  const labels = new Uint16Array(width * height);
  for (const [id, left, top, w, h] of boxes) {
    for (let y = top; y < top + h; y++) labels.fill(id, y * width + left, y * width + left + w);
  }
  return { labels, width, height };
}

describe('drawn cases', () => {
  // IoU: 1, 90/110 = 0.818, and 50/100 = 0.5 exactly, which is not above 0.5; one more in the prediction.
  const truth = draw(60, 40, [1, 0, 0, 10, 10], [2, 20, 0, 10, 10], [300, 40, 0, 10, 10]);
  const prediction = draw(60, 40, [7, 0, 0, 10, 10], [5, 21, 0, 10, 10], [9, 40, 0, 10, 5], [11, 0, 30, 3, 3]);

  test('hits, misses and false alarms by threshold', () => {
    const metrics = new InstanceMetrics({ thresholds: [0.5, 0.8, 0.85] });
    metrics.add(prediction, truth);
    const { thresholds, truthInstances, predictedInstances, averagePrecision } = metrics.scores();
    expect({ truthInstances, predictedInstances }).toEqual({ truthInstances: 3, predictedInstances: 4 });
    const counts = thresholds.map((at) => [at.truePositives, at.falsePositives, at.falseNegatives]);
    expect(counts).toEqual([
      [2, 2, 1],
      [2, 2, 1],
      [1, 3, 2],
    ]);
    for (const [at, expected] of [2 / 5, 2 / 5, 1 / 6].entries()) {
      expect(thresholds[at].pooled).toBeCloseTo(expected, 14);
      expect(thresholds[at].precision).toBeCloseTo(expected, 7);
    }
    expect(averagePrecision).toBeCloseTo((2 / 5 + 2 / 5 + 1 / 6) / 3, 7);
  });

  test('the usual thresholds are 0.5, 0.55 to 0.95', () => {
    expect(new InstanceMetrics().thresholds).toEqual([0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95]);
    const metrics = new InstanceMetrics();
    metrics.add(truth, truth);
    expect(metrics.scores()).toMatchObject({ averagePrecision: 1, pooledAveragePrecision: 1 });
  });

  test('the mean over images and all instances together are two things', () => {
    const metrics = new InstanceMetrics({ thresholds: [0.5] });
    metrics.add(truth, truth);
    metrics.add(draw(60, 40), draw(60, 40, [1, 0, 0, 9, 9]));
    // Neither has an instance: there is no precision to speak of.
    metrics.add(draw(60, 40), draw(60, 40));
    expect(metrics.scores()).toMatchObject({ images: 3, averagePrecision: 1 / 2, pooledAveragePrecision: 3 / 4 });
  });

  test('nothing found anywhere', () => {
    const metrics = new InstanceMetrics();
    expect(metrics.scores()).toMatchObject({ averagePrecision: null, pooledAveragePrecision: null });
  });

  test('ignored pixels count on neither side', () => {
    const metrics = new InstanceMetrics({ thresholds: [0.75], ignore: 65535 });
    const covered = draw(60, 40, [1, 0, 0, 10, 10], [65535, 5, 0, 30, 40]);
    metrics.add(draw(60, 40, [4, 0, 0, 30, 10]), covered);
    expect(metrics.scores()).toMatchObject({ truthInstances: 1, predictedInstances: 1, averagePrecision: 1 });
  });
});

/** Every pair of instances by its own masks, as sets of pixels. */
function slowly({ labels: found }: LabelPlane, { labels: expected }: LabelPlane, threshold: number) {
  const masks = (labels: ArrayLike<number>) => {
    const sets = new Map<number, Set<number>>();
    for (let i = 0; i < labels.length; i++) {
      if (labels[i] > 0) sets.set(labels[i], (sets.get(labels[i]) ?? new Set()).add(i));
    }
    return [...sets.values()];
  };
  const [truths, predictions] = [masks(expected), masks(found)];
  const iou = (a: Set<number>, b: Set<number>) => [...a].filter((i) => b.has(i)).length / new Set([...a, ...b]).size;
  const hits = predictions.filter((p) => truths.some((t) => iou(p, t) > threshold)).length;
  return { truePositives: hits, falsePositives: predictions.length - hits, falseNegatives: truths.length - hits };
}

test.each([1, 2, 3, 4])('random instances against masks compared one by one, seed %i', (seed) => {
  const random = randomNumbers(seed);
  const box = (id: number): [number, number, number, number, number] => [
    id,
    ...([24, 24, 6, 6].map((range, index) => Math.floor(range * random()) + (index > 1 ? 2 : 0)) as [
      number,
      number,
      number,
      number,
    ]),
  ];
  const boxes = Array.from({ length: 20 }, (_, index) => box(index + 1));
  const truth = draw(32, 32, ...boxes);
  const moved = boxes.map(([id, x, y, w, h]) => [100 - id, x, y + Math.floor(1.3 * random()), w, h] as const);
  const prediction = draw(32, 32, ...moved.map((values) => [...values] as [number, number, number, number, number]));
  const metrics = new InstanceMetrics();
  metrics.add(prediction, truth);
  const { thresholds } = metrics.scores();
  for (const at of thresholds) expect(at).toMatchObject(slowly(prediction, truth, at.iou));
  expect(thresholds[0].truePositives).toBeGreaterThan(thresholds[9].truePositives);

  const whole = new InstanceMetrics();
  for (const pair of [prediction, truth, prediction]) whole.add(pair, truth);
  const parts = new InstanceMetrics();
  parts.add(prediction, truth);
  const rest = new InstanceMetrics();
  rest.add(prediction, truth);
  rest.add(truth, truth);
  parts.merge(JSON.parse(JSON.stringify(rest.counts())));
  expect(parts.counts()).toEqual(whole.counts());
  expect(InstanceMetrics.fromCounts(whole.counts()).scores()).toEqual(whole.scores());
});

test('bad input', () => {
  const good = draw(4, 4);
  const metrics = new InstanceMetrics();
  expect(() => metrics.add(good, { ...good, labels: Int32Array.from({ length: 16 }, (_, i) => 3 - i) })).toThrow(
    'truth.labels[4]: got -1, expected an instance id of at least 0',
  );
  expect(() => metrics.add(draw(4, 5), good)).toThrow('prediction.height: got 5, expected 4');
  expect(metrics.scores().images).toBe(0);
  expect(() => new InstanceMetrics({ thresholds: [0.3] })).toThrow('thresholds[0]: got 0.3');
  expect(() => new InstanceMetrics({ thresholds: [] })).toThrow('thresholds: got an array of 0');
  const counts = metrics.counts();
  expect(() => new InstanceMetrics({ thresholds: [0.5] }).merge(counts)).toThrow('counts.thresholds: got');
  expect(() => new InstanceMetrics({ ignore: 3 }).merge(counts)).toThrow('counts.ignore: got null, expected 3');
});
