// SPDX-License-Identifier: MIT

interface Size {
  width: number;
  height: number;
}

/** What one row or column of the full size lies between: two samples of the coarse one, and the share of the second. */
interface Taps {
  first: Uint32Array;
  second: Uint32Array;
  share: Float32Array;
}

/**
 * The label map of another size: argmax of the marginals, interpolated bilinearly with pixel edges aligned. Equal
 * marginals go to the lower label.
 *
 * Where the four samples around a pixel have one label that label wins, whatever the shares; so only pixels along edges look at
 * all labels.
 *
 * @param labelMap argmax of the marginals, [y, x]
 * @param marginals [label, y, x]
 */
export function labelMapAt(full: Size, labelMap: Uint32Array, marginals: Float32Array, coarse: Size): Uint32Array {
  if (full.width === coarse.width && full.height === coarse.height) return labelMap;
  const plane = coarse.width * coarse.height;
  const labelCount = marginals.length / plane;
  const columns = tapsAlong(full.width, coarse.width);
  const rows = tapsAlong(full.height, coarse.height);
  const result = new Uint32Array(full.width * full.height);
  for (let y = 0; y < full.height; y++) {
    const upper = rows.first[y] * coarse.width;
    const lower = rows.second[y] * coarse.width;
    const down = rows.share[y];
    for (let x = 0; x < full.width; x++) {
      const corners = [
        upper + columns.first[x],
        upper + columns.second[x],
        lower + columns.first[x],
        lower + columns.second[x],
      ] as const;
      const label = labelMap[corners[0]];
      const agree = corners.every((corner) => labelMap[corner] === label);
      const right = columns.share[x];
      result[y * full.width + x] = agree ? label : best(marginals, plane, labelCount, corners, right, down);
    }
  }
  return result;
}

function best(
  marginals: Float32Array,
  plane: number,
  labelCount: number,
  [a, b, c, d]: readonly [number, number, number, number],
  right: number,
  down: number,
): number {
  let label = 0;
  let highest = Number.NEGATIVE_INFINITY;
  for (let l = 0; l < labelCount; l++) {
    const from = l * plane;
    const above = marginals[from + a] * (1 - right) + marginals[from + b] * right;
    const below = marginals[from + c] * (1 - right) + marginals[from + d] * right;
    const value = above * (1 - down) + below * down;
    if (value > highest) {
      highest = value;
      label = l;
    }
  }
  return label;
}

function tapsAlong(full: number, coarse: number): Taps {
  const taps: Taps = { first: new Uint32Array(full), second: new Uint32Array(full), share: new Float32Array(full) };
  for (let i = 0; i < full; i++) {
    const position = Math.min(coarse - 1, Math.max(0, ((i + 0.5) * coarse) / full - 0.5));
    const first = Math.floor(position);
    taps.first[i] = first;
    taps.second[i] = Math.min(coarse - 1, first + 1);
    taps.share[i] = position - first;
  }
  return taps;
}
