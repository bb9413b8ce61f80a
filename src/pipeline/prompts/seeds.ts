// SPDX-License-Identifier: MIT

import type { CheckedPrompts } from './prompts.js';
import { rasterizeMarks } from './rasterize.js';

/** Soft seeds 0..1, [label, y, x], at the size of the network's input. */
export function seedMaps(prompts: CheckedPrompts, width: number, height: number): Float32Array {
  const marks = rasterizeMarks(prompts, { width, height });
  const seeds = new Float32Array(prompts.labelCount * width * height);
  for (const [pixel, mark] of marks.entries()) {
    if (mark > 0) seeds[(mark - 1) * width * height + pixel] = 1;
  }
  return seeds;
}
