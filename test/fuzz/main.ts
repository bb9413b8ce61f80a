// SPDX-License-Identifier: MIT

// npm run fuzz -- --seconds 60 --seed 1 [--only NAME] [--backend cpu|webgpu|all] [--path PATH]

import { Option } from 'commander';
import { oneOf, wholeNumber } from '../../src/cli/option-values.js';
import { runAsProcess } from '../../src/cli/process.js';
import { createBareProgram, runProgram } from '../../src/cli/program.js';
import { type FuzzOptions, fuzz } from './fuzz.js';
import { suites } from './suites.js';
import { superviseChild } from './supervise.js';

interface Options extends FuzzOptions {
  /** This process does the work: the one that watches it has set its variables. */
  child?: boolean;
}

await runAsProcess((commandArguments, streams) => {
  const names = suites.map(({ name }) => name);
  const program = createBareProgram('npm run fuzz --', streams)
    .description('Generated problems, sequences of calls, bad calls and hostile files, until the time is over.')
    .option('--seconds <n>', 'time for all suites together', wholeNumber('--seconds', 1, 1_000_000), 60)
    .option('--seed <n>', 'seed of the first batch', wholeNumber('--seed', -(2 ** 31), 2 ** 31 - 1))
    .option('--only <name>', `one suite: ${names.join(', ')}`, oneOf('--only', names))
    .option('--backend <name>', 'cpu, webgpu or all', oneOf('--backend', ['cpu', 'webgpu', 'all']), 'all')
    .option('--path <path>', 'the one case of a failure, beside its --only and --seed')
    .addOption(new Option('--child').hideHelp())
    .action(async ({ child, ...options }: Options) => {
      const seed = options.seed ?? Date.now() & 0x7fffffff;
      const failed = child
        ? await fuzz({ ...options, seed }, streams)
        : await superviseChild({ ...options, seed }, streams);
      if (child) process.exit(failed ? 1 : 0);
      if (failed) process.exitCode = 1;
    });
  return runProgram(program, commandArguments, streams).then((code) => code || Number(process.exitCode ?? 0));
});
