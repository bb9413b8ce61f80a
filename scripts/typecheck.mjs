// SPDX-License-Identifier: MIT

// npm run typecheck: each of the three configurations. What TypeScript found stays in node_modules, so that a second run looks only at what has changed.

import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { projectFolder } from './setup.mjs';

for (const name of ['tsconfig', 'tsconfig.library', 'tsconfig.reference']) {
  const found = path.join('node_modules', '.cache', 'meanfield', 'types', `${name}.tsbuildinfo`);
  const { status } = spawnSync(
    process.execPath,
    ['node_modules/typescript/bin/tsc', '-p', `${name}.json`, '--noEmit', '--incremental', '--tsBuildInfoFile', found],
    { cwd: projectFolder, stdio: 'inherit' },
  );
  if (status !== 0) process.exit(status ?? 1);
}
