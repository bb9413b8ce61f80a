// SPDX-License-Identifier: MIT

import { checkCallback, checkInteger, checkNumber } from '../../problem/checks.js';
import { ArgumentError } from '../../problem/errors.js';
import { checkSignal } from '../../problem/platform-objects.js';
import { readOptions } from '../../problem/reading.js';
import type { Kernel, ProblemSize } from '../../problem/types.js';
import { bootstrapGains, intervalOf } from './bootstrap.js';
import { resolveObjective, scoreOfTally, sumOfTallies, type Tally } from './objective.js';
import { permutation, randomNumbers, spacedPoints } from './random.js';
import { type KernelPoint, kernelsAt, parametersAt, pathOf, type ResolvedSpace, valueAt } from './space.js';
import { presetPoints } from './starting-points.js';
import type {
  ResponseCurve,
  TuneCandidate,
  TuneFold,
  TuneObjective,
  TuneProgress,
  TuneResult,
  TuneSearchOptions,
} from './types.js';

/**
 * Successive halving (Jamieson and Talwalkar, AISTATS 2016) over the presets and points that fill the space evenly, then a compass search around the best
 * (Kolda, Lewis and Torczon, SIAM Review 2003). The whole choice is cross-validated: each part of the examples is refined with what was
 * chosen without it. What is measured is kept, so that folds share most of it.
 */

/** Of the candidates of a round this share goes on, to a round with as many times more examples. */
const halving = 3;

/** Candidates that are left to be measured on all examples. */
const finalists = 6;

/** Examples of the first round: fewer tell too little. */
const fewestExamples = 3;

/** Steps of the compass in the unit cube; at each it goes along every axis, and again as long as that helps. */
const compassSteps = [0.16, 0.08, 0.04];

/** Times that the compass goes along every axis with one step, at most. */
const mostSweeps = 4;

/** Points of a response curve over its whole range. */
const curvePoints = 9;

/** Where tallies come from: examples in memory, or files that are read again for each call. */
export interface TuneSource {
  /** Examples are 0..exampleCount-1. */
  readonly exampleCount: number;
  /** Sizes that occur; the space is checked against them before any work. */
  readonly sizes: readonly ProblemSize[];
  /** Without a CRF. Called once for each example, before anything else: the place for checks. */
  baseline(example: number): Promise<Tally>;
  /** By set of kernels, then iteration count. The same question is not asked twice. */
  refined(
    example: number,
    kernels: readonly (readonly Kernel[])[],
    iterations: readonly number[],
  ): Promise<readonly (readonly Tally[])[]>;
}

export interface ResolvedSearchOptions {
  objective: TuneObjective;
  candidates: number;
  folds: number;
  confidence: number;
  resamples: number;
  seed: number;
  /** Still unchecked: whether images are there is for the caller to know. */
  space: unknown;
  signal: AbortSignal | undefined;
  onProgress: ((progress: TuneProgress) => void) | undefined;
}

/** Keys of TuneSearchOptions. */
export const searchKeys = [
  'space',
  'objective',
  'candidates',
  'folds',
  'confidence',
  'resamples',
  'seed',
  'signal',
  'onProgress',
] as const satisfies (keyof TuneSearchOptions)[];

/** A point with the iteration count that suits it best. */
interface Choice {
  point: KernelPoint;
  iterations: number;
  score: number;
}

/** Throws ArgumentError, which names the option. */
export function resolveSearchOptions(options: unknown): ResolvedSearchOptions {
  const given = readOptions('options', options, searchKeys);
  const { candidates = 48, folds = 5, confidence = 0.95, resamples = 2000, seed = 1 } = given;
  return {
    objective: resolveObjective(given.objective),
    candidates: checkInteger('candidates', candidates, 4, 4096),
    folds: checkInteger('folds', folds, 2, 1e6),
    confidence: checkNumber('confidence', confidence, { from: 0.5, below: 1 }),
    resamples: checkInteger('resamples', resamples, 100, 1e6),
    seed: checkInteger('seed', seed, 0, 2 ** 32 - 1),
    space: given.space === undefined ? {} : given.space,
    signal: checkSignal('signal', given.signal as AbortSignal | undefined),
    onProgress: checkCallback('onProgress', given.onProgress as TuneSearchOptions['onProgress']),
  };
}

