// SPDX-License-Identifier: MIT

import { checkChoice, checkFlag, checkNumber } from '../../problem/checks.js';
import { readOptions, readProperties } from '../../problem/reading.js';
import type { Extent } from '../frames/plan.js';

/** The whole frame with margins around it, or the whole target filled. */
export type Fit = 'contain' | 'cover';

/** Frame position of target position p (pixels, 0 at the left and upper edge): offset + step·p. */
export interface Placement {
  readonly offsetX: number;
  readonly offsetY: number;
  /** Frame pixels a target pixel; negative x where mirrored. */
  readonly stepX: number;
  readonly stepY: number;
}

/** Both centres fall together; pixels stay square. */
export function placeFrame(frame: Extent, target: Extent, fit: Fit, mirror: boolean): Placement {
  const [acrossX, acrossY] = [frame.width / target.width, frame.height / target.height];
  const step = fit === 'contain' ? Math.max(acrossX, acrossY) : Math.min(acrossX, acrossY);
  const stepX = mirror ? -step : step;
  return {
    offsetX: (frame.width - stepX * target.width) / 2,
    offsetY: (frame.height - step * target.height) / 2,
    stepX,
    stepY: step,
  };
}

/** Bilinear samples an axis so that, `step` pixels apart, none is left out. */
export function tapsFor(step: number): number {
  return Math.max(1, Math.ceil(Math.abs(step) - 1e-6));
}

/**
 * Frame position under a target position, for picking what a pointer is on; null in the margins around the frame. All in pixels. Throws
 * ArgumentError for sizes and positions that are none.
 */
export function framePosition(
  frame: Extent,
  target: Extent,
  options: { fit?: Fit; mirror?: boolean },
  point: { x: number; y: number },
): { x: number; y: number } | null {
  const { fit = 'contain', mirror = false } = readOptions('options', options, ['fit', 'mirror']);
  const { x, y } = readProperties('point', point, ['x', 'y']);
  const extent = checkExtent('frame', frame);
  const { offsetX, offsetY, stepX, stepY } = placeFrame(
    extent,
    checkExtent('target', target),
    checkChoice('options.fit', fit, ['contain', 'cover'] as const),
    checkFlag('options.mirror', mirror),
  );
  const position = {
    x: offsetX + stepX * checkNumber('point.x', x),
    y: offsetY + stepY * checkNumber('point.y', y),
  };
  const isInside = position.x >= 0 && position.x < extent.width && position.y >= 0 && position.y < extent.height;
  return isInside ? position : null;
}

/** Sides of anything on a screen, which need not be whole. */
function checkExtent(argument: string, value: unknown): Extent {
  const { width, height } = readProperties(argument, value, ['width', 'height']);
  return {
    width: checkNumber(`${argument}.width`, width, { above: 0 }),
    height: checkNumber(`${argument}.height`, height, { above: 0 }),
  };
}
