// SPDX-License-Identifier: MIT

import { checkFlag } from './checks.js';
import { readOptions } from './reading.js';

/** How an engine checks the two inputs: each throws ArgumentError. */
export interface InputChecks<Image, Unary> {
  image(value: unknown): Image;
  unary(value: unknown): Unary;
}

/** A call's input, checked; what is undefined stays as it was. */
export interface CheckedInput<Image, Unary> {
  image: Image | undefined;
  unary: Unary | undefined;
  warmStart: boolean;
}

/**
 * Reads the input of `refine` and `start`, for both backends: its keys, and each value. Whether anything is missing `CallState` says, when the
 * call's turn comes. Throws ArgumentError; nothing has changed then.
 */
export function readRefineInput<Image, Unary>(
  input: unknown,
  checks: InputChecks<Image, Unary>,
): CheckedInput<Image, Unary> {
  const { image, unary, warmStart = false } = readOptions('input', input, ['image', 'unary', 'warmStart'], '');
  return {
    image: image === undefined ? undefined : checks.image(image),
    unary: unary === undefined ? undefined : checks.unary(unary),
    warmStart: checkFlag('warmStart', warmStart),
  };
}
