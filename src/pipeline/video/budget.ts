// SPDX-License-Identifier: MIT

import { checkChoice, checkFlag, checkInteger, checkNumber } from '../../problem/checks.js';
import { ArgumentError } from '../../problem/errors.js';
import { checkGivenNumber } from '../../problem/parameter-checks.js';
import { readArray, readOptions, readProperties } from '../../problem/reading.js';
import { crfSchema } from '../../problem/schema.js';

/** A step of quality, in parts of what there is without a budget. */
export interface BudgetRung {
  /** Of the working size's long side: greater than 0, at most 1. */
  size: number;
  /** Of the mean-field iterations: 0 to 1. At least one iteration is done where there were any. */
  iterations: number;
  /** The network runs every n-th frame: 1..1000. */
  networkEvery: number;
  /** What takes the CRF's place, unless a pipeline was told what refines. Once on a ladder it stays so. Default 'crf'. */
  refinement?: 'crf' | 'guided';
}

/** What a frame budget holds to, and how. */
export interface BudgetOptions {
  /** What is to be held: greater than 0, at most 1000. Default 30. */
  framesPerSecond?: number;
  /**
   * From the best to the cheapest: no number grows but `networkEvery`, which doesn't shrink. Default: seven rungs, of five sizes; on the CPU two rungs
   * more. What eight sizes need is kept: a ladder that goes back and forth between more of them makes what it needs anew.
   */
  ladder?: readonly BudgetRung[];
}

/** What a frame is to be done with, and why. */
export interface BudgetChoice {
  /** Long side in pixels of the picture that the CRF works on. */
  readonly workingSize: number;
  /** Mean-field iterations of the frame. */
  readonly iterations: number;
  /** What refines, unless the pipeline was told. */
  readonly refinement: 'crf' | 'guided';
  /** The network runs every n-th frame. */
  readonly networkEvery: number;
  /** Whether this is a frame for the network. */
  readonly runNetwork: boolean;
  /** 0 is the best. */
  readonly rung: number;
  /** How many rungs there are. */
  readonly rungCount: number;
  /** Mean time of a frame at this rung as measured last; NaN before. */
  readonly milliseconds: number;
  /** In words: why this rung. */
  readonly reason: string;
}

/**
 * A network is the dearest part of most pipelines and its output moves slowest: cadence goes first. Size before iterations: cost goes with
 * its square, and the CRF finds the frame's edges at a smaller size too.
 */
const defaultLadder: readonly BudgetRung[] = [
  { size: 1, iterations: 1, networkEvery: 1 },
  { size: 1, iterations: 1, networkEvery: 2 },
  { size: 0.8, iterations: 1, networkEvery: 2 },
  { size: 0.8, iterations: 0.6, networkEvery: 3 },
  { size: 0.64, iterations: 0.6, networkEvery: 4 },
  { size: 0.5, iterations: 0.6, networkEvery: 6 },
  { size: 0.4, iterations: 0.4, networkEvery: 8 },
];

/** On the CPU a frame costs what its pixels cost, down to sizes that a GPU would not notice. */
export const cpuLadder: readonly BudgetRung[] = [
  ...defaultLadder,
  { size: 0.32, iterations: 0.4, networkEvery: 8, refinement: 'guided' },
  { size: 0.25, iterations: 0.2, networkEvery: 10, refinement: 'guided' },
];

/** Over the budget by this much a rung is left for a cheaper one; a better one is taken if it would stay this much under. */
const tooSlow = 1.1;
const roomToSpare = 0.85;
/** Frames after a change that tell of the change: sizes that are laid anew, caches that are cold. */
const settlingFrames = 3;
/** Frames of each kind that a median needs: it then passes over a frame that took far too long. */
const fewestFrames = 5;
/** Work besides iterations, in iterations: lattice, unary, drawing. */
const fixedIterations = 4;
/** The guided filter's work, in iterations: it takes seven of two labels, but spares lattices that take longer (measured on the CPU at 320 × 240). */
const guidedIterations = 1;
/** A climb that is taken back within so many frames has failed; a rung is then left alone for so many, twice as many each time. */
const trialFrames = 120;
const restFrames = 300;
const longestRest = 2 ** 6;

/** Medians of what was measured at one rung, in milliseconds. */
interface Costs {
  /** Mean over the network's cadence. */
  frame: number;
  /** Without the network's part. NaN where every frame had it. */
  rest: number;
  network: number;
}

/**
 * Holds a frame rate by trading quality: working size, CRF iterations, and how often the network runs.
 *
 * ```ts
 * const choice = budget.next();
 * // … a frame with choice.workingSize, choice.iterations and, if choice.runNetwork, the network
 * budget.record(choice, milliseconds);
 * ```
 *
 * Decides by medians, so that a pause (a tab in the background, a collected heap) changes nothing; leaves a rung that is over the budget
 * by 10 % for the first one that by what is known would hold it; climbs one rung at a time, where the model says that the better one stays 15 %
 * under the budget; and waits ever longer before it tries a rung again that turned out too slow. Pure: it has no clock and touches no GPU.
 */
