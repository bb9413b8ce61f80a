// SPDX-License-Identifier: MIT

import { describe, expect, test } from 'vitest';
import { type BudgetChoice, type BudgetOptions, FrameBudget } from '../../../src/pipeline/video/budget.js';
import { ArgumentError } from '../../../src/problem/errors.js';
import { randomNumbers } from '../../support/random.js';

const best = { workingSize: 640, iterations: 5 };

/** Milliseconds of a frame: fixed, by the CRF's work (at the best rung), and by the network. */
interface Machine {
  fixed: number;
  crf: number;
  network: number;
}

function cost({ fixed, crf, network }: Machine, choice: BudgetChoice): number {
  const work = (choice.workingSize / best.workingSize) ** 2 * (choice.iterations / best.iterations);
  return fixed + crf * work + (choice.runNetwork ? network : 0);
}

interface Run {
  rungs: number[];
  choices: BudgetChoice[];
  /** Number of times the rung changed. */
  changes: number;
  /** Mean time of the last 100 frames. */
  last: number;
}

function run(
  budget: FrameBudget,
  frames: number,
  machine: (frame: number) => Machine,
  disturb: (milliseconds: number, frame: number) => number = (milliseconds) => milliseconds,
): Run {
  const choices: BudgetChoice[] = [];
  const times: number[] = [];
  for (let frame = 0; frame < frames; frame++) {
    const choice = budget.next();
    choices.push(choice);
    times.push(disturb(cost(machine(frame), choice), frame));
    budget.record(choice, times[frame]);
  }
  const rungs = choices.map(({ rung }) => rung);
  const changes = rungs.filter((rung, i) => i > 0 && rung !== rungs[i - 1]).length;
  const last = times.slice(-100).reduce((sum, value) => sum + value, 0) / Math.min(100, frames);
  return { rungs, choices, changes, last };
}

const create = (options: BudgetOptions = {}) => new FrameBudget(options, best);
const fast = { fixed: 2, crf: 6, network: 8 };
const slow = { fixed: 5, crf: 60, network: 50 };

test('a fast machine keeps the best', () => {
  const { changes, choices } = run(create(), 600, () => fast);
  expect(changes).toBe(0);
  expect(choices.at(-1)).toMatchObject({ workingSize: 640, iterations: 5, networkEvery: 1, runNetwork: true, rung: 0 });
  expect(choices.at(-1)?.milliseconds).toBe(16);
  expect(choices.at(-1)?.reason).toBe('16.0 ms a frame, within the budget of 33.3 ms, with the best setting');
});

test('a slow machine comes to hold the target, and stays there', () => {
  const { rungs, changes, last } = run(create(), 3000, () => slow);
  expect(last).toBeLessThan(1000 / 30);
  expect(changes).toBeLessThanOrEqual(8);
  expect(new Set(rungs.slice(300)).size).toBeLessThanOrEqual(2);
  // It took the cheapest rung that was needed, not the cheapest there is.
  expect(rungs.at(-1)).toBeLessThan(6);
});

test('a machine that is too slow for any rung says so', () => {
  const { rungs, choices, changes } = run(create(), 600, () => ({ fixed: 80, crf: 100, network: 100 }));
  expect(rungs.at(-1)).toBe(6);
  expect(changes).toBeLessThanOrEqual(3);
  expect(choices.at(-1)?.reason).toMatch(/over the budget of 33\.3 ms, with the fastest setting$/);
});

test('the network runs in the first frame, after a change, and every n-th', () => {
  const { choices, rungs } = run(create(), 200, () => slow);
  expect(choices[0].runNetwork).toBe(true);
  for (let i = 1; i < choices.length; i++) {
    if (rungs[i] !== rungs[i - 1]) expect(choices[i].runNetwork).toBe(true);
  }
  const tail = choices.slice(-60);
  expect(tail.filter(({ runNetwork }) => runNetwork).length).toBeCloseTo(60 / tail[0].networkEvery, -0.5);
});

test.each([1, 2, 3, 4, 5])('noise makes it neither climb nor fall again and again (%i)', (seed) => {
  const random = randomNumbers(seed);
  // ±30 %, and one frame in twenty takes thrice as long.
  const noisy = (milliseconds: number) => milliseconds * (0.7 + 0.6 * random()) * (random() < 0.05 ? 3 : 1);
  const { changes, rungs } = run(create(), 6000, () => ({ fixed: 4, crf: 22, network: 20 }), noisy);
  expect(changes).toBeLessThanOrEqual(12);
  const late = rungs.slice(3000);
  expect(late.filter((rung, i) => i > 0 && rung !== late[i - 1]).length).toBeLessThanOrEqual(4);
});

