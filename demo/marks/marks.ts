// SPDX-License-Identifier: MIT

import type { Stroke } from './stroke.js';

/** A rectangle in parts of the photo's width and height, 0..1. */
export interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** What a person has drawn to say what is what. */
export interface Marks {
  strokes: readonly Stroke[];
  /** Around the object: what is outside belongs to the first label. */
  box: Box | null;
}

export const noMarks: Marks = { strokes: [], box: null };

export function isUnmarked({ strokes, box }: Marks): boolean {
  return strokes.length === 0 && box === null;
}

/** Smaller ones are slips of the hand. */
export const leastSide = 0.02;

/** The box between two corners, cut off at the picture's edge; null where hardly anything is left. */
export function boxBetween(a: { x: number; y: number }, b: { x: number; y: number }): Box | null {
  const [left, right] = [clamp(Math.min(a.x, b.x)), clamp(Math.max(a.x, b.x))];
  const [top, bottom] = [clamp(Math.min(a.y, b.y)), clamp(Math.max(a.y, b.y))];
  const box = { left, top, width: right - left, height: bottom - top };
  return box.width < leastSide || box.height < leastSide ? null : box;
}

function clamp(share: number): number {
  return Math.min(1, Math.max(0, share));
}

/** Where a label is no more, and those behind it move up. A box is around label 1. */
export function withoutLabel({ strokes, box }: Marks, label: number): Marks {
  return {
    strokes: strokes
      .filter((stroke) => stroke.label !== label)
      .map((stroke) =>
        stroke.label !== null && stroke.label > label ? { ...stroke, label: stroke.label - 1 } : stroke,
      ),
    box: label === 1 ? null : box,
  };
}
