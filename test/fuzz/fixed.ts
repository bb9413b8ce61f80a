// SPDX-License-Identifier: MIT

import { contextOf, describeFault } from './fuzz.js';
import type { FuzzGpu } from './gpu.js';
import { runSuite } from './run.js';
import type { FuzzBackend, FuzzSuite } from './suite.js';

/** Of `npm test`: every machine tries the same cases, a slow one takes longer. */
const seed = 20_110;

/** The fixed part of a suite: what it found, with the lines that show it again, and how much it tried. */
export async function runFixed(
  suite: FuzzSuite<unknown>,
  backend: FuzzBackend,
  gpu: FuzzGpu | undefined,
): Promise<{ found: string; tried: string }> {
  const context = contextOf(backend, gpu);
  const more = (done: number) => done < suite.testBatches[backend];
  const faults = await runSuite(suite, context, { seed, more });
  return { found: faults.map(describeFault).join(''), tried: String(context.tally) };
}
