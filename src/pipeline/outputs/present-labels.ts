// SPDX-License-Identifier: MIT

import { checkInteger, checkNumber } from '../../problem/checks.js';
import { ArgumentError } from '../../problem/errors.js';
import { checkGivenNumber } from '../../problem/parameter-checks.js';
import { crfSchema } from '../../problem/schema.js';
import type { Compatibility, CrfParameters } from '../../problem/types.js';

/** However many labels are left out, at every pixel those that stay keep at least this part of the probability. */
const leastKept = 0.5;

/**
 * The labels to refine, in ascending order: those whose probability reaches `dropBelow` somewhere, and of the others, from the most
 * to the least probable, as many as it takes for the maxima of those left out to sum to at most ½. At least one.
 *
 * @param maxima largest probability of each label before refinement, 0..1: `measureLabelMaxima`
 * @param dropBelow 0..1; 0 keeps every label
 */
export function presentLabels(maxima: ArrayLike<number>, dropBelow: number): number[] {
  checkNumber('dropBelow', dropBelow, { from: 0, to: 1 });
  if (maxima.length === 0) throw new ArgumentError('maxima', maxima, 'one number a label');
  const ascending = Array.from(maxima, (maximum, label) => {
    checkNumber(`maxima[${label}]`, maximum, { from: 0, to: 1 });
    return label;
  }).sort((a, b) => maxima[a] - maxima[b] || b - a);
  const kept = new Set(ascending);
  let sum = 0;
  for (const label of ascending) {
    sum += maxima[label];
    if (maxima[label] >= dropBelow || sum > 1 - leastKept || kept.size === 1) break;
    kept.delete(label);
  }
  return [...kept].sort((a, b) => a - b);
}

/** Parameters for the kept labels alone: vectors and matrices of compatibilities lose the others' entries. */
export function parametersForLabels(
  parameters: CrfParameters,
  kept: readonly number[],
  labelCount: number,
): CrfParameters {
  checkKept(kept, labelCount);
  const kernels = parameters.kernels.map((kernel, index) => {
    const { compatibility } = kernel;
    if (compatibility === undefined || typeof compatibility === 'number') return kernel;
    return {
      ...kernel,
      compatibility: keptPenalties(`kernels[${index}].compatibility`, compatibility, kept, labelCount),
    };
  });
  return { ...parameters, kernels };
}

/** Q of all labels from Q of the kept ones: 0 for those left out, [label, y, x]. */
export function restoreMarginals(marginals: Float32Array, kept: readonly number[], labelCount: number): Float32Array {
  checkKept(kept, labelCount);
  const pixelCount = marginals.length / kept.length;
  if (!Number.isInteger(pixelCount)) {
    throw new ArgumentError('marginals', marginals, `planes of ${kept.length} labels`);
  }
  const restored = new Float32Array(labelCount * pixelCount);
  kept.forEach((label, plane) => {
    restored.set(marginals.subarray(plane * pixelCount, (plane + 1) * pixelCount), label * pixelCount);
  });
  return restored;
}

/** Labels from places among the kept ones, [y, x]. */
export function restoreLabelMap(labelMap: Uint32Array, kept: readonly number[], labelCount: number): Uint32Array {
  checkKept(kept, labelCount);
  return labelMap.map((place, pixel) => {
    if (place >= kept.length) {
      throw new ArgumentError(`labelMap[${pixel}]`, place, `a place in 0..${kept.length - 1} among the kept labels`);
    }
    return kept[place];
  });
}

/** A Potts kernel as the bound sees it. */
export interface BoundedKernel {
  /** Potts weight, at least 0. */
  weight: number;
  /**
   * The largest message of Q = 1 at any pixel: the largest row sum of the normalised kernel. 1 with normalization 'after'; with
   * 'symmetric' and 'before' it depends on the picture and may be above.
   */
  rowSum: number;
}

