// SPDX-License-Identifier: MIT

import { describe, expect, test } from 'vitest';
import {
  SegmentationMetrics,
  type TuneExample,
  type TuneOptions,
  type TuneProgress,
  type TuneSpace,
  tune,
} from '../../../src/analysis/index.js';
import { quantile } from '../../../src/analysis/tune/bootstrap.js';
import { permutation, randomNumbers as seededNumbers, spacedPoints } from '../../../src/analysis/tune/random.js';
import { roundSizes } from '../../../src/analysis/tune/search.js';
import { kernelsAt, resolveSpace } from '../../../src/analysis/tune/space.js';
import { presetPoints } from '../../../src/analysis/tune/starting-points.js';
import { type CrfParameters, crfPresets, DenseCrf, resolveParameters } from '../../../src/index.js';
import { drawnExample } from '../../support/data-set.js';
import { randomNumbers } from '../../support/random.js';

const labelCount = 3;

/** Drawn pictures and noisy logits; truth is what the CRF makes of them with `parameters`, so nothing can do better. */
async function examplesFor(parameters: CrfParameters, count: number): Promise<TuneExample[]> {
  const examples: TuneExample[] = [];
  for (let seed = 1; seed <= count; seed++) {
    const { width, height, logits, image } = drawnExample(seed, 28, 24, labelCount);
    const crf = await DenseCrf.create({ width, height, labelCount, parameters, backend: 'cpu' });
    const photo = { data: image, width, height };
    const unary = { logits: logits.map((value) => 0.7 * value) };
    await crf.refine({ image: photo, unary });
    examples.push({ name: `drawn ${seed}`, width, height, image: photo, unary, truth: await crf.labelMap() });
  }
  return examples;
}

/** Truth is the argmax of the logits, single pixels and all: whatever a CRF changes is wrong. */
function hurtExamples(count: number): TuneExample[] {
  return Array.from({ length: count }, (_, index): TuneExample => {
    const random = randomNumbers(50 + index);
    const [width, height] = [20, 16];
    const truth = Uint8Array.from({ length: width * height }, () =>
      random() < 0.8 ? 0 : 1 + Math.floor(2 * random()),
    );
    const logits = new Float32Array(labelCount * width * height);
    for (let i = 0; i < truth.length; i++) logits[truth[i] * truth.length + i] = 0.5 + 0.2 * random();
    const data = new Uint8ClampedArray(4 * width * height).fill(128);
    return { width, height, image: { data, width, height }, unary: { logits }, truth };
  });
}

const small: Partial<TuneOptions> = { candidates: 16, folds: 3, resamples: 300, backend: 'cpu' };

