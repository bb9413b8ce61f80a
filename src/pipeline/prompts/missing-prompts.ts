// SPDX-License-Identifier: MIT

import { ArgumentError } from '../../problem/errors.js';

/** The error for a frame before a prompt network was told what to look for. */
export function missingPrompts(network: string): ArgumentError {
  return new ArgumentError('prompts', undefined, `a call of setPrompts before: ${network} is told what to look for`);
}
