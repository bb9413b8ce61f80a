// SPDX-License-Identifier: MIT

import { ArgumentError } from '../problem/errors.js';

/** Throws ArgumentError for a result that a later call of its pipeline has taken the place of. */
export function checkCurrent({ isCurrent }: { isCurrent: () => boolean }): void {
  if (isCurrent()) return;
  throw new ArgumentError(
    'segmentation',
    'an earlier one',
    "the result of the pipeline's last call: read before the next",
  );
}