export class ParameterSearch {
  private readonly objective: TuneObjective;
  /** By kernels as JSON, then example: tallies by iteration count. */
  private readonly measured = new Map<string, Map<number, readonly Tally[]>>();
  private baselines: Tally[] = [];
  private readonly random: () => number;
  /** Examples in the order in which rounds take them. */
  private readonly order: number[];
  private readonly design: KernelPoint[];
  private phase: TuneProgress['phase'] = 'baseline';
  private done = 0;
  private planned = 0;

  constructor(
    private readonly source: TuneSource,
    private readonly space: ResolvedSpace,
    private readonly options: ResolvedSearchOptions,
  ) {
    this.objective = options.objective;
    this.random = randomNumbers(options.seed);
    this.order = permutation(source.exampleCount, this.random);
    this.design = designOf(space, options.candidates, this.random);
  }

  /** @throws the signal's reason, and whatever the source throws. */
  async run(): Promise<TuneResult> {
    const { options, order, space } = this;
    const foldCount = Math.min(options.folds, order.length);
    await this.measureBaselines(foldCount);
    const baseline = this.baselineOf(order);
    if (baseline === null) throw new ArgumentError('examples', order, 'at least one pixel of truth that counts');

    this.begin('search', (1 + foldCount) * this.costOfChoice(order.length) + this.costOfCurves());
    const best = await this.choose(order);
    this.begin('validation', foldCount * this.costOfChoice(order.length) + this.costOfCurves());
    const crossValidation = await this.crossValidate(foldCount, baseline);
    this.begin('curves', this.costOfCurves());
    const curves = await this.responseCurves(best);
    this.report(this.done);

    const { recommended, reason } = decide(best, baseline, crossValidation);
    const parameters = parametersAt(space, best.point, best.iterations);
    return {
      recommended,
      reason,
      parameters: recommended ? parameters : { kernels: [], iterations: 0 },
      objective: this.objective,
      seed: options.seed,
      exampleCount: order.length,
      baseline,
      best: { parameters, score: best.score },
      crossValidation,
      curves,
      candidates: this.allCandidates(),
      refinements: this.done - order.length,
    };
  }

  private async measureBaselines(foldCount: number): Promise<void> {
    const count = this.order.length;
    this.begin('baseline', count + (1 + foldCount) * this.costOfChoice(count) + this.costOfCurves());
    for (let example = 0; example < count; example++) {
      this.options.signal?.throwIfAborted();
      this.baselines.push(await this.source.baseline(example));
      this.advance(1);
    }
  }

  /** The best set of kernels and iteration count on these examples. */
  private async choose(examples: readonly number[]): Promise<Choice> {
    let points: readonly KernelPoint[] = this.design;
    for (const size of roundSizes(examples.length, points.length)) {
      const ranked = await this.rank(points, examples.slice(0, size));
      const left = size === examples.length ? ranked.length : Math.max(finalists, Math.ceil(ranked.length / halving));
      points = ranked.slice(0, left).map(({ point }) => point);
    }
    const [best] = await this.rank(points, examples);
    return await this.improve(best, examples);
  }

  private async improve(start: Choice, examples: readonly number[]): Promise<Choice> {
    const { normalization } = this.space;
    const alternatives = normalization.map((choice): KernelPoint => ({ ...start.point, normalization: choice }));
    let [best] = await this.rank([start.point, ...alternatives], examples);
    for (const step of compassSteps) {
      let before: Choice;
      let sweeps = 0;
      do {
        before = best;
        best = await this.sweep(best, step, examples);
        sweeps++;
      } while (best.score > before.score && sweeps < mostSweeps);
    }
    return best;
  }

  /** The best along each axis in turn, one step to either side. */
  private async sweep(start: Choice, step: number, examples: readonly number[]): Promise<Choice> {
    let best = start;
    for (let axis = 0; axis < this.space.varying.length; axis++) {
      const [found] = await this.rank([best.point, ...neighboursOf(best.point, axis, step)], examples);
      if (found.score > best.score) best = found;
    }
    return best;
  }

  /** Measures what is missing; the best first, ties in the order given. */
  private async rank(points: readonly KernelPoint[], examples: readonly number[]): Promise<Choice[]> {
    await this.measure(points, examples);
    const { iterations } = this.space;
    return points
      .map((point): Choice => {
        const scores = iterations.map((_, index) => this.scoreOf(point, index, examples) ?? Number.NEGATIVE_INFINITY);
        const score = Math.max(...scores);
        return { point, score, iterations: iterations[scores.indexOf(score)] };
      })
      .sort((a, b) => b.score - a.score || 0);
  }

