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

/** Pixels without a mark in a map of marks. */
export const unmarked = 255;