describe.each<[string, Known]>([
  [
    'gaussian',
    {
      values: { sigmaXY: 2, compatibility: 3 },
      space: { gaussian: { sigmaXY: [0.5, 10], compatibility: [0.3, 30] }, bilateral: null },
    },
  ],
  [
    'bilateral',
    {
      values: { sigmaRGB: 12, compatibility: 4 },
      // On so small pictures all that are larger do the same.
      fixed: { sigmaXY: 6 },
      space: { gaussian: null, bilateral: { sigmaXY: [6, 6], sigmaRGB: [1.5, 100], compatibility: [0.3, 30] } },
    },
  ],
])('a set whose best parameters are known, %s', (type, { values, fixed: rest, space }) => {
  const parameters = { kernels: [{ type, ...rest, ...values }], iterations: 5 } as unknown as CrfParameters;
  const options: TuneOptions = {
    labelCount,
    ...small,
    candidates: 24,
    space: { ...space, normalization: ['symmetric'], iterations: [1, 5] },
  };

  test('is solved: the best are found within a factor of two, and the gain is proved', async () => {
    const examples = await examplesFor(parameters, 5);
    const result = await tune(examples, options);
    const kernel = result.best.parameters.kernels[0] as unknown as Record<string, number>;
    for (const [name, value] of Object.entries(values)) {
      expect(kernel[name] / value, name).toBeGreaterThan(1 / 2);
      expect(kernel[name] / value, name).toBeLessThan(2);
    }
    expect(result.best.score).toBeGreaterThan(0.97);
    expect(result.best.parameters.iterations).toBe(5);
    expect(result.baseline).toBeLessThan(0.8);
    expect(result.recommended).toBe(true);
    expect(result.parameters).toEqual(result.best.parameters);
    const { gain, interval, folds, resamples } = result.crossValidation;
    expect(interval[0]).toBeGreaterThan(0);
    expect(gain).toBeGreaterThan(interval[0]);
    expect(gain).toBeLessThan(interval[1]);
    // What was chosen without an image does no better on it than what was chosen on all.
    expect(result.baseline + gain).toBeLessThanOrEqual(result.best.score + 0.005);
    expect(resamples).toHaveLength(300);
    expect(folds.flatMap(({ heldOut }) => heldOut).sort()).toEqual([0, 1, 2, 3, 4]);
    expect(result.reason).toMatch(
      /^Refinement gains \+0\.\d{4} on examples it was not tuned on, 95 % interval \+0\.\d+ to/,
    );

    // Refined by hand the examples have this score.
    expect(await scoreByHand(examples, result.parameters)).toBeCloseTo(result.best.score, 12);

    const curve = result.curves[0];
    const [low, high] = Object.values(space.gaussian ?? space.bilateral ?? {}).find(([from, to]) => from < to) ?? [];
    expect(curve.points.length).toBeGreaterThanOrEqual(9);
    expect([curve.points[0].value, curve.points[curve.points.length - 1].value]).toEqual([low, high]);
    expect(Math.max(...curve.points.map(({ score }) => score))).toBeLessThanOrEqual(result.best.score + 0.01);
    expect(curve.points.find(({ value }) => value === curve.best)?.score).toBe(result.best.score);
    expect(result.curves.map(({ parameter }) => parameter)).toEqual([
      ...Object.keys(values).map((name) => `kernels[0].${name}`),
      'iterations',
    ]);
    const scores = result.candidates.map(({ score }) => score);
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
    expect(scores[0]).toBeGreaterThanOrEqual(result.best.score);
  });
});

interface Known {
  values: Record<string, number>;
  fixed?: Record<string, number>;
  space: TuneSpace;
}

async function scoreByHand(examples: readonly TuneExample[], parameters: CrfParameters): Promise<number | null> {
  const metrics = new SegmentationMetrics({ labelCount });
  for (const { width, height, truth, image, unary } of examples) {
    const crf = await DenseCrf.create({ width, height, labelCount, parameters, backend: 'cpu' });
    await crf.refine({ unary, ...(image === undefined ? undefined : { image }) });
    metrics.add({ labels: await crf.labelMap(), width, height }, { labels: truth, width, height });
  }
  return metrics.scores().meanIoU;
}

describe('starting points', () => {
  /** Kernels without what is usual, as presets write them. */
  const startsOf = (space: TuneSpace, hasImages = true) => {
    const resolved = resolveSpace(space, hasImages);
    return presetPoints(resolved).map((point) =>
      kernelsAt(resolved, point).map(({ normalization, ...kernel }) => (normalization === 'symmetric' ? kernel : null)),
    );
  };

  test('are the presets, each set of kernels once', () => {
    const starts = startsOf({});
    // The defaults write out what is usual.
    const kernels = Object.values(crfPresets).map((preset) =>
      preset.parameters.kernels.map((kernel) => {
        const { normalization, ...rest }: CrfParameters['kernels'][number] = kernel;
        expect([undefined, 'symmetric']).toContain(normalization);
        return rest;
      }),
    );
    for (const set of kernels) expect(starts).toContainEqual(set);
    expect(starts).toHaveLength(new Set(kernels.map((set) => JSON.stringify(set))).size);
  });

  test('are those that lie in the space', () => {
    expect(startsOf({ gaussian: { sigmaXY: [0.5, 2] } })).toEqual([crfPresets['deeplab-v2'].parameters.kernels]);
    expect(startsOf({ gaussian: { sigmaXY: [3, 3] }, bilateral: { sigmaXY: [64, 64] } })).toEqual([
      crfPresets.afa.parameters.kernels,
    ]);
    expect(startsOf({ normalization: ['after'] })).toEqual([]);
    expect(startsOf({}, false)).toEqual([
      [{ type: 'gaussian', sigmaXY: 3, compatibility: 3 }],
      [{ type: 'gaussian', sigmaXY: 1, compatibility: 3 }],
    ]);
  });

  test('are in the unit of the space', () => {
    const starts = startsOf({ sigmaUnit: 'diagonal' });
    expect(starts).toHaveLength(startsOf({}).length);
    expect(starts).toContainEqual([
      { type: 'gaussian', sigmaXY: 0.0016, compatibility: 3, sigmaUnit: 'diagonal' },
      { type: 'bilateral', sigmaXY: 0.107, sigmaRGB: 3, compatibility: 4, sigmaUnit: 'diagonal' },
    ]);
  });

  test('are measured', async () => {
    const parameters = crfPresets['deeplab-v2'].parameters;
    const result = await tune(hurtExamples(3), { ...small, labelCount, candidates: 20, space: { iterations: [1] } });
    const kernels = parameters.kernels.map((kernel) => ({ ...kernel, normalization: 'symmetric' }));
    // All six finalists and more are measured on three examples, which all rounds have.
    expect(result.candidates.map((one) => one.parameters.kernels)).toContainEqual(kernels);
  });
});

