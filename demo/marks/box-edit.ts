// SPDX-License-Identifier: MIT

import { type Box, leastSide } from './marks.js';
import { type Point, placeUnit } from './stroke.js';

/**
 * What a box is held by: -1 is its left or upper side, 1 its right or lower one, 0 neither. Two sides are a corner, none is the whole box.
 */
export interface Grip {
  x: -1 | 0 | 1;
  y: -1 | 0 | 1;
}

export const wholeBox: Grip = { x: 0, y: 0 };

/** Corners and middles of sides. */
export const gripsOfSides: readonly Grip[] = ([-1, 0, 1] as const).flatMap((y) =>
  ([-1, 0, 1] as const).filter((x) => x !== 0 || y !== 0).map((x) => ({ x, y })),
);

/** Inside of a box this part of a side, at most, belongs to each of its ends: the middle of a small box is for moving it. */
const insideShare = 1 / 4;

/**
 * What lies under a place, undefined beside the box.
 *
 * @param reach how far from a side it can still be held, in parts of the picture's width and height
 */
export function gripAt(box: Box, { x, y }: Point, reach: { x: number; y: number }): Grip | undefined {
  const alongX = endAt(x, box.left, box.width, reach.x);
  const alongY = endAt(y, box.top, box.height, reach.y);
  return alongX === undefined || alongY === undefined ? undefined : { x: alongX, y: alongY };
}

/** Of a side from `start` on: the end that is within reach of a place; undefined beyond both. */
function endAt(place: number, start: number, length: number, reach: number): Grip['x'] | undefined {
  const [fromStart, fromEnd] = [place - start, place - start - length];
  if (fromStart < -reach || fromEnd > reach) return undefined;
  const inside = Math.min(reach, insideShare * length);
  if (fromStart <= inside) return -1;
  return fromEnd >= -inside ? 1 : 0;
}

/** The box with what is held moved by so much. It stays on the picture, and its sides do not pass each other. */
export function movedBox(box: Box, grip: Grip, by: Point): Box {
  const [left, width] = moved(box.left, box.width, grip.x, by.x, isWhole(grip));
  const [top, height] = moved(box.top, box.height, grip.y, by.y, isWhole(grip));
  return { left, top, width, height };
}

export function isWhole(grip: Grip): boolean {
  return grip.x === 0 && grip.y === 0;
}

export function areSameBoxes(a: Box | null, b: Box | null): boolean {
  if (!a || !b) return a === b;
  return a.left === b.left && a.top === b.top && a.width === b.width && a.height === b.height;
}

/** Along one axis, in the units in which a link can hold it: sums of such numbers are exact, so that nothing creeps. */
function moved(
  start: number,
  length: number,
  end: Grip['x'],
  by: number,
  isMoved: boolean,
): [start: number, length: number] {
  const step = Math.round(by * placeUnit) / placeUnit;
  const last = start + length;
  if (isMoved) return [between(start + step, 0, 1 - length), length];
  if (end < 0) {
    const to = between(start + step, 0, Math.max(start, last - leastSide));
    return [to, last - to];
  }
  if (end > 0) return [start, between(last + step, Math.min(last, start + leastSide), 1) - start];
  return [start, length];
}

function between(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(most, value));
}
