// SPDX-License-Identifier: MIT

import type { WatchedDevice } from '../gpu.js';
import { Finding, type FuzzBackend, type FuzzContext, suite } from '../suite.js';
import { describeOutcome, distanceOf, type Outcome } from './outcomes.js';
import { type Performance, performAsCallersDo, performCalmly } from './perform.js';
import { ExpectedState } from './state.js';
import { sequences as anySequence, type Sequence, type Step } from './steps.js';

/** Two engines that are both right differ by this much and by what rounding can lead to. */
const leastTolerance = 1e-5;
const safety = 8;
/** Above this a comparison says nothing. */
const unstableTolerance = 0.05;

/** Random sequences of calls on one engine: as on fresh engines, and the same on both backends. */
export const sequences = suite<Sequence>({
  name: 'sequences',
  batchSize: 8,
  testBatches: { cpu: 30, webgpu: 2 },
  arbitrary: () => anySequence,
  async run(sequence, context) {
    context.tally.add('sequences');
    const [calm, shaken] = [
      await performCalmly(sequence, 'cpu', undefined),
      await performCalmly(sequence, 'cpu', undefined, 1),
    ];
    const tolerances = calm.steps.map((outcome, i) => leastTolerance + safety * distanceOf(outcome, shaken.steps[i]));
    const performances = new Map<FuzzBackend, Performance>();
    for (const backend of context.backends) {
      const performance = await performOn(backend, sequence, context, tolerances);
      performances.set(backend, performance);
      context.tally.add('steps', performance.steps.length + performance.after.length);
    }
    const [cpu, webgpu] = [performances.get('cpu'), performances.get('webgpu')];
    if (webgpu) compareBackends(sequence, cpu ?? calm, webgpu, tolerances);
  },
});

async function performOn(
  backend: FuzzBackend,
  sequence: Sequence,
  { gpu }: FuzzContext,
  tolerances: readonly number[],
): Promise<Performance> {
  if (backend === 'cpu' || !gpu) {
    const performance = await performAsCallersDo(sequence, 'cpu', undefined);
    checkExpectations(sequence, performance, 'cpu');
    compareWithFresh(sequence, performance, await performCalmly(sequence, 'cpu', undefined), 'cpu', tolerances);
    return performance;
  }
  const isLost = sequence.ending === 'lose the device';
  const watched = isLost ? await gpu.another() : await gpu.device();
  return await performWatched(sequence, watched, isLost ? await gpu.device() : watched, tolerances);
}

async function performWatched(
  sequence: Sequence,
  watched: WatchedDevice,
  kept: WatchedDevice,
  tolerances: readonly number[],
): Promise<Performance> {
  let performance: Performance | undefined;
  const errors = await watched.errorsOf(async () => {
    performance = await performAsCallersDo(sequence, 'webgpu', watched);
  });
  if (!performance) throw new Error('no performance');
  checkExpectations(sequence, performance, 'webgpu');
  if (errors.length > 0) throw new Finding('webgpu: the device reported an error', errors[0]);
  let calm: Performance | undefined;
  await kept.errorsOf(async () => {
    calm = await performCalmly(sequence, 'webgpu', kept);
  });
  if (calm) compareWithFresh(sequence, performance, calm, 'webgpu', tolerances);
  return performance;
}

/** What follows from the calls before: which calls answer, and what kind of error the others throw. */
function checkExpectations(sequence: Sequence, { steps, after }: Performance, backend: FuzzBackend): void {
  const state = new ExpectedState(sequence.parameters);
  const isEnded = sequence.ending !== 'none';
  for (const [index, { step, isAwaited }] of sequence.steps.entries()) {
    // Whoever does not wait may be overtaken by the end.
    const mayBeCutOff = isEnded && !isAwaited;
    checkOutcome(steps[index], step, state.answers(step, backend), mayBeCutOff, `${backend}: ${step.call}`);
    if (state.answers(step, backend)) state.take(step);
  }
  if (sequence.ending === 'lose the device' && backend === 'webgpu') checkLoss(sequence, { steps, after });
  if (sequence.ending !== 'destroy') return;
  for (const [index, step] of sequence.after.entries()) {
    checkOutcome(after[index], step, false, false, `${backend}: after destroy: ${step.call}`);
  }
}

const ownErrors = ['ArgumentError', 'DeviceError'];

function checkOutcome(outcome: Outcome, step: Step, answers: boolean, mayBeCutOff: boolean, who: string): void {
  const shown = describeOutcome(outcome);
  if (outcome.kind === 'error') {
    if (!ownErrors.includes(outcome.name)) throw new Finding(`${who} throws ${outcome.name}`, shown);
    if (answers && !mayBeCutOff) throw new Finding(`${who} fails where it should answer`, shown);
    return;
  }
  if (!answers && !mayBeCutOff) throw new Finding(`${who} answers where an error is due`, shown);
  if (step.call === 'own fault' && !outcome.said.isHeard && !mayBeCutOff) {
    throw new Finding(`${who}: the scope that was there for it did not hear of a caller's own mistake`, shown);
  }
  if (step.call === 'neighbour' && !outcome.said.isRefused && !mayBeCutOff) {
    throw new Finding(`${who}: a destroyed buffer is taken`, shown);
  }
}

