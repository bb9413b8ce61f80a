// SPDX-License-Identifier: MIT

// npm run test:tools: installs the packed library with each of several build tools, from npm, builds a page with each and runs it in Chromium; and
// transformers.js and MediaPipe, whose masks and logits the library refines.

import { ensureInstalled, runNpm } from './setup.mjs';

await ensureInstalled();

process.exitCode = runNpm(['--silent', 'exec', '--', 'vitest', 'run', '--config', 'vitest.tools.config.ts']);
