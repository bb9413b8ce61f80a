// SPDX-License-Identifier: MIT

import { describe, expect, test } from 'vitest';
import { defaultParameters, resolveParameters } from '../../../src/problem/parameters.js';
import { parametersFromJson } from '../../../src/problem/parameters-json.js';
import type { CrfParameters, ProblemSize } from '../../../src/problem/types.js';
import { embed } from '../../../src/reference/embed.js';
import { kernelFeatures } from '../../../src/reference/features.js';
import { buildLattice } from '../../../src/reference/lattice.js';
import { argumentErrorOf } from '../../support/argument-error.js';

const size: ProblemSize = { width: 6, height: 8, labelCount: 3 };
const gaussian = { type: 'gaussian', sigmaXY: 3 };
const bilateral = { type: 'bilateral', sigmaXY: 80, sigmaRGB: 13 };
const featuresOf = (features: unknown, featureDim: unknown = 1) => ({ type: 'features', features, featureDim });

/** Arguments come from plain JavaScript too: whatever the types say. */
function resolve(parameters: unknown, of: unknown = size) {
  return resolveParameters(parameters as CrfParameters, of as ProblemSize);
}

function holed(values: readonly number[], at: number): number[] {
  const copy = [...values];
  delete copy[at];
  return copy;
}

describe('defaults', () => {
  test('are filled in', () => {
    const resolved = resolve({ kernels: [gaussian, bilateral, featuresOf(new Float32Array(48))] });
    expect(resolved).toMatchObject({ iterations: 5, tolerance: 0, damping: 0, exactWorkLimit: 2e11 });
    expect(resolved.kernels.map(({ compatibility }) => compatibility)).toEqual([
      { kind: 'potts', weight: 3 },
      { kind: 'potts', weight: 10 },
      { kind: 'potts', weight: 10 },
    ]);
    for (const kernel of resolved.kernels) {
      expect(kernel).toMatchObject({ normalization: 'symmetric', method: 'lattice' });
    }
  });

  test('gaussian 3 / 3 and bilateral 80 / 13 / 10, five iterations', () => {
    const { kernels, iterations } = resolve(defaultParameters);
    expect(iterations).toBe(5);
    expect(kernels.map(({ type, sigmas }) => [type, sigmas])).toEqual([
      ['gaussian', [3, 3]],
      ['bilateral', [80, 80, 13, 13, 13]],
    ]);
  });

  test('undefined counts as left out', () => {
    expect(resolve({ kernels: [{ ...gaussian, compatibility: undefined }], iterations: undefined }).iterations).toBe(5);
  });
});

describe('sigmas', () => {
  test('one a dimension: x, y, then r, g, b', () => {
    const kernel = { type: 'bilateral', sigmaXY: [30, 50], sigmaRGB: [8, 13, 20] };
    expect(resolve({ kernels: [kernel] }).kernels[0]).toMatchObject({ featureDim: 5, sigmas: [30, 50, 8, 13, 20] });
  });

  test('in parts of the diagonal, which is 10 here; colours stay on 0..255', () => {
    const kernels = [
      { ...gaussian, sigmaXY: 0.3, sigmaUnit: 'diagonal' },
      { ...bilateral, sigmaXY: [0.5, 1], sigmaUnit: 'diagonal' },
    ];
    const [first, second] = resolve({ kernels }).kernels;
    expect(first.sigmas).toBeAllClose([3, 3]);
    expect(second.sigmas).toBeAllClose([5, 10, 13, 13, 13]);
  });
});

describe('compatibility', () => {
  test('a matrix is symmetrised', () => {
    const compatibility = [
      [0, 1, 3],
      [1, 0, 0.5],
      [2, 0.5, 0],
    ];
    const resolved = resolve({ kernels: [{ ...gaussian, compatibility }] }).kernels[0].compatibility;
    expect(resolved).toEqual({ kind: 'matrix', penalties: Float32Array.of(0, 1, 2.5, 1, 0, 0.5, 2.5, 0.5, 0) });
  });

  test('a vector is a diagonal', () => {
    const resolved = resolve({ kernels: [{ ...gaussian, compatibility: [1, -2, 0] }] }).kernels[0].compatibility;
    expect(resolved).toEqual({ kind: 'diagonal', penalties: Float32Array.of(1, -2, 0) });
  });
});

