// SPDX-License-Identifier: MIT

import type { Streams } from '../../src/cli/streams.js';
import { FuzzGpu } from './gpu.js';
import { type FoundFault, replay, runSuite } from './run.js';
import { watchStrays } from './strays.js';
import { type FuzzBackend, type FuzzContext, type FuzzSuite, Tally } from './suite.js';
import { suites } from './suites.js';

export interface FuzzOptions {
  seconds: number;
  seed: number;
  only?: string;
  backend: FuzzBackend | 'all';
  path?: string;
}

/** What the process that watches is told before each batch. */
export interface BatchNotice {
  suite: string;
  seed: number;
}

/** Runs suites until the time is over. Returns whether anything was found. */
export async function fuzz(options: FuzzOptions, streams: Streams): Promise<boolean> {
  const { seconds, seed, only, path } = options;
  const chosen = suites.filter(({ name }) => only === undefined || name === only);
  const gpu = options.backend === 'cpu' ? undefined : new FuzzGpu();
  if (gpu) await import('../setup/dawn.js');
  watchStrays();
  let found = 0;
  for (const [index, suite] of chosen.entries()) {
    const context = contextOf(options.backend, gpu);
    if (path !== undefined) {
      const fault = await replay(suite, context, seed, path);
      if (fault) streams.out(describeFault(fault));
      found += fault ? 1 : 0;
      continue;
    }
    // What one suite leaves over goes to the next.
    const end = performance.now() + (1000 * seconds) / chosen.length;
    const { batches, faults } = await runTimed(suite, context, { seed, end, index }, streams);
    found += faults.length;
    const seeds = `seeds ${seed}..${(seed + batches - 1) | 0}`;
    streams.out(`${suite.name}: ${context.tally}; ${seeds}; ${faults.length} found\n`);
  }
  if (found === 0 && path !== undefined) streams.out('nothing found\n');
  return found > 0;
}

async function runTimed(
  suite: FuzzSuite<unknown>,
  context: FuzzContext,
  { seed, end }: { seed: number; end: number; index: number },
  streams: Streams,
): Promise<{ batches: number; faults: readonly FoundFault[] }> {
  let batches = 0;
  const faults = await runSuite(suite, context, {
    seed,
    more: (done) => done === 0 || performance.now() < end,
    onBatch(batchSeed) {
      batches++;
      process.send?.({ suite: suite.name, seed: batchSeed } satisfies BatchNotice);
    },
    onFault: (fault) => streams.out(describeFault(fault)),
  });
  return { batches, faults };
}

export function contextOf(backend: FuzzOptions['backend'], gpu: FuzzGpu | undefined): FuzzContext {
  return { backends: backend === 'all' ? ['cpu', 'webgpu'] : [backend], gpu, tally: new Tally() };
}

/** The fault, the case as it was made smaller, and the line that shows it again. */
export function describeFault({ suite, message, value, command }: FoundFault): string {
  const shown = value.length <= 2000 ? value : `${value.slice(0, 2000)}…`;
  return `\nFOUND in ${suite}: ${message}\n  case ${shown}\n  ${command}\n\n`;
}
