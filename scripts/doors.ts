// SPDX-License-Identifier: MIT

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { projectFolder } from './setup.mjs';

/** A public door of the library. */
export interface Door {
  /** As users import it: `meanfield/pipeline`. */
  name: string;
  /** Its source, from the repository's root: `src/pipeline/index.ts`. */
  source: string;
}

interface Manifest {
  name: string;
  exports: Record<string, string | { types?: string }>;
}

/** The modules that package.json exports, in its order. */
export function publicDoors(): Door[] {
  const file = path.join(projectFolder, 'package.json');
  const { name, exports } = JSON.parse(readFileSync(file, 'utf8')) as Manifest;
  return Object.entries(exports).flatMap(([door, target]) =>
    typeof target === 'object' && target.types
      ? [{ name: path.posix.join(name, door), source: sourceOf(target.types) }]
      : [],
  );
}

function sourceOf(declarations: string): string {
  return declarations.replace(/^\.\/dist\//, 'src/').replace(/\.d\.ts$/, '.ts');
}
