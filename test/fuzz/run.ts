// SPDX-License-Identifier: MIT

import * as fc from 'fast-check';
import { takeStrays } from './strays.js';
import { Finding, type FuzzContext, type FuzzSuite } from './suite.js';

/** A fault, shrunk, and how to see it again. */
export interface FoundFault {
  suite: string;
  /** The same for all cases that show the same fault. */
  statement: string;
  message: string;
  /** The smallest case that was found. */
  value: string;
  seed: number;
  path: string;
  /** The command that shows it again. */
  command: string;
}

export interface RunOptions {
  /** Of the first batch; each batch has the next. */
  seed: number;
  /** Whether another batch is to be run. */
  more: (batchesDone: number) => boolean;
  onBatch?: (seed: number) => void;
  onFault?: (fault: FoundFault) => void;
}

/** Making a failure smaller takes no longer than this, of which its case may be a long one. */
const shrinkingMs = 60_000;

/** Batches with rising seeds. A fault that was found already is passed over: each is reported once. */
export async function runSuite(
  suite: FuzzSuite<unknown>,
  context: FuzzContext,
  { seed, more, onBatch, onFault }: RunOptions,
): Promise<FoundFault[]> {
  const faults: FoundFault[] = [];
  for (let batch = 0; more(batch); batch++) {
    const batchSeed = (seed + batch) | 0;
    onBatch?.(batchSeed);
    const known = new Set(faults.map(({ statement }) => statement));
    const fault = await runBatch(suite, context, { seed: batchSeed, numRuns: suite.batchSize }, known);
    if (!fault) continue;
    faults.push(fault);
    onFault?.(fault);
  }
  return faults;
}

/** One case again, by the seed and path of a failure. */
export function replay(
  suite: FuzzSuite<unknown>,
  context: FuzzContext,
  seed: number,
  path: string,
): Promise<FoundFault | undefined> {
  return runBatch(suite, context, { seed, path, numRuns: suite.batchSize, endOnFailure: true }, new Set());
}

async function runBatch(
  suite: FuzzSuite<unknown>,
  context: FuzzContext,
  parameters: fc.Parameters<[unknown]> & { seed: number },
  known: ReadonlySet<string>,
): Promise<FoundFault | undefined> {
  const guard = new Guard(known);
  const property = fc.asyncProperty(suite.arbitrary(context), (value) => guard.around(() => suite.run(value, context)));
  const { failed, counterexample, counterexamplePath, errorInstance, seed } = await fc.check(property, parameters);
  if (!failed) return undefined;
  const path = counterexamplePath ?? '';
  return {
    suite: suite.name,
    statement: statementOf(errorInstance),
    message: messageOf(errorInstance),
    value: fc.stringify(counterexample?.[0]),
    seed,
    path,
    command: `npm run fuzz -- --only ${suite.name} --seed ${seed}${path === '' ? '' : ` --path ${path}`}${backendOption(context)}`,
  };
}

function backendOption({ backends }: FuzzContext): string {
  return backends.length === 1 ? ` --backend ${backends[0]}` : '';
}

/** Keeps shrinking to one fault and to a limit of time, and known faults out. */
class Guard {
  private statement: string | undefined;
  private deadline = Number.POSITIVE_INFINITY;

  constructor(private readonly known: ReadonlySet<string>) {}

  async around(work: () => Promise<void>): Promise<void> {
    if (performance.now() > this.deadline) return;
    try {
      await work();
      const [stray] = await takeStrays();
      if (stray !== undefined) throw new Finding('a rejection reaches nobody', messageOf(stray));
    } catch (error) {
      if (fc.PreconditionFailure.isFailure(error)) throw error;
      const statement = statementOf(error);
      // While one fault is made smaller, others are not mixed in.
      if (this.known.has(statement) || (this.statement !== undefined && this.statement !== statement)) return;
      if (this.statement === undefined) this.deadline = performance.now() + shrinkingMs;
      this.statement = statement;
      throw error;
    }
  }
}

function statementOf(error: unknown): string {
  if (error instanceof Finding) return error.statement;
  return messageOf(error).replace(/-?\d+(\.\d+)?(e[+-]?\d+)?/gi, '#');
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof Finding) return error.message;
  // Of what nobody expected the place is of interest.
  const place = /\n\s+at .*?((?:src|test)\/[^)\n]*)/.exec(error.stack ?? '')?.[1];
  return `${error.name}: ${error.message}${place ? ` (${place})` : ''}`;
}
