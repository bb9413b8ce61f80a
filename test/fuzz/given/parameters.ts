// SPDX-License-Identifier: MIT

import * as fc from 'fast-check';
import type {
  Compatibility,
  CrfParameters,
  Kernel,
  Method,
  Normalization,
  ProblemSize,
  SigmaUnit,
} from '../../../src/problem/types.js';
import { randomNumbers } from '../../support/random.js';

/** Parameters in a few numbers; what depends on the size is drawn from seeds once the size is known. */
export interface GivenParameters {
  kernels: readonly GivenKernel[];
  iterations: number;
  method: Method | null;
  tolerance: number;
  damping: number;
}

export type GivenKernel = GivenSpatial | GivenBilateral | GivenFeatures;

interface GivenCommon {
  compatibility: GivenCompatibility;
  normalization: Normalization | null;
  method: Method | null;
}

interface GivenSpatial extends GivenCommon {
  type: 'gaussian';
  sigmaXY: number | readonly [number, number];
  sigmaUnit: SigmaUnit;
}

interface GivenBilateral extends GivenCommon {
  type: 'bilateral';
  sigmaXY: number | readonly [number, number];
  sigmaRGB: number | readonly [number, number, number];
  sigmaUnit: SigmaUnit;
}

interface GivenFeatures extends GivenCommon {
  type: 'features';
  featureDim: number;
  seed: number;
  /** Features lie in -scale..scale. */
  scale: number;
  /** Whole numbers put many points on the borders of simplices. */
  rounded: boolean;
}

export type GivenCompatibility =
  | { kind: 'potts'; weight: number | null }
  | { kind: 'vector' | 'matrix'; seed: number; scale: number };

/** How far parameters go. */
export interface ParameterBounds {
  /** Weights and penalties at which messages amplify rounding without limit are left out. */
  mild: boolean;
  largestFeatureDim: number;
  kernelCount: number;
}

const normalizations = fc.option(fc.constantFrom<Normalization>('symmetric', 'none', 'before', 'after'), { freq: 4 });

function compatibility({ mild }: ParameterBounds): fc.Arbitrary<GivenCompatibility> {
  const weight = mild
    ? fc.constantFrom(1, 2, -0.5, 0)
    : fc.oneof(
        { weight: 15, arbitrary: fc.constantFrom(3, 0.5, 10, -2, 0) },
        { weight: 1, arbitrary: fc.constantFrom(300, 1e5, -1e3, 1e-30) },
      );
  const scale = mild ? fc.constantFrom(1, 0.3) : fc.constantFrom(1, 4, 20);
  return fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('potts' as const),
        weight: fc.option(weight, { freq: mild ? 1_000_000 : 8 }),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constantFrom('vector' as const, 'matrix' as const), seed: fc.nat(99), scale }),
    },
  );
}

const sigmaXY = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(3, 1, 0.5, 8, 2.13) },
  { weight: 1, arbitrary: fc.constantFrom(80, 0.1, 1000) },
);
const sigmasXY = fc.oneof({ weight: 2, arbitrary: sigmaXY }, { weight: 1, arbitrary: fc.tuple(sigmaXY, sigmaXY) });
const sigmaRGB = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(13, 40, 5) },
  { weight: 1, arbitrary: fc.constantFrom(1, 300) },
);
const sigmasRGB = fc.oneof(
  { weight: 2, arbitrary: sigmaRGB },
  { weight: 1, arbitrary: fc.tuple(sigmaRGB, sigmaRGB, sigmaRGB) },
);
const sigmaUnit = fc.oneof(
  { weight: 4, arbitrary: fc.constant<SigmaUnit>('pixels') },
  { weight: 1, arbitrary: fc.constant<SigmaUnit>('diagonal') },
);

