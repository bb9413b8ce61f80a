// SPDX-License-Identifier: MIT

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readFloatNpy } from '../../src/cli/files/npy.js';
import { cameraFrames } from '../support/camera-frames.js';
import { type FirefoxPage, openFirefox } from '../support/firefox.js';
import type { readOnCpu } from '../support/frame-page.js';
import { goldenFile, goldenMarginals, goldenTolerance } from '../support/golden.js';
import type { PlainProblem } from '../support/golden-page.js';
import { type GoldenProblem, loadGoldenProblem } from '../support/golden-problem.js';
import { spiral } from '../support/masks.js';

let firefox: FirefoxPage;
beforeAll(async () => {
  firefox = await openFirefox();
});
afterAll(() => firefox?.finish());

function plain({ size, kernels, image, unary }: GoldenProblem): PlainProblem {
  return {
    size,
    kernels: kernels.map((kernel) => ('features' in kernel ? { ...kernel, features: [...kernel.features] } : kernel)),
    unary: [...unary],
    image: image && [...image],
  } as PlainProblem;
}

/** Small ones, of every kind of kernel, compatibility and normalization, and one of two labels: lavapipe compiles for as long as it takes to run them all. */
const names = [
  'anisotropic',
  'bilateral-before',
  'bilateral-none',
  'compatibility-diagonal',
  'compatibility-matrix',
  'default-5-labels',
  'features-grey-3d',
  'gaussian-after',
  'scribbles-2-labels',
] as const;
const iterations = 5;

test.each(names)('%s: the lattice gives pydensecrf’s Q', async (name) => {
  const problem = plain(await loadGoldenProblem(name));
  const found = await firefox.call<number[]>('golden-page.ts', 'marginalsOf', problem, 'lattice', iterations);
  const tolerance = goldenTolerance(iterations);
  expect(found).toBeAllClose(await goldenMarginals(name, iterations), { tolerance });
});

describe.each([
  ['gaussian-symmetric', 'exact'],
  ['gaussian-after', 'separable'],
  ['features-grey-3d', 'exact'],
] as const)('%s', (name, method) => {
  test(`method ${method} gives the double-precision Q`, async () => {
    const problem = plain(await loadGoldenProblem(name));
    const found = await firefox.call<number[]>('golden-page.ts', 'marginalsOf', problem, method, iterations);
    const expected = (await readFloatNpy(goldenFile(name, `exact_${iterations}.npy`))).data;
    expect(found).toBeAllClose(expected, { tolerance: 1e-4 });
  });
});

test.each(cameraFrames)('the CPU reads a VideoFrame %s as it is drawn', async (_name, init, size) => {
  type Read = Awaited<ReturnType<typeof readOnCpu>>;
  const { drawn, read } = await firefox.call<Read>('frame-page.ts', 'readOnCpu', init);
  expect([read.width, read.height]).toEqual(size);
  expect(read.data).toBeAllClose(drawn.data, { tolerance: 6 });
});

test('operations on masks give what the CPU has', async () => {
  const { data, width, height } = spiral(20);
  const given = { data: [...data].map((value, pixel) => (pixel % 7 === 0 ? 2 : value)), width, height };
  expect(await firefox.call('mask-page.ts', 'differingOperations', given)).toEqual([]);
});
