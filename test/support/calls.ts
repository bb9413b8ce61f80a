// SPDX-License-Identifier: MIT

import type { Refiner } from '../../src/problem/api.js';
import type { CrfParameters, ProblemSize } from '../../src/problem/types.js';
import { drawnImage, drawnLogits } from './problems.js';

export const callSize: ProblemSize = { width: 9, height: 6, labelCount: 5 };
export const callImage = drawnImage(9, 6);
export const callLogits = drawnLogits(callSize);

export const spatial: CrfParameters = { kernels: [{ type: 'gaussian', sigmaXY: 2, compatibility: 2 }], iterations: 2 };
export const coloured: CrfParameters = {
  kernels: [...spatial.kernels, { type: 'bilateral', sigmaXY: 8, sigmaRGB: 30, compatibility: 3 }],
  iterations: 2,
};

/** Values that are no number of iterations. */
export const badCounts: readonly unknown[] = [-1, 1.5, Number.NaN, '2', {}, [], null, Number.POSITIVE_INFINITY, 10001];

type Calls = Record<string, (crf: Refiner) => unknown>;

/** What asks for a Q. */
export const reading: Calls = {
  marginals: (crf) => crf.marginals(),
  labelMap: (crf) => crf.labelMap(),
  confidence: (crf) => crf.confidence(),
  entropy: (crf) => crf.entropy(),
  gpuResults: (crf) => crf.gpuResults(),
  energy: (crf) => crf.energy(),
  step: (crf) => crf.step(),
};

/** What begins from an input. */
export const beginning: Calls = {
  'refine({})': (crf) => crf.refine({}),
  'start({})': (crf) => crf.start({}),
  'refine with an image alone': (crf) => crf.refine({ image: callImage }),
  'refine without an image': (crf) => crf.refine({ unary: { logits: callLogits } }),
  'start without an image': (crf) => crf.start({ unary: { logits: callLogits } }),
  'refine from nothing': (crf) => crf.refine({ image: callImage, unary: { logits: callLogits }, warmStart: true }),
};

export const others: Calls = {
  setParameters: (crf) => crf.setParameters(spatial),
  invalidPixelCount: (crf) => crf.invalidPixelCount(),
};

export const stepping: Calls = Object.fromEntries(
  badCounts.map((count) => [`step(${String(count)})`, (crf) => crf.step(count as number)]),
);

/** Class and text of what each call throws; 'nothing' where it throws nothing. */
export async function refusalsOf(crf: Refiner, calls: Calls): Promise<Record<string, string>> {
  const refusals: Record<string, string> = {};
  for (const [name, call] of Object.entries(calls)) {
    refusals[name] = await Promise.resolve()
      .then(() => call(crf))
      .then(
        () => 'nothing',
        (error: Error) => `${error.name}: ${error.message}`,
      );
  }
  return refusals;
}

/** What every backend refuses, by the state it is in. Leaves the engine destroyed. */
export async function allRefusals(crf: Refiner): Promise<Record<string, Record<string, string>>> {
  const fresh = await refusalsOf(crf, { ...reading, ...beginning, ...stepping });
  crf.setParameters(spatial);
  await crf.start({ unary: { logits: callLogits } });
  crf.setParameters(coloured);
  const imageless = await refusalsOf(crf, {
    step: reading.step,
    energy: reading.energy,
    'refine({})': beginning['refine({})'],
    'start({})': beginning['start({})'],
    ...stepping,
  });
  crf.setParameters(spatial);
  await crf.step(1);
  const started = await refusalsOf(crf, stepping);
  crf.destroy();
  crf.destroy();
  const destroyed = await refusalsOf(crf, { ...reading, ...beginning, ...stepping, ...others });
  return { fresh, imageless, started, destroyed };
}

/** Marginals after calls that were not waited for, whose arguments are used for something else as soon as they were made. */
export async function afterReuse(create: (parameters: CrfParameters) => Promise<Refiner>): Promise<Float32Array[]> {
  const { width, height } = callSize;
  const features = Float32Array.from({ length: 2 * width * height }, (_unused, index) => (index % 13) / 4);
  const matrix: number[][] = Array.from({ length: 5 }, (_row, a) =>
    Array.from({ length: 5 }, (_column, b) => (a === b ? 0 : 2)),
  );
  const given: CrfParameters = {
    kernels: [...coloured.kernels, { type: 'features', features, featureDim: 2, compatibility: 1 }],
    iterations: 2,
  };
  const creating = create(given);
  const scramble = (values: { fill(value: number): unknown }) => values.fill(0.25);
  scramble(features);
  const crf = await creating;
  const results: Promise<Float32Array>[] = [];
  const calls: Promise<unknown>[] = [];
  const logits = callLogits.slice();
  const doubles = Float64Array.from(callLogits, (logit) => -logit);
  const labels = Uint8Array.from({ length: width * height }, (_unused, index) => index % 5);
  const image = { ...callImage, data: new Uint8Array(callImage.data) };
  calls.push(crf.refine({ image, unary: { logits } }));
  scramble(logits);
  image.data.fill(0);
  results.push(crf.marginals());
  const next = { kernels: [{ ...spatial.kernels[0], compatibility: matrix }], iterations: 2 };
  crf.setParameters(next);
  matrix[0].fill(9);
  next.iterations = 7;
  // Other rows are laid out of what the first call was given, and of nothing that has become of it.
  calls.push(crf.refine({}));
  results.push(crf.marginals());
  calls.push(crf.refine({ unary: { unary: doubles } }));
  scramble(doubles);
  results.push(crf.marginals());
  calls.push(crf.refine({ unary: { labels } }));
  labels.fill(1);
  results.push(crf.marginals());
  crf.setParameters(coloured);
  calls.push(crf.refine({ warmStart: true }));
  results.push(crf.marginals());
  await Promise.all(calls);
  const marginals = await Promise.all(results);
  crf.destroy();
  return marginals;
}

/** The same calls, waited for one by one, with arguments that nobody touches. */
export async function withoutReuse(create: (parameters: CrfParameters) => Promise<Refiner>): Promise<Float32Array[]> {
  const { width, height } = callSize;
  const features = Float32Array.from({ length: 2 * width * height }, (_unused, index) => (index % 13) / 4);
  const matrix: number[][] = Array.from({ length: 5 }, (_row, a) =>
    Array.from({ length: 5 }, (_column, b) => (a === b ? 0 : 2)),
  );
  const crf = await create({
    kernels: [...coloured.kernels, { type: 'features', features, featureDim: 2, compatibility: 1 }],
    iterations: 2,
  });
  const marginals: Float32Array[] = [];
  await crf.refine({ image: callImage, unary: { logits: callLogits } });
  marginals.push(await crf.marginals());
  crf.setParameters({ kernels: [{ ...spatial.kernels[0], compatibility: matrix }], iterations: 2 });
  await crf.refine({});
  marginals.push(await crf.marginals());
  await crf.refine({ unary: { unary: callLogits.map((logit) => -logit) } });
  marginals.push(await crf.marginals());
  await crf.refine({ unary: { labels: Uint8Array.from({ length: width * height }, (_unused, index) => index % 5) } });
  marginals.push(await crf.marginals());
  crf.setParameters(coloured);
  await crf.refine({ warmStart: true });
  marginals.push(await crf.marginals());
  crf.destroy();
  return marginals;
}
