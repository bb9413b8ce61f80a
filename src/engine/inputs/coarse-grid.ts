// SPDX-License-Identifier: MIT

import type { UniformWord } from '../../gpu/uniforms.js';
import type { ArrayWindow } from '../../problem/types.js';

interface Extent {
  width: number;
  height: number;
}

/** The words of `CoarseGrid` in `shared/coarse-sample.wgsl`: where the pixels of `full` lie in an array. */
export function coarseGridWords(array: Extent & { window: ArrayWindow | null }, full: Extent): UniformWord[] {
  const sizes = [full.width, full.height, array.width, array.height];
  const { window } = array;
  if (!window) return [...sizes, ...Array<UniformWord>(8).fill(0)];
  const across = windowAxis(window.x, window.width, array.width, full.width);
  const down = windowAxis(window.y, window.height, array.height, full.height);
  return [
    ...sizes,
    { float: across.origin },
    { float: down.origin },
    { float: across.step },
    { float: down.step },
    across.first,
    down.first,
    across.last,
    down.last,
  ];
}

/** See `window` in ArrayShape. */
function windowAxis(start: number, extent: number, samples: number, pixels: number) {
  const step = extent / pixels;
  const within = (sample: number) => Math.min(Math.max(sample, 0), samples - 1);
  let first = Math.ceil(start - 0.5);
  let last = Math.floor(start + extent - 0.5);
  if (first > last) {
    first = Math.floor(start + extent / 2);
    last = first;
  }
  return { origin: start + step / 2 - 0.5, step, first: within(first), last: within(last) };
}
