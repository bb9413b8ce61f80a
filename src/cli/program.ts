// SPDX-License-Identifier: MIT

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Command, CommanderError } from 'commander';
import { describeError, exitCodes, UsageError } from './failure.js';
import { packageFolder } from './package-folder.js';
import { addRefineCommand } from './refine/command.js';
import type { Streams } from './streams.js';

/** Runs one command line. Errors end as one line in `streams.error`, never as an exception. */
export async function runCommandLine(commandArguments: readonly string[], streams: Streams): Promise<number> {
  try {
    await createProgram(streams).parseAsync([...commandArguments], { from: 'user' });
    return exitCodes.done;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return exitCodes.done;
    const { exitCode, line } = describeError(error instanceof CommanderError ? asUsageError(error) : error);
    streams.error(`error: ${line}\n`);
    return exitCode;
  }
}

function createProgram(streams: Streams): Command {
  const version = packageVersion();
  const program = new Command('meanfield')
    .description('Fully connected CRFs on WebGPU: crisp segmentation masks.')
    .version(version, '--version', 'print the version')
    .helpCommand(false)
    .exitOverride()
    .configureOutput({
      writeOut: streams.out,
      // Errors come as exceptions, which say the same.
      writeErr: () => undefined,
    })
    .showHelpAfterError(false)
    .action(() => {
      throw new UsageError('got no command, expected refine; see meanfield --help');
    });
  addRefineCommand(program, streams, version);
  return program;
}

/** Commander begins its messages with "error: ", and gives a guess of what was meant a line of its own. */
function asUsageError(error: CommanderError): UsageError {
  return new UsageError(`${error.message.replace(/^error: /, '')}; see meanfield --help`);
}

function packageVersion(): string {
  const file = path.join(packageFolder(), 'package.json');
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
