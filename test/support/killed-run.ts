// SPDX-License-Identifier: MIT

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import path from 'node:path';

/** Runs a command line in a process of its own, and kills that some time after the run's second image has entered its journal. */
export async function killAtRandom(commandLine: readonly string[], journal: string): Promise<void> {
  const program = [path.resolve(import.meta.dirname, '../../scripts/run.mjs'), 'src/cli/main.ts'];
  const child = spawn(process.execPath, [...program, ...commandLine], { stdio: 'ignore' });
  const lineCount = async () => (await readFile(journal, 'utf8').catch(() => '')).split('\n').length;
  const wait = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
  while ((await lineCount()) <= 2 && child.exitCode === null) await wait(5);
  await wait(60 * Math.random());
  if (child.exitCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}