describe('method', () => {
  test("a kernel's own comes before everybody's", () => {
    const kernels = [{ ...gaussian, method: 'lattice' }, bilateral];
    expect(resolve({ kernels, method: 'exact' }).kernels.map(({ method }) => method)).toEqual(['lattice', 'exact']);
  });

  test("separable as everybody's means the gaussian kernels", () => {
    const kernels = [gaussian, bilateral];
    expect(resolve({ kernels, method: 'separable' }).kernels.map(({ method }) => method)).toEqual([
      'separable',
      'lattice',
    ]);
  });

  test('exact is refused with its cost above the work limit', () => {
    const parameters = { kernels: [{ ...gaussian, method: 'exact' }], iterations: 9 };
    const large = { width: 1000, height: 500, labelCount: 2 };
    const error = argumentErrorOf(() => resolve(parameters, large));
    expect(error.argument).toBe('kernels[0].method');
    expect(error.message).toContain('2.50e+12');
    expect(error.message).toContain('2.00e+11');
    expect(resolve({ ...parameters, exactWorkLimit: Number.POSITIVE_INFINITY }, large).iterations).toBe(9);
  });
});

describe('errors name the argument', () => {
  test.each<[string, unknown]>([
    ['parameters', null],
    ['parameters', []],
    ['kernels', {}],
    ['kernels', { kernels: 3 }],
    ['kernals', { kernels: [], kernals: [] }],
    ['iterations', { kernels: [], iterations: 1.5 }],
    ['iterations', { kernels: [], iterations: -1 }],
    ['iterations', { kernels: [], iterations: 10001 }],
    ['iterations', { kernels: [], iterations: '5' }],
    ['damping', { kernels: [], damping: 1 }],
    ['damping', { kernels: [], damping: -0.1 }],
    ['tolerance', { kernels: [], tolerance: Number.NaN }],
    ['tolerance', { kernels: [], tolerance: -1 }],
    ['method', { kernels: [], method: 'fast' }],
    ['exactWorkLimit', { kernels: [], exactWorkLimit: 0 }],
    ['kernels[0]', { kernels: ['gaussian'] }],
    ['kernels[0].type', { kernels: [{ sigmaXY: 3 }] }],
    ['kernels[1].type', { kernels: [gaussian, { type: 'Gaussian' }] }],
    ['kernels[0].sigmaRGB', { kernels: [{ ...gaussian, sigmaRGB: 3 }] }],
    ['kernels[0].sigmaXY', { kernels: [{ type: 'gaussian' }] }],
    ['kernels[0].sigmaXY', { kernels: [{ ...gaussian, sigmaXY: 0 }] }],
    ['kernels[0].sigmaXY', { kernels: [{ ...gaussian, sigmaXY: Number.POSITIVE_INFINITY }] }],
    ['kernels[0].sigmaXY', { kernels: [{ ...gaussian, sigmaXY: [1, 2, 3] }] }],
    ['kernels[0].sigmaXY[1]', { kernels: [{ ...gaussian, sigmaXY: [1, -2] }] }],
    ['kernels[0].sigmaRGB[2]', { kernels: [{ ...bilateral, sigmaRGB: [1, 2, Number.NaN] }] }],
    ['kernels[0].sigmaUnit', { kernels: [{ ...gaussian, sigmaUnit: 'px' }] }],
    ['kernels[0].normalization', { kernels: [{ ...gaussian, normalization: 'both' }] }],
    ['kernels[0].method', { kernels: [{ ...bilateral, method: 'separable' }] }],
    ['kernels[0].compatibility', { kernels: [{ ...gaussian, compatibility: Number.NaN }] }],
    ['kernels[0].compatibility', { kernels: [{ ...gaussian, compatibility: [1, 2] }] }],
    ['kernels[0].compatibility', { kernels: [{ ...gaussian, compatibility: 'potts' }] }],
    ['kernels[0].compatibility[2]', { kernels: [{ ...gaussian, compatibility: [1, 2, '3'] }] }],
    // Holes, and numbers that are finite in float64 and not in float32.
    ['kernels[0]', { kernels: new Array(1) }],
    ['kernels[0].compatibility[1]', { kernels: [{ ...gaussian, compatibility: holed([1, 2, 3], 1) }] }],
    [
      'kernels[0].compatibility[2][0]',
      {
        kernels: [
          {
            ...gaussian,
            compatibility: [[1, 2, 3], [1, 2, 3], holed([1, 2, 3], 0)],
          },
        ],
      },
    ],
    ['kernels[0].sigmaXY[0]', { kernels: [{ ...gaussian, sigmaXY: holed([1, 2], 0) }] }],
    ['kernels[0].compatibility', { kernels: [{ ...gaussian, compatibility: 1e39 }] }],
    ['kernels[0].compatibility[0]', { kernels: [{ ...gaussian, compatibility: [-1e39, 0, 0] }] }],
    ['kernels[0].sigmaXY', { kernels: [{ ...gaussian, sigmaXY: 1e39 }] }],
    ['kernels[0].sigmaXY', { kernels: [{ ...gaussian, sigmaXY: 1e30, sigmaUnit: 'diagonal' }] }],
    ['tolerance', { kernels: [], tolerance: 1e39 }],
    ['damping', { kernels: [], damping: 1 - 1e-12 }],
    ['damping', { kernels: [], damping: null }],
    [
      'kernels[0].compatibility[1]',
      {
        kernels: [
          {
            ...gaussian,
            compatibility: [
              [1, 2, 3],
              [1, 2],
              [1, 2, 3],
            ],
          },
        ],
      },
    ],
    ['kernels[0].compatibility[0]', { kernels: [{ ...gaussian, compatibility: [1, [1, 2, 3], 3] }] }],
    [
      'kernels[0].compatibility[1][2]',
      {
        kernels: [
          {
            ...gaussian,
            compatibility: [
              [1, 2, 3],
              [1, 2, Number.POSITIVE_INFINITY],
              [1, 2, 3],
            ],
          },
        ],
      },
    ],
    ['kernels[0].features', { kernels: [featuresOf(new Float32Array(47))] }],
    ['kernels[0].features', { kernels: [featuresOf([1, 2, 3])] }],
    ['kernels[0].features[7]', { kernels: [featuresOf(new Float32Array(48).fill(Number.NaN, 7))] }],
    ['kernels[0].featureDim', { kernels: [featuresOf(new Float32Array(48), 0)] }],
    ['kernels[0].featureDim', { kernels: [featuresOf(new Float32Array(48), null)] }],
  ])('%s', (argument, parameters) => {
    expect(argumentErrorOf(() => resolve(parameters)).argument).toBe(argument);
  });

  test.each<[string, unknown]>([
    ['width', { ...size, width: 0 }],
    ['height', { ...size, height: 2.5 }],
    ['labelCount', { ...size, labelCount: Number.NaN }],
    ['width * height * labelCount', { width: 2 ** 16, height: 2 ** 15, labelCount: 2 }],
  ])('%s', (argument, of) => {
    expect(argumentErrorOf(() => resolve({ kernels: [] }, of)).argument).toBe(argument);
  });

  test('with its value and what is allowed', () => {
    expect(argumentErrorOf(() => resolve({ kernels: [{ ...gaussian, sigmaXY: -1 }] })).message).toBe(
      'kernels[0].sigmaXY: got -1, expected a finite number of at least 1e-30 and of at most 1e+30 (pixels)',
    );
  });
});

