// SPDX-License-Identifier: MIT

import { checkInteger, checkNumber } from '../problem/checks.js';
import { ArgumentError } from '../problem/errors.js';
import { readArray, readProperties } from '../problem/reading.js';
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

/** Labels that occur, the largest first, one a line: "cushion: 17635 pixels (23.9 %)". Throws ArgumentError for what is no `Areas`. */
export function listAreas(areas: Areas): string {
  return readArray('areas.labels', readProperties('areas', areas, ['labels']).labels)
    .map((area, index) => checkArea(`areas.labels[${index}]`, area))
    .filter(({ pixels }) => pixels > 0)
    .sort((a, b) => b.pixels - a.pixels || a.label - b.label)
    .map(
      ({ name, pixels, percent }) =>
        `${name}: ${pixels} ${pixels === 1 ? 'pixel' : 'pixels'} (${percent.toFixed(1)} %)`,
    )
    .join('\n');
}

function checkArea(argument: string, area: unknown) {
  const { label, name, pixels, percent } = readProperties(argument, area, ['label', 'name', 'pixels', 'percent']);
  return {
    label: checkInteger(`${argument}.label`, label, 0, 2 ** 32 - 1),
    name: checkName(`${argument}.name`, name),
    pixels: checkInteger(`${argument}.pixels`, pixels, 0, Number.MAX_SAFE_INTEGER),
    percent: checkNumber(`${argument}.percent`, percent, { from: 0, to: 100 }),
  };
}

function checkName(argument: string, name: unknown): string {
  if (typeof name === 'string') return name;
  throw new ArgumentError(argument, name, 'a text');
}

function boxOf(table: Uint32Array, row: number, { width, height }: Extent): Box | null {
  const [pixels, fromRight, fromBottom, right, bottom] = table.subarray(row * areaWords, (row + 1) * areaWords);
  if (pixels === 0) return null;
  const x = width - fromRight;
  const y = height - fromBottom;
  return { x, y, width: right - x, height: bottom - y };
}
