// SPDX-License-Identifier: MIT

// npm run bench: the command `bench`, and for who works on the engine WebGPU in Dawn, without a browser.

import { addBenchOptions } from '../src/cli/bench/command.js';
import type { BenchOptions } from '../src/cli/bench/options.js';
import { bench } from '../src/cli/bench/run.js';
import { oneOf } from '../src/cli/option-values.js';
import { runAsProcess } from '../src/cli/process.js';
import { createBareProgram, packageVersion, runProgram } from '../src/cli/program.js';
import { runAnewForSoftware, startDawn } from './dawn.js';

interface Options extends BenchOptions {
  host: 'browser' | 'dawn';
}

await runAsProcess((commandArguments, streams) => {
  const program = addBenchOptions(createBareProgram('npm run bench --', streams))
    .option(
      '--host <name>',
      'where WebGPU runs: browser, or dawn for this process',
      oneOf('--host', ['browser', 'dawn']),
      'browser',
    )
    .action(async ({ host, ...options }: Options) => {
      if (host === 'browser' || options.backend === 'cpu') return bench(options, streams, packageVersion());
      await runAnewForSoftware();
      return bench(options, streams, packageVersion(), startDawn);
    });
  return runProgram(program, commandArguments, streams);
});