describe('a set where refinement only hurts', () => {
  test('is left alone', async () => {
    const examples = hurtExamples(5);
    const space = { gaussian: { sigmaXY: [2, 5], compatibility: [5, 20] } } as const;
    const result = await tune(examples, {
      labelCount,
      ...small,
      space: { ...space, bilateral: null, iterations: [2, 5] },
    });
    expect(result.baseline).toBe(1);
    expect(result.best.score).toBeLessThan(0.9);
    expect(result).toMatchObject({ recommended: false, parameters: { kernels: [], iterations: 0 } });
    expect(result.reason).toBe('Leave it off: no parameters in the space did better than no CRF.');
    expect(result.crossValidation.folds.map(({ parameters }) => parameters)).toEqual([null, null, null]);
    expect(result.crossValidation).toMatchObject({ gain: 0, interval: [0, 0] });
    // And the engine takes what was recommended.
    expect(resolveParameters(result.parameters, { width: 4, height: 4, labelCount })).toMatchObject({ iterations: 0 });
  });

  test('or only helps half of the images: the interval says that nothing is proved', async () => {
    const parameters: CrfParameters = { kernels: [{ type: 'gaussian', sigmaXY: 2, compatibility: 3 }], iterations: 2 };
    const helped = await examplesFor(parameters, 1);
    const space = {
      gaussian: { sigmaXY: [1.5, 2.5], compatibility: [2, 4] },
      bilateral: null,
      iterations: [2],
    } as const;
    const result = await tune([...helped, ...hurtExamples(1)], { labelCount, ...small, space });
    expect(result.recommended).toBe(false);
    expect(result.reason).toMatch(/^Leave it off/);
    expect(result.crossValidation.interval[0]).toBeLessThanOrEqual(0);
  });
});

