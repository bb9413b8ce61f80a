// SPDX-License-Identifier: MIT

import { describe, expect, test } from 'vitest';
import { CpuCrf } from '../../../src/cpu/cpu-crf.js';
import { defaultParameters, resolveParameters } from '../../../src/problem/parameters.js';
import type { CrfParameters, Kernel, ProblemSize } from '../../../src/problem/types.js';
import { kernelFeatures } from '../../../src/reference/features.js';
import {
  naiveExactKernel,
  naiveLatticeKernel,
  naiveMeanField,
  naiveNormalize,
  pottsPenalties,
} from '../../support/naive-crf.js';
import { randomFloats, randomImage, randomMarginals } from '../../support/random.js';

// No round sigmas: these put no pixel half-way between two simplices, where float32 and double precision part.
const gaussian: Kernel = { type: 'gaussian', sigmaXY: 2.13, compatibility: 2 };
const bilateral: Kernel = { type: 'bilateral', sigmaXY: 8.17, sigmaRGB: 41.3, compatibility: 4 };

interface Problem {
  size: ProblemSize;
  image: Uint8ClampedArray;
  unary: Float32Array;
}

function randomProblem(width: number, height: number, labelCount: number): Problem {
  const pixelCount = width * height;
  return {
    size: { width, height, labelCount },
    image: randomImage(pixelCount, 1),
    unary: randomFloats(pixelCount * labelCount, 2, 3),
  };
}

function createCrf({ size, image, unary }: Problem, parameters: CrfParameters): CpuCrf {
  const crf = new CpuCrf(size, resolveParameters(parameters, size));
  crf.setImage(image);
  crf.setUnary(unary);
  crf.start();
  return crf;
}

/** The same by dense matrices in double precision, symmetric normalisation, Potts. */
function naiveMarginals({ size, image, unary }: Problem, parameters: CrfParameters): number[] {
  const { labelCount } = size;
  const { kernels, iterations, damping } = resolveParameters(parameters, size);
  const dense = kernels.map((kernel) => {
    const features = kernelFeatures(kernel, size, image);
    const matrix =
      kernel.method === 'exact'
        ? naiveExactKernel(features, kernel.featureDim)
        : naiveLatticeKernel(features, kernel.featureDim).kernel;
    const weight = kernel.compatibility.kind === 'potts' ? kernel.compatibility.weight : Number.NaN;
    return { kernel: naiveNormalize(matrix, 'symmetric'), penalties: pottsPenalties(weight, labelCount) };
  });
  return naiveMeanField(unary, labelCount, dense, iterations, damping).flat();
}

describe.each(['lattice', 'exact'] as const)('%s: every size gives what dense matrices give', (method) => {
  test.each([
    { width: 1, height: 1, labelCount: 2 },
    { width: 1, height: 1, labelCount: 1 },
    { width: 1, height: 9, labelCount: 3 },
    { width: 11, height: 1, labelCount: 2 },
    { width: 3, height: 5, labelCount: 4 },
    { width: 7, height: 7, labelCount: 3 },
    { width: 9, height: 6, labelCount: 1 },
    { width: 6, height: 5, labelCount: 150 },
  ])('$width×$height, $labelCount labels', ({ width, height, labelCount }) => {
    const problem = randomProblem(width, height, labelCount);
    const parameters: CrfParameters = { kernels: [gaussian, bilateral], iterations: 3, method };
    const crf = createCrf(problem, parameters);
    crf.run();
    expect(crf.marginals()).toBeAllClose(naiveMarginals(problem, parameters), { tolerance: 2e-5 });
  });

  test.each([1, 3, 7])('features of %i dimensions', (featureDim) => {
    const problem = randomProblem(25, 1, 3);
    const features = randomFloats(25 * featureDim, 3, 2);
    const kernels: Kernel[] = [{ type: 'features', features, featureDim, compatibility: 3 }];
    const parameters: CrfParameters = { kernels, iterations: 4, method };
    const crf = createCrf(problem, parameters);
    crf.run();
    expect(crf.marginals()).toBeAllClose(naiveMarginals(problem, parameters), { tolerance: 2e-5 });
  });
});

test('on a constant image the bilateral kernel is a spatial one', () => {
  const problem = { ...randomProblem(12, 10, 3), image: new Uint8ClampedArray(480).fill(200) };
  const exact = { iterations: 3, method: 'exact' } as const;
  const coloured = createCrf(problem, { kernels: [{ ...bilateral, sigmaXY: 4 }], ...exact });
  const spatial = createCrf(problem, { kernels: [{ ...gaussian, sigmaXY: 4, compatibility: 4 }], ...exact });
  coloured.run();
  spatial.run();
  expect(coloured.marginals()).toBeAllClose(spatial.marginals(), { tolerance: 1e-6 });
});

