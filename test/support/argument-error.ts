// SPDX-License-Identifier: MIT

import { ArgumentError } from '../../src/problem/errors.js';

/** What a call says of its arguments. Whatever else it throws is thrown on; that it throws nothing is an error too. */
export function argumentErrorOf(call: () => unknown): ArgumentError {
  try {
    call();
  } catch (error) {
    if (error instanceof ArgumentError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
