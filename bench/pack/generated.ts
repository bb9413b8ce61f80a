// SPDX-License-Identifier: MIT

import { FuzzGpu } from '../../test/fuzz/gpu.js';
import { problems } from '../../test/fuzz/problems/suite.js';
import { runSuite } from '../../test/fuzz/run.js';
import { sequences } from '../../test/fuzz/sequences/suite.js';
import { watchStrays } from '../../test/fuzz/strays.js';
import { Tally } from '../../test/fuzz/suite.js';
import type { Findings } from './findings.js';

/** Generated problems and sequences of calls, on the GPU against the CPU, until the time is over. Returns what was done. */
export async function runGenerated(seed: number, findings: Findings): Promise<Record<string, string>> {
  watchStrays();
  const gpu = new FuzzGpu();
  const done: Record<string, string> = {};
  const suites = [problems, sequences];
  for (const [index, suite] of suites.entries()) {
    const tally = new Tally();
    const end = performance.now() + findings.millisecondsLeft / (suites.length - index);
    await runSuite(
      suite,
      { backends: ['cpu', 'webgpu'], gpu, tally },
      {
        seed,
        more: (batches) => batches === 0 || performance.now() < end,
        onFault: ({ message, command }) => findings.fail(`${message}; in the repository: ${command}`),
      },
    );
    done[suite.name] = `${tally}`;
    findings.say(`${suite.name}: ${tally}; first seed ${seed}`);
  }
  await gpu.close();
  return done;
}
