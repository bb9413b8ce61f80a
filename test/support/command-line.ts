// SPDX-License-Identifier: MIT

import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { runCommandLine } from '../../src/cli/program.js';

export interface CommandResult {
  exitCode: number;
  out: string;
  error: string;
}

/** Runs a command line in this process, as `meanfield` would. */
export async function meanfield(...commandArguments: string[]): Promise<CommandResult> {
  const result = { out: '', error: '' };
  const exitCode = await runCommandLine(commandArguments, {
    out(text) {
      result.out += text;
    },
    error(text) {
      result.error += text;
    },
    status: () => undefined,
  });
  return { exitCode, ...result };
}

export interface Folder {
  path: string;
  /** Path of a file in it. */
  file(name: string): string;
  /** Names of what is in it, hidden files too. */
  list(): Promise<string[]>;
}

/** A folder that goes when the test ends. */
export async function temporaryFolder(): Promise<Folder> {
  const folder = await mkdtemp(path.join(tmpdir(), 'meanfield-cli-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return {
    path: folder,
    file: (name) => path.join(folder, name),
    list: async () => (await readdir(folder)).sort(),
  };
}
