// SPDX-License-Identifier: MIT

import type * as fc from 'fast-check';
import type { FuzzGpu } from './gpu.js';

export type FuzzBackend = 'cpu' | 'webgpu';

/** What a suite may use, and where it counts. */
export interface FuzzContext {
  readonly backends: readonly FuzzBackend[];
  /** Undefined where `backends` has no 'webgpu'. */
  readonly gpu: FuzzGpu | undefined;
  readonly tally: Tally;
}

/** One kind of cases and what must hold for each of them. */
export interface FuzzSuite<Case> {
  readonly name: string;
  /** Cases of one batch: the time is looked at between batches, and a failure names its batch. */
  readonly batchSize: number;
  /** Batches that are part of `npm test`, by backend: a fixed amount of work, about 60 s in all on two idle cores. */
  readonly testBatches: Readonly<Record<FuzzBackend, number>>;
  arbitrary(context: FuzzContext): fc.Arbitrary<Case>;
  /** Throws where something does not hold: a Finding says what. */
  run(value: Case, context: FuzzContext): Promise<void>;
}

/** What does not hold, in one sentence that doesn't depend on the values of the case: findings of one sentence are one. */
export class Finding extends Error {
  override readonly name = 'Finding';

  constructor(
    readonly statement: string,
    /** Numbers and words of this case. */
    readonly detail: string,
  ) {
    super(`${statement}: ${detail}`);
  }
}

/** Counts by name: cases, steps, calls, files. */
export class Tally {
  private readonly counts = new Map<string, number>();

  add(name: string, count = 1): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + count);
  }

  get(name: string): number {
    return this.counts.get(name) ?? 0;
  }

  /** "12 cases, 345 steps", in the order in which names came up. */
  toString(): string {
    return [...this.counts].map(([name, count]) => `${count} ${name}`).join(', ');
  }
}

/** A suite's case type is nobody's business but its own. */
export function suite<Case>(definition: FuzzSuite<Case>): FuzzSuite<unknown> {
  return definition as unknown as FuzzSuite<unknown>;
}
