// SPDX-License-Identifier: MIT

import { describe, expect, test } from 'vitest';
import { CpuRefiner } from '../../../src/cpu/cpu-refiner.js';
import { Kernel } from '../../../src/cpu/kernel.js';
import {
  type BoundedKernel,
  droppedLabelsBound,
  parametersForLabels,
  presentLabels,
  restoreLabelMap,
  restoreMarginals,
} from '../../../src/pipeline/outputs/present-labels.js';
import { resolveParameters } from '../../../src/problem/parameters.js';
import type { CrfParameters, ProblemSize } from '../../../src/problem/types.js';
import { labelMaxima } from '../../../src/reference/pipeline/label-maxima.js';
import { differenceOf } from '../../support/close.js';
import { randomFloats, randomImage, randomNumbers } from '../../support/random.js';

describe('presentLabels', () => {
  test('keeps what reaches the threshold, in ascending order', () => {
    expect(presentLabels([0.9, 0.0005, 0.3, 0.001, 0], 0.001)).toEqual([0, 2, 3]);
    expect(presentLabels([0.9, 0, 0.3], 0)).toEqual([0, 1, 2]);
  });

  test('what is left out sums to a half at most', () => {
    expect(presentLabels([0.2, 0.19, 0.18, 0.17, 0.16, 0.1], 0.5)).toEqual([0, 1, 2]);
    expect(presentLabels([0.1, 0.1], 1)).toEqual([0]);
    expect(presentLabels([0.1], 1)).toEqual([0]);
  });

  test.each<[string, ArrayLike<number>, number]>([
    ['dropBelow', [1], 1.5],
    ['dropBelow', [1], Number.NaN],
    ['maxima[1]', [1, -0.1], 0.5],
    ['maxima[0]', [Number.NaN, 1], 0.5],
    ['maxima', [], 0.5],
  ])('errors name %s', (argument, maxima, dropBelow) => {
    expect(() => presentLabels(maxima, dropBelow)).toThrow(`${argument}: got`);
  });
});

describe('parametersForLabels', () => {
  const gaussian = { type: 'gaussian', sigmaXY: 2 } as const;
  const matrix = [
    [0, 1, 2],
    [3, 4, 5],
    [6, 7, 8],
  ];

  test('cuts vectors and matrices, and leaves the rest', () => {
    const given: CrfParameters = {
      kernels: [
        gaussian,
        { ...gaussian, compatibility: 4 },
        { ...gaussian, compatibility: [1, 2, 3] },
        { ...gaussian, compatibility: matrix },
      ],
      iterations: 2,
    };
    const { kernels, iterations } = parametersForLabels(given, [0, 2], 3);
    expect(iterations).toBe(2);
    expect(kernels.map(({ compatibility }) => compatibility)).toEqual([
      undefined,
      4,
      [1, 3],
      [
        [0, 2],
        [6, 8],
      ],
    ]);
  });

  test('names compatibilities of another number of labels, and labels that are none', () => {
    const given: CrfParameters = { kernels: [{ ...gaussian, compatibility: [1, 2] }] };
    expect(() => parametersForLabels(given, [0], 3)).toThrow('kernels[0].compatibility: got an array of 2, expected a');
    const ragged: CrfParameters = { kernels: [{ ...gaussian, compatibility: [[1, 2], [1], [2]] }] };
    expect(() => parametersForLabels(ragged, [1], 3)).toThrow('kernels[0].compatibility[1]: got an array of 1');
    expect(() => parametersForLabels({ kernels: [] }, [1, 1], 3)).toThrow(
      'kept[1]: got 1, expected a whole number in 2..2',
    );
    expect(() => parametersForLabels({ kernels: [] }, [3], 3)).toThrow('kept[0]: got 3');
    expect(() => parametersForLabels({ kernels: [] }, [], 3)).toThrow('kept: got an array of 0');
  });
});

test('marginals and label maps are restored', () => {
  expect([...restoreMarginals(Float32Array.of(0.25, 0.5, 0.75, 0.5), [1, 3], 4)]).toEqual([
    0, 0, 0.25, 0.5, 0, 0, 0.75, 0.5,
  ]);
  expect([...restoreLabelMap(Uint32Array.of(1, 0, 1), [1, 3], 4)]).toEqual([3, 1, 3]);
  expect(() => restoreLabelMap(Uint32Array.of(0, 2), [1, 3], 4)).toThrow(
    'labelMap[1]: got 2, expected a place in 0..1',
  );
  expect(() => restoreMarginals(new Float32Array(3), [1, 3], 4)).toThrow('marginals: got Float32Array(3)');
});