/**
 * By how much any marginal can be off, at any pixel, because labels were left out: max |Q - Q'| with Q of all labels and Q' of the
 * kept ones, 0 for the others. Holds for any number of iterations up to the given one, with any damping, in exact arithmetic, for
 * runs that start from softmax(-unary). At most 1, where it says nothing.
 *
 * Derivation. Let S be the kept labels, D the dropped ones, p = softmax(-unary) of all, τ_d = max_i p_i(d) for d in D, K the
 * normalised kernels, whose entries are not negative, and W = Σ weight·rowSum, so that a message of Q is at most W·max Q, and not
 * negative.
 *
 *  1. Dropped labels stay rare. Q_i(d) = p_i(d)·e^{m_i(d)} / Σ_l p_i(l)·e^{m_i(l)}. As messages are not negative the sum is at least
 *     Σ p_i(l) = 1, so a(d) = max_i Q_i(d) obeys a ← τ_d·e^{W·a} from a = τ_d. Let q = Σ_d a(d), which bounds what Q gives to D.
 *  2. Scaled to sum 1 on S, Q becomes Q̃ = softmax over S of the same logits, so Q = (1 - r)·Q̃ on S with r ≤ q. Q̃ and Q' differ by their
 *     messages alone. Let s bound the range over S of Q_i(l) - Q'_i(l), greatest less smallest; as K's entries are not negative, the
 *     range of the messages' difference is at most h = W·s, and so is the range of log Q̃/Q'.
 *  3. Two distributions whose log ratio has the range h differ on any set of labels by at most tanh(h/4): if the ratio lies in
 *     α..β with β = α·e^h, a set of probability x under Q' has at most min(β·x, 1 - α·(1 - x)) under Q̃; the difference is greatest at
 *     x = (1 - α)/(β - α), and there over all α at α = e^{-h/2}.
 *  4. Hence |Q - Q'| ≤ tanh(h/4) + q on S, Q ≤ q on D, and s ← 2·tanh(h/4) + q. At the start Q̃ = Q', and s = q.
 *
 * All these bounds grow from iteration to iteration, so that damping, which mixes an iteration with those before, obeys them too.
 * To first order the bound grows by a factor of W/2 an iteration, which errors do where every pixel is in the balance; where most are
 * sure they hardly grow. With 150 labels on noise, four present and the others at most 4e-5 each, 4e-3 together, weights of 1 and 1.5 were
 * off by 9e-4 (bound 0.03), the usual 3 and 10 after five iterations by 1.5e-3 (bound 1: it says nothing).
 *
 * @param maxima largest probability before refinement of each label left out, 0..1
 */
export function droppedLabelsBound(
  maxima: ArrayLike<number>,
  kernels: readonly BoundedKernel[],
  iterations: number,
): number {
  checkGivenNumber('iterations', iterations, crfSchema.parameters.iterations);
  const strength = kernels.reduce((sum, { weight, rowSum }, index) => {
    checkNumber(`kernels[${index}].weight`, weight, { from: 0 });
    checkNumber(`kernels[${index}].rowSum`, rowSum, { from: 0 });
    return sum + weight * rowSum;
  }, 0);
  const first = Array.from(maxima, (maximum, i) => checkNumber(`maxima[${i}]`, maximum, { from: 0, to: 1 }));
  let dropped = first;
  let mass = massOf(dropped);
  let range = mass;
  let error = mass;
  for (let iteration = 0; iteration < iterations; iteration++) {
    dropped = first.map((maximum, i) => Math.min(1, maximum * Math.exp(strength * dropped[i])));
    mass = massOf(dropped);
    const difference = Math.tanh((strength * range) / 4);
    error = Math.min(1, difference + mass);
    range = Math.min(2, 2 * difference + mass);
  }
  return error;
}

function massOf(maxima: readonly number[]): number {
  return Math.min(
    1,
    maxima.reduce((sum, maximum) => sum + maximum, 0),
  );
}

function keptPenalties(
  path: string,
  given: Exclude<Compatibility, number>,
  kept: readonly number[],
  labelCount: number,
): Compatibility {
  if (given.length !== labelCount) {
    throw new ArgumentError(
      path,
      given,
      `a number, ${labelCount} numbers, or ${labelCount} rows of ${labelCount} numbers`,
    );
  }
  const chosen = kept.map((label) => given[label]);
  if (chosen.every((penalty) => typeof penalty === 'number')) return chosen;
  return chosen.map((row, i) => {
    if (!Array.isArray(row) || row.length !== labelCount) {
      throw new ArgumentError(`${path}[${kept[i]}]`, row, `a row of ${labelCount} numbers`);
    }
    return kept.map((label) => (row as readonly number[])[label]);
  });
}

function checkKept(kept: readonly number[], labelCount: number): void {
  if (kept.length === 0) throw new ArgumentError('kept', kept, 'at least one label');
  kept.forEach((label, i) => {
    checkInteger(`kept[${i}]`, label, i === 0 ? 0 : kept[i - 1] + 1, labelCount - 1);
  });
}
