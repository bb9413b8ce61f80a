// SPDX-License-Identifier: MIT

import type { Streams } from './streams.js';

/** Runs a command line as this process: its arguments, its streams, its exit code. */
export async function runAsProcess(
  runCommandLine: (commandArguments: readonly string[], streams: Streams) => Promise<number>,
): Promise<void> {
  // Leaving by process.exit lets temporary files and the browser go; a signal alone would not.
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const) {
    process.once(signal, () => process.exit(code));
  }
  // Whoever reads the report may stop early, as `head` does; the files are written all the same.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  process.exitCode = await runCommandLine(process.argv.slice(2), {
    out: (text) => void process.stdout.write(text),
    error: (text) => void process.stderr.write(text),
    status(text) {
      // To the start of the line, and clear it: a terminal's business, not a log file's.
      if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
    },
    terminal: process.stderr,
  });
}
