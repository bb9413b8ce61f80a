#!/usr/bin/env node
// SPDX-License-Identifier: MIT

import { runCommandLine } from './program.js';

// Leaving by process.exit lets temporary files and the browser go; a signal alone would not.
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const) {
  process.once(signal, () => process.exit(code));
}
// Whoever reads the output may stop early, as `head` does.
process.stdout.on('error', () => process.exit(0));

process.exitCode = await runCommandLine(process.argv.slice(2), {
  out: (text) => void process.stdout.write(text),
  error: (text) => void process.stderr.write(text),
});
