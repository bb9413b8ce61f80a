// SPDX-License-Identifier: MIT

import type { Prompts } from '../../src/pipeline/index.js';
import type { Marks } from './marks.js';

/** Marks as the library takes them, on a picture of this size in pixels. Strokes of labels that are not there are left out. */
export function promptsOf({ strokes, box }: Marks, width: number, height: number, labelCount: number): Prompts {
  return {
    width,
    height,
    labelCount,
    ...(box && {
      box: { x: box.left * width, y: box.top * height, width: box.width * width, height: box.height * height },
    }),
    strokes: strokes
      .filter(({ label }) => label === null || label < labelCount)
      .map(({ label, radius, points }) => ({
        label,
        radius: radius * Math.max(width, height),
        points: points.map(({ x, y }) => ({ x: x * width, y: y * height })),
      })),
  };
}