test('a model that is wrong is found out ever more rarely', () => {
  // Below rung 1 all is cheap, at rung 1 it is not: what no model foresees.
  const budget = create();
  const tries: number[] = [];
  let before = 0;
  for (let frame = 0; frame < 20000; frame++) {
    const choice = budget.next();
    if (choice.rung === 1 && before === 2) tries.push(frame);
    before = choice.rung;
    budget.record(choice, choice.rung <= 1 ? 60 : 12);
  }
  const waits = tries.slice(1).map((frame, i) => frame - tries[i]);
  expect(waits.length).toBeGreaterThanOrEqual(4);
  for (let i = 1; i < waits.length; i++) expect(waits[i] / waits[i - 1]).toBeGreaterThan(1.6);
});

test('a machine that changes its mind is followed, down and up', () => {
  const { rungs } = run(create(), 3000, (frame) => (frame >= 500 && frame < 1500 ? slow : fast));
  expect(rungs.slice(0, 500)).toEqual(Array.from({ length: 500 }, () => 0));
  expect(rungs[700]).toBeGreaterThan(1);
  expect(rungs.at(-1)).toBe(0);
});

test('pauses change nothing: a tab in the background, a collected heap', () => {
  const pause = (milliseconds: number, frame: number) => (frame % 50 === 37 ? 90_000 : milliseconds);
  expect(run(create(), 1000, () => fast, pause).changes).toBe(0);
  expect(run(create(), 3000, () => slow, pause).rungs).toEqual(run(create(), 3000, () => slow).rungs);
});

test('one step down at most while the network hides in every frame, then as many as it takes', () => {
  const { rungs } = run(create(), 400, () => ({ fixed: 2, crf: 300, network: 300 }));
  const visited = rungs.filter((rung, i) => i === 0 || rung !== rungs[i - 1]);
  expect(visited.slice(0, 2)).toEqual([0, 1]);
  expect(visited.length).toBeLessThanOrEqual(4);
});

test('frames under way when the rung changed do not count, nor do frames recorded twice', () => {
  const budget = create();
  const early = budget.next();
  const twice = budget.next();
  for (let i = 0; i < 100; i++) budget.record(twice, 10_000);
  expect(budget.next().rung).toBe(0);
  run(budget, 100, () => slow);
  const rung = budget.next().rung;
  expect(rung).toBeGreaterThan(0);
  for (let i = 0; i < 100; i++) budget.record(early, 10_000);
  expect(budget.next().rung).toBe(rung);
});

test('reset begins anew', () => {
  const budget = create();
  run(budget, 100, () => slow);
  budget.reset();
  expect(budget.next()).toMatchObject({ rung: 0, runNetwork: true, milliseconds: Number.NaN });
});

test('without iterations there are none to save', () => {
  const choice = new FrameBudget({}, { workingSize: 10, iterations: 0 }).next();
  expect(choice.iterations).toBe(0);
});

describe('refused', () => {
  const rung = { size: 1, iterations: 1, networkEvery: 1 };
  test.each<[unknown, RegExp]>([
    [{ framesPerSecond: 0 }, /budget\.framesPerSecond: got 0/],
    [{ framesPerSecond: Number.NaN }, /budget\.framesPerSecond: got NaN/],
    [{ fps: 30 }, /budget\.fps: got 30, expected one of the keys/],
    [{ ladder: [] }, /budget\.ladder\.length: got 0/],
    [{ ladder: [{ ...rung, size: 0 }] }, /budget\.ladder\[0\]\.size: got 0/],
    [{ ladder: [{ ...rung, iterations: 2 }] }, /budget\.ladder\[0\]\.iterations: got 2/],
    [{ ladder: [{ ...rung, networkEvery: 1.5 }] }, /budget\.ladder\[0\]\.networkEvery: got 1\.5/],
    [{ ladder: [{ ...rung, size: 0.5 }, rung] }, /budget\.ladder\[1\]\.size: got 1, expected at most 0\.5/],
    [{ ladder: [{ ...rung, networkEvery: 2 }, rung] }, /budget\.ladder\[1\]\.networkEvery: got 1, expected at least 2/],
  ])('%j', (options, message) => {
    expect(() => create(options as BudgetOptions)).toThrow(ArgumentError);
    expect(() => create(options as BudgetOptions)).toThrow(message);
  });

  test('a time that is none', () => {
    const budget = create();
    const choice = budget.next();
    for (const time of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => budget.record(choice, time)).toThrow(/milliseconds: got/);
    }
  });
});
