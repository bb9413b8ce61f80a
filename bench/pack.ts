// SPDX-License-Identifier: MIT

// npm run bench:pack: one archive that runs on a Linux machine with a Vulkan driver and nothing else.

import { runAsProcess } from '../src/cli/process.js';
import { createBareProgram, runProgram } from '../src/cli/program.js';
import { packBench } from './pack/archive.js';

await runAsProcess((commandArguments, streams) => {
  const program = createBareProgram('npm run bench:pack --', streams)
    .description(
      'Makes an archive of Node, Dawn, the bench, golden cases and generated problems. On a Linux machine with a Vulkan driver and nothing else ' +
        'unpack it with tar, and start ./run in its folder.',
    )
    .option('--out <file>', 'the archive', `meanfield-bench-linux-${process.arch}.tar.gz`)
    .action(async ({ out }: { out: string }) => {
      const bytes = await packBench(out, streams);
      streams.out(`${out}, ${(bytes / 1e6).toFixed(1)} MB\n`);
    });
  return runProgram(program, commandArguments, streams);
});
