// SPDX-License-Identifier: MIT

import { checkInteger, checkNumber } from '../../problem/checks.js';
import { ArgumentError } from '../../problem/errors.js';
import { readArray, readOptions, readProperties } from '../../problem/reading.js';
import { isLabelArray, labelArrayNames } from '../../problem/typed-arrays.js';
import type { LabelArray } from '../../problem/types.js';

/** Labels that a prompt network can tell apart. */
export const minPromptLabels = 2;
export const maxPromptLabels = 16;

/** A place on the picture: pixels from its left and its upper edge, so that the first pixel's centre is 0.5, 0.5. */
export interface PromptPoint {
  /** Pixels from the left edge. */
  x: number;
  /** Pixels from the upper edge. */
  y: number;
}

/** What a round brush drew. */
export interface PromptStroke {
  /** 0..labelCount-1, or null: wipes out what lies under it. */
  label: number | null;
  /** Of the brush, in pixels of the picture, above 0. */
  radius: number;
  /** Corners of a polyline; a single one is a dab. */
  points: readonly PromptPoint[];
}

/** The object is inside. Pixels of the picture; parts outside of it are cut off. */
export interface PromptBox {
  /** Left edge, pixels. */
  x: number;
  /** Upper edge, pixels. */
  y: number;
  /** Pixels, above 0. */
  width: number;
  /** Pixels, above 0. */
  height: number;
  /** Label of the object, default 1. */
  inside?: number;
  /** Label of what is not in the box, default 0. */
  outside?: number;
}

/**
 * What a user marked on a picture. Strokes cover the label map, which covers the box; a later stroke covers an earlier one.
 * Plain JSON, but for `labelMap`.
 */
export interface Prompts {
  /** Of the picture that positions are meant on, in pixels. Other sizes of the same picture are reached by scaling. */
  width: number;
  /** Pixels. */
  height: number;
  /** 2..16 for a network that is told what to look for, elsewhere as many as the network has. Some may have no mark. */
  labelCount: number;
  /** The object is in it: what is outside is doubtful, the more the farther. No mark: strokes win over it. */
  box?: PromptBox;
  /** [y, x] at the picture's size: 0 is unknown, k marks label k - 1. */
  labelMap?: LabelArray;
  /** In the order in which they were drawn. */
  strokes?: readonly PromptStroke[];
}

export interface CheckedPrompts {
  width: number;
  height: number;
  labelCount: number;
  box: Required<PromptBox> | undefined;
  labelMap: LabelArray | undefined;
  strokes: readonly PromptStroke[];
}

/**
 * Checks every value, fills in defaults, and cuts the box to the picture. At least one mark must be there.
 * Throws ArgumentError. `argument` is the prefix that messages name values with.
 *
 * @param networkLabels labels of a network that finds them by itself; undefined for one that is told what to look for
 */
export function checkPrompts(prompts: Prompts, argument = 'prompts', networkLabels?: number): CheckedPrompts {
  const given = readOptions(argument, prompts, ['width', 'height', 'labelCount', 'box', 'labelMap', 'strokes']);
  const width = checkInteger(`${argument}.width`, given.width, 1, 2 ** 24);
  const height = checkInteger(`${argument}.height`, given.height, 1, 2 ** 24);
  const labelCount = checkInteger(`${argument}.labelCount`, given.labelCount, ...labelRange(networkLabels));
  const size = { width, height, labelCount };
  const box = given.box === undefined ? undefined : checkBox(`${argument}.box`, given.box, size);
  const labelMap =
    given.labelMap === undefined ? undefined : checkLabelMap(`${argument}.labelMap`, given.labelMap, size);
  const strokes =
    given.strokes === undefined
      ? []
      : readArray(`${argument}.strokes`, given.strokes).map((stroke, i) =>
          checkStroke(`${argument}.strokes[${i}]`, stroke, labelCount),
        );
  if (!box && !labelMap && !strokes.some(({ label }) => label !== null)) {
    throw new ArgumentError(argument, prompts, 'a box, a label map with a mark in it, or a stroke with a label');
  }
  return { ...size, box, labelMap, strokes };
}

function labelRange(networkLabels: number | undefined): [least: number, most: number] {
  return networkLabels === undefined ? [minPromptLabels, maxPromptLabels] : [networkLabels, networkLabels];
}

interface LabelledSize {
  width: number;
  height: number;
  labelCount: number;
}

function checkBox(argument: string, value: unknown, size: LabelledSize): Required<PromptBox> {
  const given = readOptions(argument, value, ['x', 'y', 'width', 'height', 'inside', 'outside']);
  const { inside: object = 1, outside: rest = 0 } = given;
  const x = checkNumber(`${argument}.x`, given.x);
  const y = checkNumber(`${argument}.y`, given.y);
  const right = x + checkNumber(`${argument}.width`, given.width, { above: 0 });
  const bottom = y + checkNumber(`${argument}.height`, given.height, { above: 0 });
  const inside = checkInteger(`${argument}.inside`, object, 0, size.labelCount - 1);
  const outside = checkInteger(`${argument}.outside`, rest, 0, size.labelCount - 1);
  if (inside === outside) throw new ArgumentError(`${argument}.inside`, inside, 'another label than `outside`');
  const cut = {
    x: Math.max(0, x),
    y: Math.max(0, y),
    width: Math.min(size.width, right) - Math.max(0, x),
    height: Math.min(size.height, bottom) - Math.max(0, y),
  };
  if (cut.width <= 0 || cut.height <= 0) {
    throw new ArgumentError(argument, value, `a box that lies on the picture of ${size.width}×${size.height}`);
  }
  if (cut.width === size.width && cut.height === size.height) {
    throw new ArgumentError(
      argument,
      value,
      'a box that leaves something of the picture outside, to know the background by',
    );
  }
  return { ...cut, inside, outside };
}

function checkLabelMap(argument: string, value: unknown, size: LabelledSize): LabelArray {
  const pixelCount = size.width * size.height;
  if (!isLabelArray(value)) throw new ArgumentError(argument, value, `a ${labelArrayNames}`);
  if (value.length !== pixelCount) {
    throw new ArgumentError(argument, value, `${size.width}·${size.height} = ${pixelCount} labels`);
  }
  let marked = false;
  for (let i = 0; i < pixelCount; i++) {
    if (value[i] < 0 || value[i] > size.labelCount) {
      throw new ArgumentError(`${argument}[${i}]`, value[i], `0 (unknown) or a label plus one, 1..${size.labelCount}`);
    }
    marked ||= value[i] !== 0;
  }
  if (!marked) throw new ArgumentError(argument, value, 'at least one pixel that is not 0 (unknown)');
  return value;
}

function checkStroke(argument: string, value: unknown, labelCount: number): PromptStroke {
  const given = readOptions(argument, value, ['label', 'radius', 'points']);
  const label = given.label === null ? null : checkInteger(`${argument}.label`, given.label, 0, labelCount - 1);
  const radius = checkNumber(`${argument}.radius`, given.radius, { above: 0 });
  const points = readArray(`${argument}.points`, given.points).map((point, i) => {
    const at = readProperties(`${argument}.points[${i}]`, point, ['x', 'y']);
    return {
      x: checkNumber(`${argument}.points[${i}].x`, at.x),
      y: checkNumber(`${argument}.points[${i}].y`, at.y),
    };
  });
  if (points.length === 0) throw new ArgumentError(`${argument}.points`, given.points, 'at least one point');
  return { label, radius, points };
}