function givenKernel(bounds: ParameterBounds): fc.Arbitrary<GivenKernel> {
  const common = {
    compatibility: compatibility(bounds),
    normalization: bounds.mild ? fc.constantFrom<Normalization>('symmetric', 'before', 'after') : normalizations,
  };
  const lattice = fc.oneof(
    { weight: 3, arbitrary: fc.constant(null) },
    { weight: 1, arbitrary: fc.constantFrom<Method>('exact', 'lattice') },
  );
  const spatial = fc.record({
    ...common,
    type: fc.constant('gaussian' as const),
    sigmaXY: sigmasXY,
    sigmaUnit,
    method: fc.oneof(lattice, fc.constant<Method>('separable')),
  });
  const bilateral = fc.record({
    ...common,
    type: fc.constant('bilateral' as const),
    sigmaXY: sigmasXY,
    sigmaRGB: sigmasRGB,
    sigmaUnit,
    method: lattice,
  });
  const usualDim = fc.integer({ min: 1, max: Math.min(4, bounds.largestFeatureDim) });
  const largeDim = fc.constantFrom(...[8, 6, 17, 64, 90].filter((dim) => dim <= bounds.largestFeatureDim), 1);
  const features = fc.record({
    ...common,
    type: fc.constant('features' as const),
    featureDim: fc.oneof({ weight: 4, arbitrary: usualDim }, { weight: 1, arbitrary: largeDim }),
    seed: fc.nat(999),
    scale: fc.constantFrom(1, 4, 0),
    rounded: fc.boolean(),
    method: lattice,
  });
  return fc.oneof(
    { weight: 3, arbitrary: spatial },
    { weight: 3, arbitrary: bilateral },
    { weight: 2, arbitrary: features },
  );
}

export function givenParameters(bounds: ParameterBounds): fc.Arbitrary<GivenParameters> {
  return fc.record({
    kernels: fc.array(givenKernel(bounds), { maxLength: bounds.kernelCount }),
    iterations: fc.integer({ min: 0, max: 6 }),
    method: fc.option(fc.constantFrom<Method>('separable', 'lattice', 'exact'), { freq: 3 }),
    tolerance: fc.oneof(
      { weight: 3, arbitrary: fc.constant(0) },
      { weight: 1, arbitrary: fc.constantFrom(1e-3, 0.02, 0.3, 1) },
    ),
    damping: fc.oneof(
      { weight: 3, arbitrary: fc.constant(0) },
      { weight: 1, arbitrary: fc.constantFrom(0.5, 0.1, 0.95) },
    ),
  });
}

/** What a caller passes. */
export function parametersOf(given: GivenParameters, size: ProblemSize): CrfParameters {
  const { kernels, method, iterations, tolerance, damping } = given;
  return {
    kernels: kernels.map((kernel) => kernelOf(kernel, size)),
    iterations,
    tolerance,
    damping,
    ...(method === null ? undefined : { method }),
  };
}

function kernelOf(given: GivenKernel, size: ProblemSize): Kernel {
  const common = {
    ...compatibilityOf(given.compatibility, size.labelCount),
    ...(given.normalization === null ? undefined : { normalization: given.normalization }),
    ...(given.method === null ? undefined : { method: given.method }),
  };
  const { type } = given;
  if (type === 'gaussian') return { type, ...common, sigmaXY: given.sigmaXY, sigmaUnit: given.sigmaUnit };
  if (type === 'bilateral') {
    return { type, ...common, sigmaXY: given.sigmaXY, sigmaRGB: given.sigmaRGB, sigmaUnit: given.sigmaUnit };
  }
  const random = randomNumbers(given.seed);
  const features = Float32Array.from({ length: given.featureDim * size.width * size.height }, () => {
    const value = given.scale * (2 * random() - 1);
    return given.rounded ? Math.round(value) : value;
  });
  return { type, ...common, features, featureDim: given.featureDim };
}

function compatibilityOf(given: GivenCompatibility, labelCount: number): { compatibility?: Compatibility } {
  if (given.kind === 'potts') return given.weight === null ? {} : { compatibility: given.weight };
  const random = randomNumbers(given.seed);
  const row = () => Array.from({ length: labelCount }, () => given.scale * (random() - 0.6));
  // One label has a vector of one number and no room for rows.
  if (given.kind === 'vector') return { compatibility: row() };
  return { compatibility: Array.from({ length: labelCount }, row) };
}
