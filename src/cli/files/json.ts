// SPDX-License-Identifier: MIT

import { Failure, messageOf } from '../failure.js';

/** The error doesn't name the file: `about` does. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Failure(`not JSON: ${messageOf(error)}`);
  }
}
