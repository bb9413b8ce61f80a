// SPDX-License-Identifier: MIT

import type { ArrayWindow, Upsampling } from '../../problem/types.js';
import type { Extent, Placement, Rectangle } from '../frames/plan.js';

/**
 * Where a network's coarse output shows the picture: the `window` of a unary, in the output's own pixels, whose sample k has its
 * centre at k + ½.
 *
 * Say the input has n pixels along an axis, the output m samples, and p is a position in the input, measured from its edge.
 *  - 'half-pixel': input and output cover the same span, so p lies at p·m/n.
 *  - 'align-corners': the output's first and last samples lie on the centres of the input's first and last pixels, so that sample k
 *    lies at p = ½ + k·(n - 1)/(m - 1), and p lies at ½ + (p - ½)·(m - 1)/(n - 1).
 *
 * With 257 pixels and 33 samples every eighth pixel has a sample. A picture that fills such an input reaches from 0.4375 to 32.5625:
 * a sixteenth of a sample, half a pixel, less than the array on either side.
 *
 * Give the window to the CRF without `upsampling`: it is accounted for here.
 *
 * @param placement of the picture in the network's input, as `planIngest` has it
 * @param output size of the network's output
 */
export function unaryWindow(placement: Placement, output: Extent, upsampling: Upsampling): Rectangle {
  const { window } = placement;
  const across = axisWindow(window.x, window.width, placement.width, output.width, upsampling);
  const down = axisWindow(window.y, window.height, placement.height, output.height, upsampling);
  return { x: across.start, y: down.start, width: across.extent, height: down.extent };
}

/** How the samples of a unary lie over the picture. */
export type UnaryPlace = { upsampling: Upsampling } | { window: ArrayWindow };

/**
 * What a unary says of a network's output beside its values: the upsampling rule where the picture fills the input, else the window that
 * `unaryWindow` finds.
 */
export function unaryPlace(placement: Placement, output: Extent, upsampling: Upsampling): UnaryPlace {
  const { window } = placement;
  const isWhole = window.width === placement.width && window.height === placement.height;
  return isWhole ? { upsampling } : { window: unaryWindow(placement, output, upsampling) };
}

function axisWindow(
  start: number,
  extent: number,
  input: number,
  output: number,
  upsampling: Upsampling,
): { start: number; extent: number } {
  // A single pixel or sample has no corners to align.
  if (upsampling === 'half-pixel' || input === 1 || output === 1) {
    const scale = output / input;
    return { start: start * scale, extent: extent * scale };
  }
  const scale = (output - 1) / (input - 1);
  return { start: 0.5 + (start - 0.5) * scale, extent: extent * scale };
}
