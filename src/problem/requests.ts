// SPDX-License-Identifier: MIT

import { checkFlag } from './checks.js';
import { ArgumentError } from './errors.js';
import { readOptions } from './reading.js';
import type { ResolvedParameters } from './types.js';

/** What an engine knows already when a call's turn comes. */
export interface KnownInput {
  parameters: Pick<ResolvedParameters, 'kernels'>;
  hasImage: boolean;
  hasUnary: boolean;
  /** Whether there is a Q to begin from. */
  hasStarted: boolean;
}

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
 * Checks the input of `refine` and `start`, for both backends: its keys, each value, and that nothing is missing. Throws ArgumentError; nothing has
 * changed then.
 */
export function checkRefineInput<Image, Unary>(
  input: unknown,
  known: KnownInput,
  checks: InputChecks<Image, Unary>,
): CheckedInput<Image, Unary> {
  const given = readOptions('input', input, ['image', 'unary', 'warmStart'], '');
  const image = given.image === undefined ? undefined : checks.image(given.image);
  const unary = given.unary === undefined ? undefined : checks.unary(given.unary);
  const warmStart = given.warmStart !== undefined && checkFlag('warmStart', given.warmStart);
  if (unary === undefined && !known.hasUnary) {
    throw new ArgumentError('unary', undefined, 'logits, probabilities, unary or labels in the first call');
  }
  const needsImage = known.parameters.kernels.some(({ type }) => type === 'bilateral');
  if (needsImage && image === undefined && !known.hasImage) {
    throw new ArgumentError('image', undefined, 'an image: a bilateral kernel reads it');
  }
  if (warmStart && !known.hasStarted) throw new ArgumentError('warmStart', true, 'false in the first call');
  return { image, unary, warmStart };
}
