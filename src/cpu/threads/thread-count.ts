// SPDX-License-Identifier: MIT

import { builtinModule } from './node.js';

/** Threads that the processor runs at once, as far as that is told. */
export function coreCount(): number {
  // Node 20 has no `navigator`.
  return globalThis.navigator?.hardwareConcurrency ?? builtinModule('node:os')?.availableParallelism() ?? 1;
}
