// SPDX-License-Identifier: MIT

import { checkInteger, checkObject } from '../../problem/checks.js';
import { ArgumentError } from '../../problem/errors.js';
import type { LabelArray } from '../../problem/types.js';
import type { LabelPlane } from './types.js';

/** Largest width or height; their product must fit an array. */
const maximumExtent = 2 ** 24;

/** Checks the shape of a plane, not its values. */
export function checkPlane(argument: string, value: unknown): LabelPlane {
  const given = checkObject(argument, value);
  const width = checkInteger(`${argument}.width`, given.width, 1, maximumExtent);
  const height = checkInteger(`${argument}.height`, given.height, 1, maximumExtent);
  const { labels } = given;
  if (!isLabelArray(labels) || labels.length !== width * height) {
    throw new ArgumentError(
      `${argument}.labels`,
      labels,
      `${width * height} whole numbers, [height ${height}, width ${width}] (Uint8Array .. Int32Array)`,
    );
  }
  return { labels, width, height };
}

/** Checks that two planes are of one size. */
export function checkSameSize(prediction: LabelPlane, truth: LabelPlane): void {
  for (const side of ['width', 'height'] as const) {
    if (prediction[side] !== truth[side]) {
      throw new ArgumentError(`prediction.${side}`, prediction[side], `${truth[side]}, the truth's`);
    }
  }
}

function isLabelArray(value: unknown): value is LabelArray {
  return ArrayBuffer.isView(value) && /^(Uint(8|16|32)|Uint8Clamped|Int(16|32))Array$/.test(value.constructor.name);
}
