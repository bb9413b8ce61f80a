// SPDX-License-Identifier: MIT

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Command, CommanderError } from 'commander';
import { addBenchCommand } from './bench/command.js';
import { addEvaluateCommand, addMergeCommand } from './evaluate/command.js';
import { describeError, exitCodes, UsageError } from './failure.js';
import { packageFolder } from './package-folder.js';
import { addRefineCommand } from './refine/command.js';
import { addSegmentCommand } from './segment/command.js';
import { printable, type Streams } from './streams.js';
import { addTuneCommand } from './tune/command.js';

/** Runs one command line. Errors end as one line in `streams.error`, never as an exception. */
export function runCommandLine(commandArguments: readonly string[], streams: Streams): Promise<number> {
  const safe = printable(streams);
  return runProgram(createProgram(safe), commandArguments, safe);
}

/** The same for a program of one's own, begun by `createBareProgram`. */
export async function runProgram(
  program: Command,
  commandArguments: readonly string[],
  streams: Streams,
): Promise<number> {
  try {
    await program.parseAsync([...commandArguments], { from: 'user' });
    return exitCodes.done;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return exitCodes.done;
    const described = error instanceof CommanderError ? usageError(error, program, commandArguments) : error;
    const { exitCode, line } = describeError(described);
    streams.error(`error: ${line}\n`);
    return exitCode;
  }
}

function createProgram(streams: Streams): Command {
  const version = packageVersion();
  const program = createBareProgram('meanfield', streams)
    .description('Fully connected CRFs on WebGPU: crisp segmentation masks.')
    .version(version, '--version', 'print the version')
    .helpCommand(false);
  addRefineCommand(program, streams, version);
  addSegmentCommand(program, streams, version);
  addEvaluateCommand(program, streams, version);
  addMergeCommand(program, streams);
  addTuneCommand(program, streams, version);
  addBenchCommand(program, streams, version);
  return program;
}

/** Without commands and options; it writes where its streams say, and throws where it would end the process. */
export function createBareProgram(name: string, streams: Streams): Command {
  return new Command(name).exitOverride().configureOutput({
    writeOut: streams.out,
    // Errors come as exceptions, which say the same.
    writeErr: () => undefined,
  });
}

/** Commander's own finding, in the form that all errors have here. */
function usageError(error: CommanderError, program: Command, commandArguments: readonly string[]): UsageError {
  const names = program.commands.map((command) => command.name());
  const command = names.find((name) => name === commandArguments[0]);
  const help = `see ${[program.name(), command, '--help'].filter(Boolean).join(' ')}`;
  // Its answer to an empty command line is to print the help.
  if (error.code === 'commander.help')
    return new UsageError(`got no command, expected one of ${names.join(', ')}; ${help}`);
  const finding = error.message.replace(/^error: /, '').replace(/\.$/, '');
  return new UsageError(`${finding}; ${help}`);
}

export function packageVersion(): string {
  const file = path.join(packageFolder(), 'package.json');
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