/** 150 labels on a small picture, four of them present in quarters of it; the others about `rarity` less probable. */
function scene(rarity: number, seed: number) {
  const size: ProblemSize = { width: 20, height: 16, labelCount: 150 };
  const pixelCount = size.width * size.height;
  const noise = randomFloats(pixelCount * size.labelCount, seed, 2);
  const present = [3, 70, 71, 149];
  const logits = noise.map((value, i) => {
    const [label, pixel] = [Math.floor(i / pixelCount), i % pixelCount];
    const place = present.indexOf(label);
    if (place < 0) return value + Math.log(rarity);
    const quarter = (pixel % size.width < 10 ? 0 : 1) + (pixel < pixelCount / 2 ? 0 : 2);
    return 2 * value + (place === quarter ? 2 : 0);
  });
  const random = randomNumbers(seed);
  const image = {
    data: randomImage(pixelCount, seed).map((byte, i) =>
      i % 4 === 3 ? 255 : byte / 4 + 60 * Math.floor(3 * random()),
    ),
    ...size,
  };
  return { size, logits, image };
}

async function marginals(
  size: ProblemSize,
  parameters: CrfParameters,
  logits: Float32Array,
  image: ReturnType<typeof scene>['image'],
) {
  const crf = await CpuRefiner.create(size, parameters);
  await crf.refine({ image: { data: image.data, width: size.width, height: size.height }, unary: { logits } });
  return crf.marginals();
}

/** Kernels as the bound sees them: row sums by applying each to Q = 1. */
function boundedKernels(parameters: CrfParameters, size: ProblemSize, image: Uint8ClampedArray): BoundedKernel[] {
  const one = { ...size, labelCount: 1 };
  return resolveParameters(parameters, one).kernels.map((resolved) => {
    if (resolved.compatibility.kind !== 'potts') throw new Error('The bound is for Potts kernels.');
    const { weight } = resolved.compatibility;
    const kernel = new Kernel(one, { ...resolved, compatibility: { kind: 'potts', weight: 1 } });
    const messages = new Float32Array(size.width * size.height);
    kernel.addMessage(new Float32Array(messages.length).fill(1), image, messages);
    return { weight, rowSum: Math.max(...messages) };
  });
}

const bilateral = { type: 'bilateral', sigmaXY: 8, sigmaRGB: 20 } as const;
/** With the largest bound at a rarity of 1e-6: it must say something there. */
const cases: [string, CrfParameters, largest: number][] = [
  [
    'after',
    {
      kernels: [
        { type: 'gaussian', sigmaXY: 2, compatibility: 1, normalization: 'after' },
        { ...bilateral, compatibility: 1.5, normalization: 'after' },
      ],
    },
    1e-3,
  ],
  ['symmetric', { kernels: [{ ...bilateral, compatibility: 2 }], iterations: 3 }, 1e-3],
  [
    'damped',
    { kernels: [{ ...bilateral, compatibility: 3, normalization: 'before' }], iterations: 4, damping: 0.4 },
    2e-3,
  ],
  ['five iterations of the usual weights', { kernels: [{ type: 'gaussian', sigmaXY: 3 }, bilateral] }, 0.6],
  [
    'one iteration of the usual weights',
    { kernels: [{ type: 'gaussian', sigmaXY: 3 }, bilateral], iterations: 1 },
    1e-3,
  ],
];

describe.each(cases)('150 labels of which four are present, %s', (_name, parameters, largest) => {
  test.each([1e-4, 1e-6])('rarity %d: no marginal is off by more than the bound', async (rarity) => {
    const { size, logits, image } = scene(rarity, 5);
    const maxima = labelMaxima(
      logits.map((value) => -value),
      size.labelCount,
    );
    const kept = presentLabels(maxima, 1000 * rarity);
    expect(kept).toEqual([3, 70, 71, 149]);
    const full = await marginals(size, parameters, logits, image);
    const pixelCount = size.width * size.height;
    const chosen = Float32Array.from({ length: kept.length * pixelCount }, (_, i) => {
      return logits[kept[Math.floor(i / pixelCount)] * pixelCount + (i % pixelCount)];
    });
    const reduced = await marginals(
      { ...size, labelCount: kept.length },
      parametersForLabels(parameters, kept, size.labelCount),
      chosen,
      image,
    );
    const { maximum } = differenceOf(restoreMarginals(reduced, kept, size.labelCount), full);
    const dropped = maxima.filter((_maximum, label) => !kept.includes(label));
    const kernels = boundedKernels(parameters, size, image.data);
    const bound = droppedLabelsBound(dropped, kernels, parameters.iterations ?? 5);
    // Rounding of float32 comes on top of what the bound says.
    expect(maximum).toBeLessThanOrEqual(bound + 1e-5);
    expect(maximum).toBeGreaterThan(0);
    if (rarity === 1e-6) expect(bound).toBeLessThan(largest);
  });
});

