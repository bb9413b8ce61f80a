// SPDX-License-Identifier: MIT

import type { LabelLayout } from '../../index.js';
import { Failure } from '../failure.js';

export interface PlaneSize {
  width: number;
  height: number;
}

/** How the elements of an array of scores lie. */
export interface ArrayPlace extends PlaneSize {
  labelCount: number;
  layout: LabelLayout;
}

/** What an array should fit. */
export interface FullSize extends PlaneSize {
  /** What size it is, as `the image's size`. */
  of: string;
}

/** Without a size to compare with, arrays of fewer rows or columns are too small to tell anything by. */
const SMALLEST_TOLD = 8;

/**
 * Finds which axes of an array are label, y and x. An array of the full size says it by itself; of a smaller one [label, y, x] is assumed,
 * unless its last axis is more likely to be the labels. An axis of one element in front of three others is left out; two axes are one plane.
 *
 * @param layout what the user says; undefined: to be found out
 * @param size of the image; undefined where nothing says it
 * @throws Failure where the array fits in no way, lies on its side, or may be meant in two ways.
 */
export function placeArray(shape: readonly number[], layout?: LabelLayout, size?: FullSize): ArrayPlace {
  const axes = threeAxes(shape, size);
  const planar = placeAs('planar', axes);
  const interleaved = placeAs('interleaved', axes);
  if (shape.length === 2 || layout !== undefined) {
    const place = layout === 'interleaved' && shape.length > 2 ? interleaved : planar;
    if (size && !(fits(place, size) && (layout !== undefined || hasShapeOf(place, size)))) {
      refuseTurned(shape, [place], size);
    }
    if (size) refuseTooLarge(shape, [place], size);
    return place;
  }
  if (!size) {
    if (seemsInterleaved(axes)) throw twoReadings(shape, planar, interleaved);
    return planar;
  }
  const exact = [planar, interleaved].filter(({ width, height }) => width === size.width && height === size.height);
  if (exact.length === 2 && planar.labelCount > 1) throw twoReadings(shape, planar, interleaved);
  return exact.length > 0 ? exact[0] : placeCoarse(shape, planar, interleaved, size);
}

/** [label, y, x] or [y, x, label], whatever it will be. */
function threeAxes(shape: readonly number[], size: FullSize | undefined): readonly number[] {
  const axes = shape.length === 4 && shape[0] === 1 ? shape.slice(1) : shape;
  if (axes.includes(0) || axes.length < 2 || axes.length > 3) throw wrongAxes(shape);
  if (axes.length === 3) return axes;
  if (!size) {
    throw new Failure(
      `${itsShape(shape)}, expected [label, y, x]: one plane of a foreground is [1, y, x], points are [label, 1, points]`,
    );
  }
  const [first, second] = axes;
  const pixels = size.width * size.height;
  if (second === pixels && first > 1 && size.height > 1) {
    throw new Failure(`${itsShape(shape)}, expected [label, y, x], which is [${first}, ${size.height}, ${size.width}]`);
  }
  if (first === pixels && second > 1 && size.width > 1) {
    throw new Failure(
      `${itsShape(shape)}, expected [y, x, label], which is [${size.height}, ${size.width}, ${second}]`,
    );
  }
  return [1, ...axes];
}

function wrongAxes(shape: readonly number[]): Failure {
  const hint = shape.length === 4 ? '; of four axes the first must be 1, one image a file' : '';
  return new Failure(`${itsShape(shape)}, expected [label, y, x], or [y, x, label] with --layout interleaved${hint}`);
}

function placeAs(layout: LabelLayout, axes: readonly number[]): ArrayPlace {
  const [labelCount, height, width] = layout === 'planar' ? axes : [axes[2], axes[0], axes[1]];
  return { labelCount, height, width, layout };
}

/** An array smaller than the image. */
function placeCoarse(
  shape: readonly number[],
  planar: ArrayPlace,
  interleaved: ArrayPlace,
  size: FullSize,
): ArrayPlace {
  const places = [planar, interleaved];
  const likely = places.filter((place) => fits(place, size) && hasShapeOf(place, size));
  if (likely.length === 0) {
    refuseTurned(shape, places, size);
    refuseTooLarge(shape, [planar], size);
  }
  if (likely.length === 2) {
    // A network's square output says more than a likeness to the image.
    const isPlanar = isSquare(planar) ? planar.labelCount !== planar.width : !isSquare(interleaved);
    if (isPlanar) return planar;
    throw twoReadings(shape, planar, interleaved);
  }
  if (likely[0] === interleaved) throw twoReadings(shape, planar, interleaved);
  const { labelCount: last, height: first } = interleaved;
  // Neither has the image's shape. What the last axis counts are hardly columns where there are fewer of them than of anything else.
  if (likely.length === 0 && last < first && last < interleaved.width) throw twoReadings(shape, planar, interleaved);
  return planar;
}

function fits(place: PlaneSize, size: PlaneSize): boolean {
  return place.width <= size.width && place.height <= size.height;
}

function isSquare({ width, height }: PlaneSize): boolean {
  return width === height;
}

/** Whether it is the image made smaller, to a sample, or what a network with a square input gives. */
function hasShapeOf(place: PlaneSize, size: PlaneSize): boolean {
  const columns = (place.height * size.width) / size.height;
  const rows = (place.width * size.height) / size.width;
  return isSquare(place) || Math.abs(place.width - columns) <= 1 || Math.abs(place.height - rows) <= 1;
}

/** Without anything to compare with: two sides of one length before a shorter axis, or a last axis that is much shorter. */
function seemsInterleaved([first, second, last]: readonly number[]): boolean {
  const side = Math.min(first, second);
  return side >= SMALLEST_TOLD && ((first === second && last < first) || 4 * last <= side);
}

function refuseTooLarge(shape: readonly number[], places: readonly ArrayPlace[], size: FullSize): void {
  if (places.some((place) => fits(place, size))) return;
  const { width, height, of } = size;
  const axes = places.length === 1 && places[0].layout === 'interleaved' ? '[y, x, label]' : '[label, y, x]';
  throw new Failure(`${itsShape(shape)}, expected ${axes} with y at most ${height} and x at most ${width}, ${of}`);
}

/** y and x exchanged, at the full size or in a smaller one of the same shape. */
function refuseTurned(shape: readonly number[], places: readonly ArrayPlace[], size: FullSize): void {
  const { width, height, of } = size;
  const turned = places.find((place) => place.height * height === place.width * width && !isSquare(place));
  if (!turned) return;
  const axes = turned.layout === 'planar' ? '[label, y, x]' : '[y, x, label]';
  throw new Failure(`${itsShape(shape)}, expected ${axes}: x and y are exchanged, ${of} is ${width} x ${height}`);
}

function twoReadings(shape: readonly number[], planar: ArrayPlace, interleaved: ArrayPlace): Failure {
  return new Failure(
    `${itsShape(shape)}, which may be [label, y, x] of ${planar.labelCount} labels or [y, x, label] of ${interleaved.labelCount}: ` +
      'say --layout planar or --layout interleaved',
  );
}

function itsShape(shape: readonly number[]): string {
  return `its shape is [${shape.join(', ')}]`;
}