describe('one run and another', () => {
  const gaussian = { sigmaXY: [2, 5], compatibility: [5, 20] } as const;
  const space = { gaussian, bilateral: null, normalization: ['symmetric'], iterations: [1, 3] } as const;
  const run = async (more: Partial<TuneOptions> = {}, count = 3) =>
    tune(hurtExamples(count), { labelCount, ...small, candidates: 6, space, ...more });

  test('with one seed they are equal, with another they differ', async () => {
    const [first, second, other] = [await run(), await run(), await run({ seed: 2 })];
    expect(second).toEqual(first);
    expect(JSON.parse(JSON.stringify(first))).toEqual(first);
    expect(other.candidates).not.toEqual(first.candidates);
  });

  test('progress never goes back, and ends whole', async () => {
    const seen: TuneProgress[] = [];
    const { refinements, exampleCount } = await run({ onProgress: (progress) => void seen.push(progress) });
    expect([...new Set(seen.map(({ phase }) => phase))]).toEqual(['baseline', 'search', 'validation', 'curves']);
    for (const [index, { done, total }] of seen.entries()) {
      expect(done).toBeLessThanOrEqual(total);
      expect(done).toBeGreaterThanOrEqual(seen[index - 1]?.done ?? 0);
    }
    const last = seen[seen.length - 1];
    expect(last).toEqual({ phase: 'curves', done: refinements + exampleCount, total: refinements + exampleCount });
  });

  test('an abort is heard in every phase, with its reason', async () => {
    for (const phase of ['baseline', 'search', 'validation', 'curves']) {
      const controller = new AbortController();
      const reason = new Error(`enough of ${phase}`);
      const running = run({
        signal: controller.signal,
        onProgress: (progress) => {
          if (progress.phase === phase && progress.done < progress.total) controller.abort(reason);
        },
      });
      await expect(running, phase).rejects.toBe(reason);
    }
  });

  test('others get their turn while it works', async () => {
    let turns = 0;
    let over = false;
    const takeTurn = () => {
      turns++;
      if (!over) setImmediate(takeTurn);
    };
    setImmediate(takeTurn);
    await run();
    over = true;
    expect(turns).toBeGreaterThan(10);
  });

  test('labels may count as one', async () => {
    // Truth knows 0 and 1 only; of the labels 1 and 2 either is right.
    const examples = hurtExamples(2).map((example) => ({
      ...example,
      truth: Uint8Array.from(example.truth, (v) => Math.min(v, 1)),
    }));
    const options = { labelCount, ...small, candidates: 6, space };
    expect((await tune(examples, { ...options, countAs: [0, 1, 1] })).baseline).toBe(1);
    expect((await tune(examples, options)).baseline).toBeLessThan(0.9);
  });

  test('each objective is what it says', async () => {
    const objectives = [
      { measure: 'pixelAccuracy' },
      { measure: 'meanDice', bandWidth: 2 },
      { measure: 'boundaryF', tolerance: 1 },
    ] as const;
    for (const objective of objectives) {
      const result = await run({ objective }, 2);
      expect(result).toMatchObject({ objective, baseline: 1, recommended: false });
      expect(result.best.score).toBeLessThan(1);
      expect(result.best.score).toBeGreaterThan(0);
    }
  });
});

describe('bad input', () => {
  const good = hurtExamples(3);
  const cases: [string, readonly TuneExample[], Partial<TuneOptions>][] = [
    ['examples: got an array of 1, expected at least 2', good.slice(1, 2), {}],
    ['examples[1].width: got 0', [good[0], { ...good[1], width: 0 }], {}],
    [
      'examples[2].image: got undefined, expected an image, as the others have',
      [good[0], good[1], without(good[2])],
      {},
    ],
    ['labelCount: got 1, expected a whole number in 2..65536', good, { labelCount: 1 }],
    ['examples[0].truth.labels[y 0, x 0]: got 7', [{ ...good[0], truth: good[0].truth.slice().fill(7) }, good[1]], {}],
    ['countAs: got an array of 2, expected 3 labels', good, { countAs: [0, 1] }],
    ['countAs[1]: got 3, expected a whole number in 0..2', good, { countAs: [0, 3, 1] }],
    ['candidates: got 3, expected a whole number in 4..4096', good, { candidates: 3 }],
    ['folds: got 1', good, { folds: 1 }],
    ['confidence: got 1, expected', good, { confidence: 1 }],
    ['seed: got 0.5', good, { seed: 0.5 }],
    ['options.fold: got 3, expected one of the keys', good, { fold: 3 } as Partial<TuneOptions>],
    ['objective.measure: got "iou", expected one of \'meanIoU\'', good, { objective: { measure: 'iou' as 'meanIoU' } }],
    ['objective.tolerance: got undefined', good, { objective: { measure: 'boundaryF' } as never }],
    ['space.gaussian.sigmaXY[1]: got 1, expected a finite number of at least 2', good, space({ sigmaXY: [2, 1] })],
    ['space.gaussian.sigmaRGB: got', good, space({ sigmaRGB: [1, 2] })],
    [
      'space: got an object (Object), expected at least one kernel',
      good,
      { space: { gaussian: null, bilateral: null } },
    ],
    ['space.normalization: got an array of 0', good, { space: { normalization: [] } }],
    ['space.iterations[0]: got 0', good, { space: { iterations: [0] } }],
    ['kernels[0].sigmaXY: got 0.0001', good, space({ sigmaXY: [0.0001, 1] })],
    [
      'space.bilateral: got an object (Object), expected null: a bilateral kernel needs images',
      good.map(without),
      { space: { bilateral: { sigmaXY: [1, 2], sigmaRGB: [1, 2], compatibility: [1, 2] } } },
    ],
  ];
  test.each(cases)('%s', async (message, examples, options) => {
    const seen: TuneProgress[] = [];
    const onProgress = (progress: TuneProgress) => void seen.push(progress);
    await expect(tune(examples, { labelCount, ...small, onProgress, ...options })).rejects.toThrow(message);
    // Nothing was refined before.
    expect(seen.filter(({ done }) => done > 0)).toEqual([]);
  });

  function without({ image, ...rest }: TuneExample): TuneExample {
    return rest;
  }

  function space(gaussian: object): Partial<TuneOptions> {
    return { space: { gaussian: { sigmaXY: [1, 2], compatibility: [1, 2], ...gaussian } } };
  }
});

