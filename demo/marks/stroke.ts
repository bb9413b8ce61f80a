// SPDX-License-Identifier: MIT

/** A place on the photo: 0..1 of its width, 0..1 of its height. Strokes outlive a change of the working size. */
export interface Point {
  x: number;
  y: number;
}

export interface Stroke {
  /** Index of the label it marks; null erases marks. */
  label: number | null;
  /** In parts of the photo's long side. */
  radius: number;
  /** One point is a dab. */
  points: readonly Point[];
}

/** Places are kept in these parts of a side, and radii in these parts of the long side: a link can then hold them exactly. */
export const placeUnit = 4096;
export const radiusUnit = 8192;

export function roundedPoint({ x, y }: Point): Point {
  return { x: Math.round(x * placeUnit) / placeUnit, y: Math.round(y * placeUnit) / placeUnit };
}

export function roundedRadius(radius: number): number {
  return Math.round(radius * radiusUnit) / radiusUnit;
}