export class FrameBudget {
  private readonly rungs: readonly Omit<BudgetChoice, 'runNetwork' | 'milliseconds' | 'reason'>[];
  private readonly budget: number;
  private rung = 0;
  /** Counts frames asked for, at all and since the last change. */
  private frames = 0;
  private framesHere = 0;
  /** Frames since the last change whose time is not known yet, and how many times were. */
  private pending = new WeakSet<BudgetChoice>();
  private recorded = 0;
  private networkFrames: number[] = [];
  private otherFrames: number[] = [];
  private milliseconds = Number.NaN;
  private reason = 'begins with the best';
  private readonly failures: number[];
  private readonly restsUntil: number[];
  /** Frame at which the present rung was climbed to; null where it was not. */
  private climbedAt: number | null = null;

  /**
   * `best`: what there is without a budget. The working size of frames that are smaller than it is their own long side: a rung that asks for
   * more than there is saves nothing. Throws ArgumentError.
   */
  constructor(options: BudgetOptions, best: { workingSize: number; iterations: number }) {
    const { framesPerSecond, ladder } = resolveBudgetOptions(options);
    const given = readOptions('best', best, ['workingSize', 'iterations'], '');
    const workingSize = checkInteger('workingSize', given.workingSize, 1, 2 ** 24);
    const iterations = checkGivenNumber('iterations', given.iterations, crfSchema.parameters.iterations);
    this.budget = 1000 / framesPerSecond;
    this.rungs = ladder.map((rung, index) => ({
      workingSize: Math.max(1, Math.round(rung.size * workingSize)),
      iterations: iterations === 0 ? 0 : Math.max(1, Math.round(rung.iterations * iterations)),
      networkEvery: rung.networkEvery,
      refinement: rung.refinement ?? 'crf',
      rung: index,
      rungCount: ladder.length,
    }));
    this.failures = ladder.map(() => 0);
    this.restsUntil = ladder.map(() => 0);
  }

  /** What to do the coming frame with. The network runs in the first frame and after every change of rung. */
  next(): BudgetChoice {
    const rung = this.rungs[this.rung];
    const runNetwork = this.framesHere % rung.networkEvery === 0;
    this.frames++;
    this.framesHere++;
    const choice = { ...rung, runNetwork, milliseconds: this.milliseconds, reason: this.reason };
    this.pending.add(choice);
    return choice;
  }

  /**
   * What that frame took: from its start until the GPU was done with it, waiting for a camera or a screen left out. Frames of an earlier
   * rung, that were under way when it changed, don't count, nor does a frame that is recorded again. Throws ArgumentError for a time that
   * is none.
   */
  record(choice: BudgetChoice, milliseconds: number): void {
    checkFlag('choice.runNetwork', readProperties('choice', choice, ['runNetwork']).runNetwork);
    checkNumber('milliseconds', milliseconds, { from: 0 });
    if (!this.pending.delete(choice)) return;
    this.recorded++;
    if (this.recorded <= settlingFrames) return;
    const kept = 2 * fewestFrames + 1;
    const samples = choice.runNetwork ? this.networkFrames : this.otherFrames;
    samples.push(milliseconds);
    if (samples.length > kept) samples.shift();
    this.judge();
  }

  /** Begins anew with the best rung: another camera, another network. */
  reset(): void {
    this.failures.fill(0);
    this.restsUntil.fill(0);
    this.moveTo(0, 'begins with the best');
    this.climbedAt = null;
    this.milliseconds = Number.NaN;
  }

  private judge(): void {
    const costs = this.costs();
    if (!costs) return;
    this.milliseconds = costs.frame;
    if (this.climbedAt !== null && this.frames - this.climbedAt > trialFrames) {
      this.failures[this.rung] = 0;
      this.climbedAt = null;
    }
    if (costs.frame > tooSlow * this.budget) this.descend(costs);
    else if (this.rung > 0) this.climb(costs);
    else this.reason = `${this.inWords(costs.frame)}, with the best setting`;
  }

  private descend(costs: Costs): void {
    const last = this.rungs.length - 1;
    if (this.rung === last) {
      this.reason = `${this.inWords(costs.frame)}, with the fastest setting`;
      return;
    }
    if (this.climbedAt !== null) {
      const rest = restFrames * Math.min(2 ** this.failures[this.rung], longestRest);
      this.failures[this.rung]++;
      this.restsUntil[this.rung] = this.frames + rest;
    }
    let target = this.rung + 1;
    // While the network runs in every frame nobody knows its part: one rung down, where that shows.
    if (!Number.isNaN(costs.rest)) {
      while (target < last && this.predict(costs, target) > this.budget) target++;
    }
    this.moveTo(target, `${this.inWords(costs.frame)} at rung ${this.rung}`);
    this.climbedAt = null;
  }

