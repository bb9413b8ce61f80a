// SPDX-License-Identifier: MIT

// Runs a TypeScript program of this repository: node scripts/run.mjs PROGRAM.ts [ARGUMENT...]
// In this very process, so that standard input, signals and the exit code are the program's own.

import path from 'node:path';
import { ensureInstalled, projectFolder } from './setup.mjs';

const [program, ...programArguments] = process.argv.slice(2);
if (!program) {
  process.stderr.write('Usage: node scripts/run.mjs PROGRAM.ts [ARGUMENT...]\n');
  process.exit(2);
}
await ensureInstalled();

const { importTypeScript } = await import('./typescript.mjs');

process.argv = [process.execPath, path.join(projectFolder, program), ...programArguments];
// npm changes to the package's folder; relative names are meant from where the user stands.
const { INIT_CWD, npm_lifecycle_event: npmScript } = process.env;
if (npmScript && INIT_CWD) process.chdir(INIT_CWD);
await importTypeScript(program);
