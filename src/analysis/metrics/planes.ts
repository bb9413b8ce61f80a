// SPDX-License-Identifier: MIT

import { checkInteger } from '../../problem/checks.js';
import { ArgumentError } from '../../problem/errors.js';
import { readProperties } from '../../problem/reading.js';
import { isLabelArray, labelArrayNames } from '../../problem/typed-arrays.js';
import type { LabelPlane } from './types.js';

/** Largest width or height; their product must fit an array. */
const maximumExtent = 2 ** 24;

/** Checks the shape of a plane, not its values. */
export function checkPlane(argument: string, value: unknown): LabelPlane {
  const given = readProperties(argument, value, ['labels', 'width', 'height']);
  const width = checkInteger(`${argument}.width`, given.width, 1, maximumExtent);
  const height = checkInteger(`${argument}.height`, given.height, 1, maximumExtent);
  const { labels } = given;
  if (!isLabelArray(labels) || labels.length !== width * height) {
    throw new ArgumentError(
      `${argument}.labels`,
      labels,
      `${width * height} whole numbers, [height ${height}, width ${width}] (${labelArrayNames})`,
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
