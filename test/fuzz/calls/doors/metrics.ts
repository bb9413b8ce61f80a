// SPDX-License-Identifier: MIT

import {
  type InstanceCounts,
  type InstanceMetricOptions,
  InstanceMetrics,
  type LabelPlane,
  type MetricCounts,
  type MetricOptions,
  SegmentationMetrics,
} from '../../../../src/analysis/index.js';
import { arg, type Door, type House, type HousePlan, optionalArg } from '../door.js';
import { choice, either, integer, labelTypes, list, number, object, record, type Spec, typed } from '../spec.js';
import { pixelCount, size } from './problem.js';

const { width, height, labelCount } = size;
const options: MetricOptions = { labelCount, ignore: 255, bandWidths: [2], boundaryTolerances: [1] };

const truth = Uint8Array.from({ length: pixelCount }, (_, i) => (i % 11 === 0 ? 255 : i % labelCount));
const prediction = Uint8Array.from({ length: pixelCount }, (_, i) => Math.floor(i / 40));

const ignore = either(integer(-(2 ** 31), 2 ** 32 - 1), choice(null));
const plane = (values: Spec) =>
  record({ labels: typed(labelTypes, pixelCount, values), width: choice(width), height: choice(height) });
const goodPlane = (labels: Uint8Array): LabelPlane => ({ labels: labels.slice(), width, height });

const count = integer(0, Number.MAX_SAFE_INTEGER);
const perLabel = list(count, labelCount, labelCount);
const countsSpec = record({
  labelCount: choice(labelCount),
  ignore: choice(255),
  boundaryUnit: choice('pixels'),
  images: count,
  confusion: list({
    is: 'like',
    what: '[index, pixels]',
    test: (value) => {
      const isPair = Array.isArray(value) && value.length === 2 && value.every((part) => Number.isSafeInteger(part));
      return isPair && value[0] >= 0 && value[0] < labelCount ** 2 && value[1] >= 0 ? 'yes' : 'no';
    },
  }),
  bands: list(record({ width: choice(2), both: perLabel, truth: perLabel, prediction: perLabel }), 1, 1),
  boundaries: list(
    record({
      tolerance: choice(1),
      images: count,
      imageF: count,
      labelImages: perLabel,
      labelF: perLabel,
      truth: perLabel,
      truthMatched: perLabel,
      prediction: perLabel,
      predictionMatched: perLabel,
    }),
    1,
    1,
  ),
});

function counted(): SegmentationMetrics {
  const metrics = new SegmentationMetrics(options);
  metrics.add(goodPlane(prediction), goodPlane(truth));
  return metrics;
}

const optionDoor: Door = {
  name: 'new SegmentationMetrics',
  args: [
    arg(
      'options',
      object(
        { labelCount: integer(1, 65536) },
        {
          ignore,
          bandWidths: list(number({ above: 0, to: 1024 })),
          boundaryTolerances: list(number({ from: 0, to: 64 })),
          boundaryUnit: choice('pixels', 'diagonal'),
        },
      ),
    ),
  ],
  good: () => [{ ...options, boundaryUnit: 'pixels' }],
  call: ([given]) => new SegmentationMetrics(given as MetricOptions),
};

function segmentationHouse(): House {
  let metrics = counted();
  return {
    doors: [
      optionDoor,
      {
        name: 'SegmentationMetrics.add',
        // An ignored pixel's prediction is not looked at.
        args: [
          arg('prediction', plane(integer(0, 2 ** 32 - 1))),
          arg('truth', plane(either(integer(0, labelCount - 1), choice(255)))),
        ],
        good: () => [goodPlane(prediction), goodPlane(truth)],
        call: ([found, expected]) => metrics.add(found as LabelPlane, expected as LabelPlane),
      },
      {
        name: 'SegmentationMetrics.merge',
        args: [arg('counts', countsSpec)],
        good: () => [counted().counts()],
        call: ([counts]) => metrics.merge(counts as MetricCounts),
      },
      {
        name: 'SegmentationMetrics.fromCounts',
        args: [arg('counts', countsSpec)],
        good: () => [counted().counts()],
        call: ([counts]) => SegmentationMetrics.fromCounts(counts as MetricCounts).scores(),
      },
    ],
    look: async () => ({ counts: metrics.counts(), scores: metrics.scores() }),
    restore: async () => {
      metrics = counted();
    },
  };
}

const thresholds = [0.5, 0.75];
const instanceCounts = record({
  ignore: choice(255),
  images: count,
  truthInstances: count,
  predictedInstances: count,
  countedImages: count,
  thresholds: list(
    record({
      iou: choice(...thresholds),
      truePositives: count,
      falsePositives: count,
      falseNegatives: count,
      imagePrecision: count,
    }),
    2,
    2,
  ),
});

function countedInstances(): InstanceMetrics {
  const metrics = new InstanceMetrics({ thresholds, ignore: 255 });
  metrics.add(goodPlane(prediction), goodPlane(truth));
  return metrics;
}

function instanceHouse(): House {
  let metrics = countedInstances();
  return {
    doors: [
      {
        name: 'new InstanceMetrics',
        args: [optionalArg('options', object({}, { thresholds: list(number({ from: 0.5, below: 1 }), 1), ignore }))],
        good: () => [{ thresholds: [...thresholds], ignore: null }],
        call: ([given]) => new InstanceMetrics(given as InstanceMetricOptions),
      },
      {
        name: 'InstanceMetrics.add',
        args: [
          arg('prediction', plane(integer(-(2 ** 31), 2 ** 32 - 1))),
          arg('truth', plane(integer(0, 2 ** 32 - 1))),
        ],
        good: () => [goodPlane(prediction), goodPlane(truth)],
        call: ([found, expected]) => metrics.add(found as LabelPlane, expected as LabelPlane),
      },
      {
        name: 'InstanceMetrics.merge',
        args: [arg('counts', instanceCounts)],
        good: () => [countedInstances().counts()],
        call: ([counts]) => metrics.merge(counts as InstanceCounts),
      },
      {
        name: 'InstanceMetrics.fromCounts',
        args: [arg('counts', instanceCounts)],
        good: () => [countedInstances().counts()],
        call: ([counts]) => InstanceMetrics.fromCounts(counts as InstanceCounts).scores(),
      },
    ],
    look: async () => ({ counts: metrics.counts(), scores: metrics.scores() }),
    restore: async () => {
      metrics = countedInstances();
    },
  };
}

export const metrics: readonly HousePlan[] = [
  { name: 'SegmentationMetrics', build: segmentationHouse },
  { name: 'InstanceMetrics', build: instanceHouse },
];
