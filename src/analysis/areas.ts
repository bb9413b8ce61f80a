// SPDX-License-Identifier: MIT

import type { Areas, Box, LabelArea, Region } from './api.js';
import { areaWords } from './cpu/areas.js';

interface Extent {
  width: number;
  height: number;
}

/** The table's rows as people read them. */
export function areasOf(table: Uint32Array, names: readonly string[], size: Extent): Areas {
  const pixelCount = size.width * size.height;
  const labels = names.map((name, label): LabelArea => {
    const pixels = table[label * areaWords];
    return { label, name, pixels, percent: (100 * pixels) / pixelCount, box: boxOf(table, label, size) };
  });
  return { labels, otherPixels: table[names.length * areaWords] };
}

/** Regions that have a pixel; the table's row is their id. */
export function regionsOf(table: Uint32Array, size: Extent): Region[] {
  const regions: Region[] = [];
  for (let id = 1; id < table.length / areaWords; id++) {
    const box = boxOf(table, id, size);
    if (box) regions.push({ id, pixels: table[id * areaWords], box });
  }
  return regions;
}

/** Labels that occur, the largest first, one a line: "cushion: 17635 pixels (23.9 %)". */
export function listAreas(areas: Areas): string {
  return areas.labels
    .filter(({ pixels }) => pixels > 0)
    .sort((a, b) => b.pixels - a.pixels || a.label - b.label)
    .map(
      ({ name, pixels, percent }) =>
        `${name}: ${pixels} ${pixels === 1 ? 'pixel' : 'pixels'} (${percent.toFixed(1)} %)`,
    )
    .join('\n');
}

function boxOf(table: Uint32Array, row: number, { width, height }: Extent): Box | null {
  const [pixels, fromRight, fromBottom, right, bottom] = table.subarray(row * areaWords, (row + 1) * areaWords);
  if (pixels === 0) return null;
  const x = width - fromRight;
  const y = height - fromBottom;
  return { x, y, width: right - x, height: bottom - y };
}