test('the separable method is near the exact one', () => {
  const problem = randomProblem(14, 9, 3);
  const run = (method: 'separable' | 'exact') => {
    const crf = createCrf(problem, { kernels: [gaussian], method });
    crf.run();
    return crf.marginals();
  };
  expect(run('separable')).toBeAllClose(run('exact'), { tolerance: 1e-3 });
});

test('a matrix w(1 - I) and a vector -w do what the Potts number w does', () => {
  const problem = randomProblem(9, 8, 3);
  const forms = [4, [-4, -4, -4], [0, 1, 2].map((a) => [0, 1, 2].map((b) => (a === b ? 0 : 4)))];
  const [number, vector, matrix] = forms.map((compatibility) => {
    const crf = createCrf(problem, { kernels: [{ ...bilateral, compatibility }], iterations: 3 });
    crf.run();
    return crf.marginals();
  });
  expect(vector).toBeAllClose(number, { tolerance: 1e-6 });
  expect(matrix).toBeAllClose(number, { tolerance: 1e-5 });
});

test('kernels of any compatibility go together', () => {
  const problem = randomProblem(9, 8, 3);
  const split = createCrf(problem, {
    kernels: [
      { ...bilateral, compatibility: 1 },
      { ...bilateral, compatibility: [-3, -3, -3] },
    ],
  });
  const whole = createCrf(problem, { kernels: [bilateral] });
  split.run();
  whole.run();
  expect(split.marginals()).toBeAllClose(whole.marginals(), { tolerance: 1e-5 });
});

describe('iterations', () => {
  const problem = randomProblem(13, 9, 3);
  const kernels = [gaussian, bilateral];

  test('runs are the same to the bit', () => {
    const [a, b] = [0, 1].map(() => {
      const crf = createCrf(problem, { kernels });
      crf.run();
      return crf.marginals();
    });
    expect(a).toEqual(b);
  });

  test('start gives softmax(-unary), also after a run', () => {
    const crf = createCrf(problem, { kernels });
    const first = crf.marginals();
    expect(first).toBeAllClose(naiveMarginals(problem, { kernels: [], iterations: 0 }), { tolerance: 1e-6 });
    crf.run();
    crf.start();
    expect(crf.marginals()).toEqual(first);
  });

  test('steps add up to a run', () => {
    const stepped = createCrf(problem, { kernels, iterations: 4 });
    for (let i = 0; i < 4; i++) stepped.step();
    const run = createCrf(problem, { kernels, iterations: 4 });
    expect(run.run().iterations).toBe(4);
    expect(stepped.marginals()).toEqual(run.marginals());
  });

  test('no iteration changes nothing, and nothing was measured', () => {
    const crf = createCrf(problem, { kernels, iterations: 0 });
    expect(crf.run()).toEqual({ iterations: 0, change: Number.NaN });
  });

  test('a warm start goes on where an earlier run stopped', () => {
    const whole = createCrf(problem, { kernels, iterations: 5 });
    whole.run();
    const first = createCrf(problem, { kernels, iterations: 2 });
    first.run();
    const second = createCrf(problem, { kernels, iterations: 3 });
    second.start(first.marginals());
    second.run();
    expect(second.marginals()).toEqual(whole.marginals());
  });

  test('change is max |ΔQ|', () => {
    const crf = createCrf(problem, { kernels });
    const before = crf.marginals();
    const { change } = crf.step();
    const after = crf.marginals();
    const expected = Math.max(...before.map((value, i) => Math.abs(value - after[i])));
    expect(change).toBeCloseTo(expected, 6);
  });

  test('a tolerance ends the iterations', () => {
    const crf = createCrf(problem, { kernels, iterations: 1000, tolerance: 1e-3 });
    const { iterations, change } = crf.run();
    expect(iterations).toBeLessThan(1000);
    expect(change).toBeLessThanOrEqual(1e-3);
    const shorter = createCrf(problem, { kernels, iterations: iterations - 1 });
    expect(shorter.run().change).toBeGreaterThan(1e-3);
  });

  test('damping mixes the old Q in', () => {
    const parameters = { kernels: [gaussian], iterations: 3, damping: 0.4 };
    const crf = createCrf(problem, parameters);
    crf.run();
    expect(crf.marginals()).toBeAllClose(naiveMarginals(problem, parameters), { tolerance: 2e-5 });
  });

  test('KL falls from iteration to iteration when damped', () => {
    const crf = createCrf(problem, { kernels, damping: 0.5 });
    let last = crf.energy().kl;
    for (let i = 0; i < 6; i++) {
      crf.step();
      const { kl } = crf.energy();
      expect(kl).toBeLessThan(last + 1e-6 * Math.abs(last));
      last = kl;
    }
  });
});