describe('lattice range', () => {
  const large = { width: 4000, height: 3000, labelCount: 2 };

  test.each([
    { kernel: { type: 'gaussian', sigmaXY: 0.01 }, argument: 'kernels[0].sigmaXY' },
    { kernel: { type: 'gaussian', sigmaXY: [5, 0.01] }, argument: 'kernels[0].sigmaXY[1]' },
    { kernel: { type: 'gaussian', sigmaXY: 1e-6, sigmaUnit: 'diagonal' }, argument: 'kernels[0].sigmaXY' },
    { kernel: { type: 'bilateral', sigmaXY: 50, sigmaRGB: 0.01 }, argument: 'kernels[0].sigmaRGB' },
    { kernel: { type: 'bilateral', sigmaXY: 50, sigmaRGB: [9, 0.01, 9] }, argument: 'kernels[0].sigmaRGB[1]' },
  ])('refuses $argument and says which value will do', ({ kernel, argument }) => {
    const error = argumentErrorOf(() => resolve({ kernels: [kernel] }, large));
    expect(error.argument).toBe(argument);
    const minimum = Number(/at least ([\d.e-]+),/.exec(error.message)?.[1]);
    const repaired = JSON.parse(JSON.stringify(kernel).replace(String(JSON.stringify(error.value)), String(minimum)));
    expect(() => resolve({ kernels: [repaired] }, large)).not.toThrow();
  });

  test('does not hold for the exact method', () => {
    const kernel = { type: 'gaussian', sigmaXY: 0.001, method: 'exact' };
    expect(resolve({ kernels: [kernel] }).kernels[0].method).toBe('exact');
  });

  test('looks at the values of features', () => {
    const features = Float32Array.from({ length: 48 }, (_, i) => 1000 * i);
    const error = argumentErrorOf(() => resolve({ kernels: [featuresOf(features)] }));
    expect(error.argument).toBe('kernels[0].features');
    const factor = Number(/divided by ([\d.e]+) or more/.exec(error.message)?.[1]);
    const smaller = features.map((value) => value / factor);
    expect(() => resolve({ kernels: [featuresOf(smaller)] })).not.toThrow();
  });

  test('keys of the smallest sigmas that pass stay in 16 bits', () => {
    const wide = { width: 30, height: 2, labelCount: 2 };
    const error = argumentErrorOf(() => resolve({ kernels: [{ type: 'gaussian', sigmaXY: 1e-4 }] }, wide));
    const sigmaXY = Number(/at least ([\d.e-]+),/.exec(error.message)?.[1]);
    const [kernel] = resolve({ kernels: [{ type: 'gaussian', sigmaXY }] }, wide).kernels;
    const lattice = buildLattice(embed(kernelFeatures(kernel, wide, null), 2));
    // So far apart, every pixel has vertices of its own: any overflow would make some of them meet.
    expect(lattice.vertexCount).toBeGreaterThan(2 * 60);
  });
});

describe('plain JSON', () => {
  const load = (file: string) => ({ data: Float64Array.of(1, 2, 3, 4, 5, 6), shape: file === 'a.npy' ? [2, 3] : [6] });

  test('a features kernel names its file', async () => {
    const json = { kernels: [gaussian, { type: 'features', file: 'a.npy', compatibility: 4 }], iterations: 3 };
    expect(await parametersFromJson(json, load)).toEqual({
      kernels: [
        gaussian,
        { type: 'features', compatibility: 4, features: Float32Array.of(1, 2, 3, 4, 5, 6), featureDim: 2 },
      ],
      iterations: 3,
    });
  });

  test.each<[string, unknown]>([
    ['parameters', 'text'],
    ['kernels', {}],
    ['kernels[0]', { kernels: [1] }],
    ['kernels[0].file', { kernels: [{ ...gaussian, file: 'a.npy' }] }],
    ['kernels[0].file', { kernels: [{ type: 'features' }] }],
    ['kernels[0].file', { kernels: [{ type: 'features', file: 'flat.npy' }] }],
  ])('errors name the argument: %s', async (argument, json) => {
    await expect(parametersFromJson(json, load)).rejects.toMatchObject({ name: 'ArgumentError', argument });
  });
});
