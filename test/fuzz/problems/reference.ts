// SPDX-License-Identifier: MIT

import { CpuCrf } from '../../../src/cpu/cpu-crf.js';
import { Kernel } from '../../../src/cpu/kernel.js';
import type { Energy, ProblemSize, ResolvedKernel, ResolvedParameters } from '../../../src/problem/types.js';
import { randomNumbers } from '../../support/random.js';
import type { Answer } from './answer.js';

/** A problem as the plain reference takes it. */
export interface PlainProblem {
  size: ProblemSize;
  parameters: ResolvedParameters;
  /** RGBA, or null where there is no image. */
  image: Uint8Array | null;
  /** -log p, [label, y, x] */
  energies: Float32Array;
  /** How far sampling a coarse array in float32 may put an energy off. */
  samplingError: number;
}

/** What the reference finds, and how far another order of float32 sums may lead from it. */
export interface Judgement {
  answer: Answer;
  /** Of any Q. */
  tolerance: number;
  /** Of the largest change in an iteration: Q before it may be less sure than Q after it. */
  changeTolerance: number;
  energyTolerance: number;
  /** Rounding alone decides: no engine can be judged by this problem's numbers. */
  isUnstable: boolean;
  /** Whether the count of iterations hangs on rounding. */
  isStopClear: boolean;
}

/** Rounding of one score that other engines may differ by: eight steps of float32, of the score's terms together. */
const scoreRounding = 2 ** -21;
/** Beyond this WebGPU holds a pixel's energies relative to their lowest: shaders/shared/energies.wgsl. */
const ordinaryEnergy = 1e36;
/** Another engine's rounding takes other turns than the two that are tried here. */
const safety = 8;
const leastTolerance = 3e-6;
/** Above this a comparison says nothing. */
const unstableTolerance = 0.05;

/**
 * Mean field amplifies rounding by up to half the sum of all weights an iteration. The bound is of no use after five iterations, so the
 * amplification of this very problem is measured: the reference runs again on energies that are off by the rounding of its scores.
 */
export function judge(problem: PlainProblem): Judgement {
  const { energies, size } = problem;
  const plain = run(problem, energies);
  const reach = largestMessage(problem);
  const others = [1, 2].map((seed) => run(problem, shaken(problem, reach, seed)));
  const spread = Math.max(...others.map(({ answer }) => largestDifference(answer.marginals, plain.answer.marginals)));
  const tolerance = leastTolerance + safety * spread;
  const changeSpread = Math.max(...others.flatMap(({ changes }) => differencesOf(changes, plain.changes)));
  const changeTolerance = Math.max(2 * tolerance, leastTolerance + safety * changeSpread);
  const largest = largestMagnitude(energies);
  const terms = largest + reach + Math.log(size.labelCount);
  const energySpread = Math.max(...others.map(({ answer }) => energyDifference(answer.energy, plain.answer.energy)));
  return {
    answer: plain.answer,
    tolerance,
    changeTolerance,
    energyTolerance:
      largest > ordinaryEnergy
        ? Number.POSITIVE_INFINITY
        : safety * energySpread + 1e-5 * size.width * size.height * terms,
    isUnstable: !(tolerance <= unstableTolerance),
    isStopClear: plain.changes.every((change) => isClear(change, problem.parameters.tolerance, changeTolerance)),
  };
}

function isClear(change: number, limit: number, tolerance: number): boolean {
  return limit === 0 || Math.abs(change - limit) > tolerance;
}

/** Of iterations that both did. */
function differencesOf(some: readonly number[], others: readonly number[]): number[] {
  return some.slice(0, others.length).map((change, i) => Math.abs(change - others[i]));
}

function run(
  { size, parameters, image }: PlainProblem,
  energies: Float32Array,
): { answer: Answer; changes: readonly number[] } {
  const crf = new CpuCrf(size, parameters);
  if (image) crf.setImage(image);
  crf.setUnary(energies);
  crf.start();
  const { iterations, tolerance } = parameters;
  const changes: number[] = [];
  while (changes.length < iterations && !(tolerance > 0 && changes.some((change) => change <= tolerance))) {
    changes.push(crf.step().change);
  }
  const report = {
    iterations: changes.length,
    change: tolerance > 0 ? (changes.at(-1) ?? Number.NaN) : Number.NaN,
    vertexCounts: crf.latticeStatistics().map(({ vertexCount }) => vertexCount),
    timings: [],
  };
  const answer = {
    engine: 'reference',
    report,
    marginals: crf.marginals(),
    labelMap: crf.labelMap(),
    confidence: crf.confidence(),
    entropy: crf.entropy(),
    energy: crf.energy(),
  };
  return { answer, changes };
}

function shaken({ energies, samplingError }: PlainProblem, reach: number, seed: number): Float32Array {
  const random = randomNumbers(seed);
  const limit = 3.4028234663852886e38;
  return energies.map((energy) => {
    const amplitude = (Math.abs(energy) + reach) * scoreRounding + samplingError;
    return Math.min(Math.max(energy + amplitude * (2 * random() - 1), -limit), limit);
  });
}

/** Σ over kernels of the largest message that any Q can have. */
function largestMessage({ size, parameters, image }: PlainProblem): number {
  const pixelCount = size.width * size.height;
  return parameters.kernels.reduce((sum, kernel) => {
    const plain = { ...kernel, compatibility: { kind: 'potts' as const, weight: 1 } };
    const ones = new Float32Array(pixelCount);
    new Kernel({ ...size, labelCount: 1 }, plain).addMessage(new Float32Array(pixelCount).fill(1), image, ones);
    return sum + largestPenalty(kernel, size.labelCount) * largestMagnitude(ones);
  }, 0);
}

function largestPenalty({ compatibility }: ResolvedKernel, labelCount: number): number {
  if (compatibility.kind === 'potts') return Math.abs(compatibility.weight);
  const { penalties } = compatibility;
  if (compatibility.kind === 'diagonal') return largestMagnitude(penalties);
  const rows = Array.from({ length: labelCount }, (_, row) =>
    penalties.subarray(row * labelCount, (row + 1) * labelCount).reduce((sum, value) => sum + Math.abs(value), 0),
  );
  return Math.max(...rows);
}

export function largestMagnitude(values: ArrayLike<number>): number {
  let largest = 0;
  for (let i = 0; i < values.length; i++) largest = Math.max(largest, Math.abs(values[i]));
  return largest;
}

function largestDifference(a: Float32Array, b: Float32Array): number {
  return a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - b[i])), 0);
}

export function energyDifference(a: Energy, b: Energy): number {
  const keys = ['entropyTerm', 'unaryTerm', 'pairwiseTerm', 'kl'] as const;
  return Math.max(...keys.map((key) => Math.abs(a[key] - b[key])));
}