  private climb(costs: Costs): void {
    const target = this.rung - 1;
    const predicted = this.predict(costs, target);
    if (this.frames < this.restsUntil[target]) {
      this.reason = `${this.inWords(costs.frame)}; rung ${target} was too slow`;
    } else if (predicted > roomToSpare * this.budget) {
      this.reason = `${this.inWords(costs.frame)}; rung ${target} would take ${predicted.toFixed(1)} ms`;
    } else {
      this.moveTo(target, `${this.inWords(costs.frame)} at rung ${this.rung}: time for a better one`);
      this.climbedAt = this.frames;
    }
  }

  private moveTo(rung: number, reason: string): void {
    this.rung = rung;
    this.reason = reason;
    this.framesHere = 0;
    this.recorded = 0;
    this.pending = new WeakSet();
    this.networkFrames = [];
    this.otherFrames = [];
  }

  /** Undefined until there are enough frames of each kind. */
  private costs(): Costs | undefined {
    const { networkEvery } = this.rungs[this.rung];
    if (this.networkFrames.length < fewestFrames) return undefined;
    const whole = median(this.networkFrames);
    if (networkEvery === 1) return { frame: whole, rest: Number.NaN, network: Number.NaN };
    if (this.otherFrames.length < fewestFrames) return undefined;
    const rest = median(this.otherFrames);
    const network = Math.max(0, whole - rest);
    return { frame: rest + network / networkEvery, rest, network };
  }

  /** Mean time of a frame at another rung. Where the network's part is not known, all is taken to grow with the CRF's work. */
  private predict(costs: Costs, target: number): number {
    const ratio = this.work(target) / this.work(this.rung);
    if (Number.isNaN(costs.rest)) return costs.frame * ratio;
    return costs.rest * ratio + costs.network / this.rungs[target].networkEvery;
  }

  private work(rung: number): number {
    const { workingSize, iterations, refinement } = this.rungs[rung];
    return workingSize ** 2 * (fixedIterations + (refinement === 'guided' ? guidedIterations : iterations));
  }

  private inWords(milliseconds: number): string {
    const side = milliseconds > this.budget ? 'over' : 'within';
    return `${milliseconds.toFixed(1)} ms a frame, ${side} the budget of ${this.budget.toFixed(1)} ms`;
  }
}

/** Throws ArgumentError for what can't be; fills in what is left out. */
export function resolveBudgetOptions(options: unknown): Required<BudgetOptions> {
  const { framesPerSecond: rate = 30, ladder: rungs = defaultLadder } = readOptions('budget', options, [
    'framesPerSecond',
    'ladder',
  ]);
  const framesPerSecond = checkNumber('budget.framesPerSecond', rate, { above: 0, to: 1000 });
  const ladder = readArray('budget.ladder', rungs).map(checkRung);
  if (ladder.length === 0) throw new ArgumentError('budget.ladder.length', 0, 'at least one rung');
  for (let i = 1; i < ladder.length; i++) {
    const [better, cheaper] = [ladder[i - 1], ladder[i]];
    const path = `budget.ladder[${i}]`;
    if (cheaper.size > better.size) {
      throw new ArgumentError(`${path}.size`, cheaper.size, `at most ${better.size}, the rung before`);
    }
    if (cheaper.iterations > better.iterations) {
      throw new ArgumentError(
        `${path}.iterations`,
        cheaper.iterations,
        `at most ${better.iterations}, the rung before`,
      );
    }
    if (better.refinement === 'guided' && cheaper.refinement !== 'guided') {
      throw new ArgumentError(`${path}.refinement`, cheaper.refinement, "'guided', as the rung before");
    }
    if (cheaper.networkEvery < better.networkEvery) {
      throw new ArgumentError(
        `${path}.networkEvery`,
        cheaper.networkEvery,
        `at least ${better.networkEvery}, the rung before`,
      );
    }
  }
  return { framesPerSecond, ladder };
}

function checkRung(value: unknown, index: number): BudgetRung {
  const path = `budget.ladder[${index}]`;
  const rung = readOptions(path, value, ['size', 'iterations', 'networkEvery', 'refinement']);
  return {
    size: checkNumber(`${path}.size`, rung.size, { above: 0, to: 1 }),
    iterations: checkNumber(`${path}.iterations`, rung.iterations, { from: 0, to: 1 }),
    networkEvery: checkInteger(`${path}.networkEvery`, rung.networkEvery, 1, 1000),
    ...(rung.refinement === undefined
      ? undefined
      : { refinement: checkChoice(`${path}.refinement`, rung.refinement, ['crf', 'guided'] as const) }),
  };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