test('a compatibility matrix is cut with its labels', async () => {
  const { size, logits, image } = scene(1e-6, 6);
  const random = randomNumbers(2);
  const matrix = Array.from({ length: 150 }, () => Array.from({ length: 150 }, random));
  const parameters: CrfParameters = { kernels: [{ ...bilateral, compatibility: matrix }], iterations: 3 };
  const kept = [3, 70, 71, 149];
  const pixelCount = size.width * size.height;
  const chosen = Float32Array.from(
    { length: 4 * pixelCount },
    (_, i) => logits[kept[Math.floor(i / pixelCount)] * pixelCount + (i % pixelCount)],
  );
  const full = await marginals(size, parameters, logits, image);
  const reduced = await marginals(
    { ...size, labelCount: 4 },
    parametersForLabels(parameters, kept, 150),
    chosen,
    image,
  );
  expect(restoreMarginals(reduced, kept, 150)).toBeAllClose(full, { tolerance: 5e-3 });
});

describe('droppedLabelsBound', () => {
  const kernels = [{ weight: 4, rowSum: 1 }];

  test('nothing left out, nothing off', () => {
    expect(droppedLabelsBound([], kernels, 5)).toBe(0);
    expect(droppedLabelsBound([0, 0], kernels, 5)).toBe(0);
  });

  test('without iterations or kernels it is what was left out', () => {
    expect(droppedLabelsBound([0.01, 0.02], kernels, 0)).toBeCloseTo(0.03);
    expect(droppedLabelsBound([0.01, 0.02], [], 5)).toBeCloseTo(0.03);
  });

  test('grows with what is left out, the kernels and the iterations, and ends at 1', () => {
    const small = droppedLabelsBound([1e-4], kernels, 3);
    expect(droppedLabelsBound([2e-4], kernels, 3)).toBeGreaterThan(small);
    expect(droppedLabelsBound([1e-4], [...kernels, { weight: 1, rowSum: 1.5 }], 3)).toBeGreaterThan(small);
    expect(droppedLabelsBound([1e-4], kernels, 4)).toBeGreaterThan(small);
    expect(droppedLabelsBound([0.4], kernels, 50)).toBe(1);
  });

  test('is no more than twice what can happen in one iteration', async () => {
    // Many sure pixels pull one that is in the balance; each gives the part q of its probability to a label left out.
    const [q, weight, width] = [1e-3, 4, 400];
    const size = { width, height: 1, labelCount: 3 };
    const sure = [1 - q - 1e-9, 1e-9, q];
    const balance = (1 - q) / (1 + Math.exp(weight));
    const rows = Array.from({ length: width }, (_, i) => (i < width - 1 ? sure : [balance, 1 - q - balance, q]));
    const logits = Float32Array.from({ length: 3 * width }, (_, i) => Math.log(rows[i % width][Math.floor(i / width)]));
    const parameters: CrfParameters = {
      kernels: [{ type: 'gaussian', sigmaXY: 1e4, compatibility: weight, normalization: 'after', method: 'exact' }],
      iterations: 1,
    };
    const run = async (labelCount: number, values: Float32Array) => {
      const crf = await CpuRefiner.create({ ...size, labelCount }, parameters);
      await crf.refine({ unary: { logits: values } });
      return crf.marginals();
    };
    const full = await run(3, logits);
    const reduced = restoreMarginals(await run(2, logits.slice(0, 2 * width)), [0, 1], 3);
    const { maximum } = differenceOf(reduced, full);
    const bound = droppedLabelsBound([q], kernels, 1);
    expect(maximum).toBeLessThanOrEqual(bound);
    expect(maximum).toBeGreaterThan(bound / 2);
  });

  test('bad arguments are named', () => {
    expect(() => droppedLabelsBound([2], kernels, 1)).toThrow('maxima[0]: got 2');
    expect(() => droppedLabelsBound([0], [{ weight: -1, rowSum: 1 }], 1)).toThrow('kernels[0].weight: got -1');
    expect(() => droppedLabelsBound([0], [{ weight: 1, rowSum: Number.NaN }], 1)).toThrow('kernels[0].rowSum: got NaN');
    expect(() => droppedLabelsBound([0], kernels, -1)).toThrow('iterations: got -1');
  });
});
