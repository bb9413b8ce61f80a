// SPDX-License-Identifier: MIT

import { type Command, Option } from 'commander';
import { oneOf, wholeNumber } from '../option-values.js';
import type { Streams } from '../streams.js';
import { type BenchOptions, parseCases, parsePeers, parseThreads, peerNames, usualCases } from './options.js';

const notes = `
For each size: milliseconds to the first result, for lattices and start (build), and for an iteration, on the wall and of
all processors together; dispatches, lattice vertices, GPU memory held and moved; GPU time by stage where the adapter has
timestamps. Beside an iteration stands what it would take if it did nothing but move its bytes as fast as the GPU copies.
Close other programs: their load is in the figures, and in the report.

Examples:
  meanfield bench
  meanfield bench --sizes 640x480x2,512x512x21:noise --backend webgpu --json
  meanfield bench --backend cpu --threads 1,4
  meanfield bench --backend webgpu --tune tuning.json
  meanfield bench --against before.json --out after.json
  meanfield bench --backend cpu --threads 1 --peers guided,pydensecrf
`;

/** Adds `bench` to the program. */
export function addBenchCommand(program: Command, streams: Streams, version: string): void {
  addBenchOptions(program.command('bench'))
    .addHelpText('after', notes)
    .action(async (options: BenchOptions) => {
      const { bench } = await import('./run.js');
      await bench(options, streams, version);
    });
}

/** Description and options: the program for developers has the same, and one more. */
export function addBenchOptions(command: Command): Command {
  return command
    .summary('measure time by stage, memory and adapter on this computer')
    .description(
      'Measures the engine on WebGPU and its CPU twin, with the default parameters: gaussian and bilateral kernel.',
    )
    .addOption(
      new Option(
        '--sizes <list>',
        'WIDTHxHEIGHTxLABELS, with commas between; :noise behind one takes a picture of noise',
      )
        .argParser(parseCases)
        .default(parseCases(usualCases), usualCases),
    )
    .option('--repeat <count>', 'measurements of each number', wholeNumber('--repeat', 1, 1000), 5)
    .option(
      '--backend <backend>',
      'what to measure: webgpu (in a headless browser), cpu or both',
      oneOf('--backend', ['webgpu', 'cpu', 'both']),
      'both',
    )
    .option(
      '--threads <counts>',
      'of the CPU backend, with commas between: each case with each (default: by cores and size)',
      parseThreads,
    )
    .option('--json', 'print the report as one JSON object instead of tables')
    .option('--out <file>', 'also write the JSON to this file')
    .option(
      '--tune <file>',
      'first find the fastest shapes of the shaders for these sizes, on WebGPU; measure with them, and write them to this file',
    )
    .option('--against <file>', 'compare with the JSON of an earlier run, case by case')
    .option(
      '--peers <list>',
      `also measure other programs on the same pictures, with commas between: ${peerNames.join(', ')}`,
      parsePeers,
    )
    .option('--python <program>', 'the Python that has pydensecrf', 'python3');
}
