// SPDX-License-Identifier: MIT

export type Fit = 'contain' | 'cover';

interface Extent {
  readonly width: number;
  readonly height: number;
}

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

/** Frame position under a target position, for picking what a pointer is on; null in the margins around the frame. */
export function framePosition(
  frame: Extent,
  target: Extent,
  { fit = 'contain', mirror = false }: { fit?: Fit; mirror?: boolean },
  { x, y }: { x: number; y: number },
): { x: number; y: number } | null {
  const { offsetX, offsetY, stepX, stepY } = placeFrame(frame, target, fit, mirror);
  const position = { x: offsetX + stepX * x, y: offsetY + stepY * y };
  const isInside = position.x >= 0 && position.x < frame.width && position.y >= 0 && position.y < frame.height;
  return isInside ? position : null;
}