/** Whatever fails because the device is gone says so. */
function checkLoss(sequence: Sequence, { steps, after }: Performance): void {
  const late = [
    ...steps.filter((_, index) => !sequence.steps[index].isAwaited),
    ...after.filter((_, index) => sequence.after[index].call !== 'setParameters'),
  ];
  for (const outcome of late) {
    if (outcome.kind === 'value' || outcome.name === 'ArgumentError') continue;
    if (/\blost\b/.test(outcome.message)) continue;
    throw new Finding('webgpu: a lost device is not told as such', describeOutcome(outcome));
  }
}

/** The same bits, but where the rows' layout may have changed on the way. */
function compareWithFresh(
  sequence: Sequence,
  performance: Performance,
  fresh: Performance,
  backend: FuzzBackend,
  tolerances: readonly number[],
): void {
  let isLaidAnew = false;
  const overwritten = sequence.steps.some(({ overwrites }) => overwrites === 'features')
    ? ' (features were overwritten)'
    : '';
  for (const [index, { step, isAwaited }] of sequence.steps.entries()) {
    const [outcome, expected] = [performance.steps[index], fresh.steps[index]];
    isLaidAnew ||= step.call === 'setParameters';
    // A unary that is kept was moved from rows of one layout to those of another.
    if ((step.call === 'refine' || step.call === 'start') && !step.warmStart && step.unary) isLaidAnew = false;
    if (step.call === 'own fault' || step.call === 'neighbour' || (sequence.ending !== 'none' && !isAwaited)) continue;
    const allowed = isLaidAnew && backend === 'webgpu' ? tolerances[index] : 0;
    const where = `${describeOutcome(outcome)}, on a fresh engine ${describeOutcome(expected)}; step ${index}`;
    if (!sameWords(outcome, expected)) {
      throw new Finding(`${backend}: ${step.call} says something else than on a fresh engine${overwritten}`, where);
    }
    if (allowed <= unstableTolerance && !(distanceOf(outcome, expected) <= allowed)) {
      throw new Finding(`${backend}: ${step.call} gives other numbers than on a fresh engine${overwritten}`, where);
    }
  }
}

function compareBackends(
  sequence: Sequence,
  cpu: Performance,
  webgpu: Performance,
  tolerances: readonly number[],
): void {
  for (const [index, { step, isAwaited }] of sequence.steps.entries()) {
    const isOfGpu = step.call === 'gpuResults' || step.call === 'own fault' || step.call === 'neighbour';
    if (isOfGpu || (sequence.ending !== 'none' && !isAwaited)) continue;
    const [expected, outcome] = [cpu.steps[index], webgpu.steps[index]];
    const where = `cpu ${describeOutcome(expected)}, webgpu ${describeOutcome(outcome)}; step ${index}`;
    if (!sameWords(outcome, expected)) throw new Finding(`the backends say different things: ${step.call}`, where);
    const tolerance = tolerances[index];
    if (step.call === 'labelMap' || !(tolerance <= unstableTolerance)) continue;
    if (!(distanceOf(outcome, expected) <= scaled(tolerance, expected))) {
      throw new Finding(`the backends give different numbers: ${step.call}`, `${where}; within ${tolerance}`);
    }
  }
  if (sequence.ending !== 'destroy') return;
  for (const [index, step] of sequence.after.entries()) {
    if (step.call === 'gpuResults' || !cpu.after[index] || sameWords(cpu.after[index], webgpu.after[index])) continue;
    const where = `cpu ${describeOutcome(cpu.after[index])}, webgpu ${describeOutcome(webgpu.after[index])}`;
    throw new Finding(`the backends say different things after destroy: ${step.call}`, where);
  }
}

/** Sums over all pixels are as large as the terms they are of. */
function scaled(tolerance: number, outcome: Outcome): number {
  if (outcome.kind === 'error' || !outcome.arrays.energy) return tolerance;
  return tolerance * (10 + Math.max(...Array.from(outcome.arrays.energy, Math.abs)));
}

/** Errors by name and text; values by what they say in words and whole numbers. */
function sameWords(a: Outcome, b: Outcome): boolean {
  if (a.kind === 'error' || b.kind === 'error') {
    return a.kind === 'error' && b.kind === 'error' && a.name === b.name && a.message === b.message;
  }
  return JSON.stringify(a.said) === JSON.stringify(b.said);
}