  private async measure(points: readonly KernelPoint[], examples: readonly number[]): Promise<void> {
    const { space, source } = this;
    const { signal } = this.options;
    for (const example of examples) {
      const missing = new Map<string, Kernel[]>();
      for (const point of points) {
        const kernels = kernelsAt(space, point);
        const key = JSON.stringify(kernels);
        if (!this.measured.get(key)?.has(example)) missing.set(key, kernels);
      }
      if (missing.size === 0) continue;
      signal?.throwIfAborted();
      const tallies = await source.refined(example, [...missing.values()], space.iterations);
      for (const [index, key] of [...missing.keys()].entries()) {
        const byExample = this.measured.get(key) ?? new Map<number, readonly Tally[]>();
        byExample.set(example, tallies[index]);
        this.measured.set(key, byExample);
      }
      this.advance(missing.size);
    }
  }

  private tallyAt(point: KernelPoint, iterationIndex: number, example: number): Tally {
    const key = JSON.stringify(kernelsAt(this.space, point));
    const tallies = this.measured.get(key)?.get(example);
    if (!tallies) throw new Error(`not measured: ${key} on example ${example}`);
    return tallies[iterationIndex];
  }

  private scoreOf(point: KernelPoint, iterationIndex: number, examples: readonly number[]): number | null {
    const tallies = examples.map((example) => this.tallyAt(point, iterationIndex, example));
    return scoreOfTally(sumOfTallies(tallies), this.objective);
  }

  private baselineOf(examples: readonly number[]): number | null {
    return scoreOfTally(sumOfTallies(examples.map((example) => this.baselines[example])), this.objective);
  }

  private async crossValidate(foldCount: number, baseline: number): Promise<TuneResult['crossValidation']> {
    const { order, space, options } = this;
    const folds: TuneFold[] = [];
    const chosen: Tally[] = [];
    for (let fold = 0; fold < foldCount; fold++) {
      const heldOut = order.filter((_, position) => position % foldCount === fold);
      const training = order.filter((_, position) => position % foldCount !== fold);
      const choice = await this.choose(training);
      const helps = choice.score > (this.baselineOf(training) ?? Number.NEGATIVE_INFINITY);
      if (helps) await this.measure([choice.point], heldOut);
      const index = space.iterations.indexOf(choice.iterations);
      for (const example of heldOut) {
        chosen[example] = helps ? this.tallyAt(choice.point, index, example) : this.baselines[example];
      }
      folds.push({
        parameters: helps ? parametersAt(space, choice.point, choice.iterations) : null,
        heldOut: [...heldOut].sort((a, b) => a - b),
        score: scoreOfTally(sumOfTallies(heldOut.map((example) => chosen[example])), this.objective),
        baseline: this.baselineOf(heldOut),
      });
    }
    const { confidence, seed } = options;
    const draws = { resamples: options.resamples, seed: seed + 1 };
    const resamples = bootstrapGains(chosen, this.baselines, this.objective, draws);
    return {
      folds,
      gain: (scoreOfTally(sumOfTallies(chosen), this.objective) ?? baseline) - baseline,
      confidence,
      interval: intervalOf(resamples, confidence),
      resamples,
    };
  }

  private async responseCurves({ point, iterations }: Choice): Promise<ResponseCurve[]> {
    const { space, order } = this;
    const index = space.iterations.indexOf(iterations);
    const scoreAt = (at: KernelPoint, iterationIndex = index) => this.scoreOf(at, iterationIndex, order) ?? 0;
    const curves: ResponseCurve[] = [];
    for (const [axis, dimension] of space.varying.entries()) {
      const positions = Array.from({ length: curvePoints }, (_, step) => step / (curvePoints - 1));
      const along = [...new Set([...positions, point.position[axis]])]
        .sort((a, b) => a - b)
        .map((value): KernelPoint => ({ ...point, position: point.position.with(axis, value) }));
      await this.measure(along, order);
      const valueOn = (at: KernelPoint) => valueAt(space, dimension, at.position);
      curves.push({
        parameter: pathOf(space, dimension),
        scale: 'log',
        points: along.map((at) => ({ value: valueOn(at), score: scoreAt(at) })),
        best: valueOn(point),
      });
    }
    curves.push({
      parameter: 'iterations',
      scale: 'log',
      points: space.iterations.map((value, at) => ({ value, score: scoreAt(point, at) })),
      best: iterations,
    });
    if (space.normalization.length > 1) {
      const choices = space.normalization.map((normalization): KernelPoint => ({ ...point, normalization }));
      await this.measure(choices, order);
      const points = choices.map((at) => ({ value: at.normalization, score: scoreAt(at) }));
      curves.push({ parameter: 'normalization', scale: 'choice', points, best: point.normalization });
    }
    return curves;
  }

