// SPDX-License-Identifier: MIT

import type { Energy } from '../../../src/problem/types.js';

/** What a call led to, as plain data: arrays by name, and what else it said. */
export type Outcome =
  | { kind: 'value'; arrays: Readonly<Record<string, ArrayLike<number>>>; said: Readonly<Record<string, unknown>> }
  | { kind: 'error'; name: string; message: string };

export function said(words: Record<string, unknown> = {}): Outcome {
  return { kind: 'value', arrays: {}, said: words };
}

export function heard(arrays: Record<string, ArrayLike<number>>, words: Record<string, unknown> = {}): Outcome {
  return { kind: 'value', arrays, said: words };
}

export function ofEnergy({ entropyTerm, unaryTerm, pairwiseTerm, kl }: Energy): Outcome {
  return heard({ energy: [entropyTerm, unaryTerm, pairwiseTerm, kl] });
}

export function failed(error: unknown): Outcome {
  if (!(error instanceof Error)) return { kind: 'error', name: typeof error, message: String(error) };
  return { kind: 'error', name: error.name, message: error.message };
}

export async function settled(work: () => Promise<Outcome> | Outcome): Promise<Outcome> {
  try {
    return await work();
  } catch (error) {
    return failed(error);
  }
}

/** Largest difference of any number; infinite where shapes differ or a number is NaN on one side. */
export function distanceOf(a: Outcome, b: Outcome): number {
  if (a.kind === 'error' || b.kind === 'error') return a.kind === b.kind ? 0 : Number.POSITIVE_INFINITY;
  const names = new Set([...Object.keys(a.arrays), ...Object.keys(b.arrays)]);
  let distance = 0;
  for (const name of names) {
    const [left, right] = [a.arrays[name], b.arrays[name]];
    if (left?.length !== right?.length) return Number.POSITIVE_INFINITY;
    for (let i = 0; i < left.length; i++) {
      if (Object.is(left[i], right[i]) || left[i] === right[i]) continue;
      const difference = Math.abs(left[i] - right[i]);
      distance = Math.max(distance, Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference);
    }
  }
  return distance;
}

export function describeOutcome(outcome: Outcome): string {
  if (outcome.kind === 'error') return `${outcome.name}: ${outcome.message}`;
  const arrays = Object.entries(outcome.arrays).map(([name, values]) => {
    const shown = Array.from({ length: Math.min(values.length, 6) }, (_, i) => values[i]);
    return `${name} [${shown.join(' ')}${values.length > 6 ? ' …' : ''}]`;
  });
  return [...arrays, JSON.stringify(outcome.said)].join(' ');
}