describe('what comes out', () => {
  const problem = randomProblem(8, 6, 4);
  const crf = createCrf(problem, { kernels: [gaussian] });
  crf.run();

  test('belongs together', () => {
    const q = crf.marginals();
    const labels = crf.labelMap();
    const confidence = crf.confidence();
    const entropy = crf.entropy();
    for (let pixel = 0; pixel < 48; pixel++) {
      const row = [0, 1, 2, 3].map((label) => q[label * 48 + pixel]);
      expect(row.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 6);
      expect(labels[pixel]).toBe(row.indexOf(Math.max(...row)));
      expect(confidence[pixel]).toBe(Math.max(...row));
      expect(entropy[pixel]).toBeLessThanOrEqual(Math.log(4));
    }
  });

  test('is a copy', () => {
    crf.marginals().fill(0);
    expect(crf.marginals()[0]).toBeGreaterThan(0);
  });

  test('asking for the energy changes nothing', () => {
    const before = crf.marginals();
    crf.energy();
    expect(crf.marginals()).toEqual(before);
  });
});

describe('what changes between calls', () => {
  const problem = randomProblem(10, 9, 3);
  const size = problem.size;

  /** Both must give the same as a new CRF with the last parameters and image. */
  function expectLikeNew(crf: CpuCrf, last: Problem, parameters: CrfParameters): void {
    crf.start();
    crf.run();
    const fresh = createCrf(last, parameters);
    fresh.run();
    expect(crf.marginals()).toEqual(fresh.marginals());
    expect(crf.latticeStatistics()).toEqual(fresh.latticeStatistics());
  }

  test.each<[string, CrfParameters]>([
    ['compatibility', { kernels: [gaussian, { ...bilateral, compatibility: [-1, -2, -9] }] }],
    ['normalization', { kernels: [gaussian, { ...bilateral, normalization: 'after' }] }],
    ['sigmas', { kernels: [gaussian, { ...bilateral, sigmaRGB: 25 }] }],
    ['method', { kernels: [{ ...gaussian, method: 'exact' }, bilateral] }],
    ['order', { kernels: [bilateral, gaussian] }],
    ['number of kernels', { kernels: [bilateral] }],
    ['a kernel twice', { kernels: [gaussian, gaussian, bilateral] }],
    ['iterations and damping', { kernels: [gaussian, bilateral], iterations: 2, damping: 0.3 }],
  ])('%s', (_, parameters) => {
    const crf = createCrf(problem, { kernels: [gaussian, bilateral] });
    crf.run();
    crf.setParameters(resolveParameters(parameters, size));
    expectLikeNew(crf, problem, parameters);
  });

  test('the image', () => {
    const crf = createCrf(problem, { kernels: [gaussian, bilateral] });
    crf.run();
    const next = { ...problem, image: randomImage(90, 77) };
    crf.setImage(next.image);
    expectLikeNew(crf, next, { kernels: [gaussian, bilateral] });
  });

  test('the unary', () => {
    const crf = createCrf(problem, { kernels: [gaussian, bilateral] });
    crf.run();
    const next = { ...problem, unary: randomFloats(270, 78, 3) };
    crf.setUnary(next.unary);
    expectLikeNew(crf, next, { kernels: [gaussian, bilateral] });
  });

  test('the vertices are counted kernel by kernel', () => {
    const exact: Kernel = { ...gaussian, method: 'exact' };
    const crf = createCrf(problem, { kernels: [exact, bilateral] });
    const [first, second] = crf.latticeStatistics();
    expect(first).toEqual({ kernel: 0, vertexCount: null });
    const [resolved] = resolveParameters({ kernels: [bilateral] }, size).kernels;
    const features = kernelFeatures(resolved, size, problem.image);
    expect(second.vertexCount).toBe(naiveLatticeKernel(features, 5).vertexCount);
  });
});

describe('misuse', () => {
  const { size, image, unary } = randomProblem(4, 3, 2);
  const crf = () => new CpuCrf(size, resolveParameters(defaultParameters, size));

  test('says what has to come first', () => {
    expect(() => crf().start()).toThrow('setUnary');
    expect(() => crf().step()).toThrow('start');
    expect(() => crf().marginals()).toThrow('start');
    const imageless = crf();
    imageless.setUnary(unary);
    imageless.start();
    expect(() => imageless.step()).toThrow('setImage');
    expect(imageless.latticeStatistics()[1].vertexCount).toBeNull();
  });

  test('says which length was expected', () => {
    expect(() => crf().setUnary(unary.subarray(1))).toThrow('23 values, expected 24');
    expect(() => crf().setImage(image.subarray(4))).toThrow('44 values, expected 48');
    const started = crf();
    started.setUnary(unary);
    expect(() => started.start(randomMarginals(11, 2, 1))).toThrow('22 values, expected 24');
  });
});