describe('parts', () => {
  test('spaced points have one in each slice of every axis, and are farther apart than random ones', () => {
    const nearest = (points: number[][]) =>
      Math.min(...points.flatMap((a, i) => points.slice(0, i).map((b) => Math.hypot(...a.map((v, k) => v - b[k])))));
    for (const dimensions of [1, 3, 6]) {
      const points = spacedPoints(48, dimensions, seededNumbers(3));
      for (let axis = 0; axis < dimensions; axis++) {
        const slices = points.map((point) => Math.floor(48 * point[axis])).sort((a, b) => a - b);
        expect(slices).toEqual([...Array(48).keys()]);
      }
      const random = randomNumbers(5);
      const scattered = points.map((point) => point.map(() => random()));
      expect(nearest(points)).toBeGreaterThan(nearest(scattered));
    }
  });

  test('permutations have each index once, and depend on the seed', () => {
    const orders = [1, 2].map((seed) => permutation(20, seededNumbers(seed)));
    expect(orders[0]).not.toEqual(orders[1]);
    for (const order of orders) expect([...order].sort((a, b) => a - b)).toEqual([...Array(20).keys()]);
  });

  test('rounds grow to all examples', () => {
    expect(roundSizes(100, 48)).toEqual([11, 33, 100]);
    expect(roundSizes(5, 48)).toEqual([3, 5]);
    expect(roundSizes(2, 48)).toEqual([2]);
    expect(roundSizes(40, 4)).toEqual([40]);
  });

  test('quantiles', () => {
    expect(quantile([1, 2, 4], 0)).toBe(1);
    expect(quantile([1, 2, 4], 0.75)).toBe(3);
    expect(quantile([1, 2, 4], 1)).toBe(4);
  });

  test('a space maps its corners to what the user wrote, and its middle to the geometric mean', () => {
    const space = resolveSpace({ gaussian: { sigmaXY: [0.123456, 8], compatibility: [2, 2] }, bilateral: null }, false);
    const at = (position: number[]) => kernelsAt(space, { position, normalization: 'after' });
    const common = { type: 'gaussian', compatibility: 2, normalization: 'after' };
    expect(at([0])).toEqual([{ ...common, sigmaXY: 0.123456 }]);
    expect(at([1])).toEqual([{ ...common, sigmaXY: 8 }]);
    expect(at([0.5])).toEqual([{ ...common, sigmaXY: 0.994 }]);
  });

  test('relative sigmas stay relative', () => {
    const space = resolveSpace({ sigmaUnit: 'diagonal' }, true);
    const [gaussian, bilateral] = kernelsAt(space, { position: space.varying.map(() => 0), normalization: 'none' });
    expect(gaussian).toMatchObject({ type: 'gaussian', sigmaUnit: 'diagonal', sigmaXY: 0.5 / 625 });
    expect(bilateral).toMatchObject({ type: 'bilateral', sigmaUnit: 'diagonal', sigmaXY: 4 / 625, sigmaRGB: 2 });
  });
});
