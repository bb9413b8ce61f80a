// SPDX-License-Identifier: MIT

import type { CheckedPrompts } from '../prompts/prompts.js';
import { type RasterSize, rasterizeMarks } from '../prompts/rasterize.js';

/** Pixels that were marked in one go. */
export interface StrokeSeeds {
  label: number;
  /** Ascending. */
  pixels: readonly number[];
}

/** What was marked, in the order in which it was: the connected parts of the label map, then strokes, but for what a later stroke covers. */
export function strokeSeeds(prompts: CheckedPrompts, size: RasterSize): StrokeSeeds[] {
  const { labelMap, strokes } = prompts;
  const marks = rasterizeMarks(prompts, size);
  const parts = labelMap ? partsOf(rasterizeMarks({ ...prompts, strokes: [] }, size), size) : [];
  const drawn = strokes.flatMap((stroke) => {
    if (stroke.label === null) return [];
    const alone = rasterizeMarks({ ...prompts, labelMap: undefined, strokes: [stroke] }, size);
    return [{ label: stroke.label, pixels: pixelsWhere(alone, (mark) => mark > 0) }];
  });
  return [...parts, ...drawn]
    .map(({ label, pixels }) => ({ label, pixels: pixels.filter((pixel) => marks[pixel] === label + 1) }))
    .filter(({ pixels }) => pixels.length > 0);
}

function pixelsWhere(marks: ArrayLike<number>, isWanted: (mark: number) => boolean): number[] {
  const pixels: number[] = [];
  for (let pixel = 0; pixel < marks.length; pixel++) if (isWanted(marks[pixel])) pixels.push(pixel);
  return pixels;
}

/** Connected by edges or corners; by label, then by their first pixel. */
function partsOf(marks: ArrayLike<number>, { width, height }: RasterSize): StrokeSeeds[] {
  const isSeen = new Uint8Array(marks.length);
  const parts: StrokeSeeds[] = [];
  for (let first = 0; first < marks.length; first++) {
    if (marks[first] === 0 || isSeen[first]) continue;
    const pixels = [first];
    isSeen[first] = 1;
    for (let i = 0; i < pixels.length; i++) {
      const x = pixels[i] % width;
      const y = (pixels[i] - x) / width;
      for (let toY = Math.max(0, y - 1); toY <= Math.min(height - 1, y + 1); toY++) {
        for (let toX = Math.max(0, x - 1); toX <= Math.min(width - 1, x + 1); toX++) {
          const to = toY * width + toX;
          if (isSeen[to] || marks[to] !== marks[first]) continue;
          isSeen[to] = 1;
          pixels.push(to);
        }
      }
    }
    parts.push({ label: marks[first] - 1, pixels: pixels.sort((a, b) => a - b) });
  }
  return parts.sort((a, b) => a.label - b.label);
}