  private allCandidates(): TuneCandidate[] {
    const { space, order, objective } = this;
    const candidates: TuneCandidate[] = [];
    for (const [key, byExample] of this.measured) {
      if (byExample.size < order.length) continue;
      for (const [index, iterations] of space.iterations.entries()) {
        const tallies = order.map((example) => byExample.get(example)?.[index] ?? []);
        const score = scoreOfTally(sumOfTallies(tallies), objective);
        if (score !== null) candidates.push({ parameters: { kernels: JSON.parse(key), iterations }, score });
      }
    }
    return candidates.sort((a, b) => b.score - a.score);
  }

  private costOfChoice(exampleCount: number): number {
    const rounds = roundSizes(exampleCount, this.design.length);
    let left = this.design.length;
    let cost = 0;
    for (const size of rounds) {
      cost += left * size;
      left = Math.max(finalists, Math.ceil(left / halving));
    }
    // Half of the sweeps are a second one, as a rule.
    return cost + 1.5 * compassSteps.length * 2 * this.space.varying.length * exampleCount;
  }

  private costOfCurves(): number {
    return curvePoints * this.space.varying.length * this.order.length;
  }

  private begin(phase: TuneProgress['phase'], cost: number): void {
    this.phase = phase;
    this.planned = this.done + cost;
    this.report(this.planned);
  }

  private advance(count: number): void {
    this.done += count;
    this.report(Math.max(this.done, this.planned));
  }

  private report(total: number): void {
    this.options.onProgress?.({ phase: this.phase, done: this.done, total });
  }
}

function designOf(space: ResolvedSpace, count: number, random: () => number): KernelPoint[] {
  const known = presetPoints(space).slice(0, Math.floor(count / 2));
  const spaced = spacedPoints(count - known.length, space.varying.length + 1, random).map((coordinates) => {
    const choice = coordinates[space.varying.length];
    return {
      position: coordinates.slice(0, space.varying.length),
      normalization: space.normalization[Math.floor(choice * space.normalization.length)],
    };
  });
  return [...known, ...spaced];
}

/** Examples by round: each round has `halving` times those of the one before, the last has all. */
export function roundSizes(exampleCount: number, candidateCount: number): number[] {
  const rounds = Math.max(0, Math.ceil(Math.log(candidateCount / finalists) / Math.log(halving)));
  const sizes = Array.from({ length: rounds + 1 }, (_, round) =>
    Math.round(exampleCount / halving ** (rounds - round)),
  );
  return [...new Set(sizes.map((size) => Math.min(exampleCount, Math.max(fewestExamples, size))))];
}

function neighboursOf(point: KernelPoint, axis: number, step: number): KernelPoint[] {
  return [-step, step].map((by) => {
    const moved = Math.min(1, Math.max(0, point.position[axis] + by));
    return { ...point, position: point.position.with(axis, moved) };
  });
}

function decide(
  best: Choice,
  baseline: number,
  { gain, interval, confidence }: TuneResult['crossValidation'],
): { recommended: boolean; reason: string } {
  const [low, high] = interval;
  const found = `${signed(gain)} on examples it was not tuned on, ${Number((100 * confidence).toPrecision(4))} % interval ${signed(low)} to ${signed(high)}`;
  if (best.score <= baseline) {
    return { recommended: false, reason: 'Leave it off: no parameters in the space did better than no CRF.' };
  }
  if (low > 0) return { recommended: true, reason: `Refinement gains ${found}.` };
  if (gain <= 0) return { recommended: false, reason: `Leave it off: refinement does not help, ${found}.` };
  return {
    recommended: false,
    reason: `Leave it off, or label more examples: the gain may be none, ${found}.`,
  };
}

function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(4)}`;
}
