// SPDX-License-Identifier: MIT

import { SimdRowEngine } from '../../src/cpu/row-engine.js';
import type { ProblemSize } from '../../src/problem/types.js';
import { type RowEngine, typedArrays } from '../../src/reference/rows.js';

/** SIMD in WebAssembly for a problem; throws where there is none. */
export async function simdEngine({ width, height, labelCount }: ProblemSize, threads?: number): Promise<SimdRowEngine> {
  const engine = await SimdRowEngine.create(width * height, labelCount, threads);
  if (!engine) throw new Error('no WebAssembly with SIMD here');
  return engine;
}

/** Both engines of the CPU backend, by name. */
export const rowEngines: [string, (size: ProblemSize) => Promise<RowEngine>][] = [
  ['typed arrays', async () => typedArrays],
  ['SIMD', (size) => simdEngine(size)],
];
