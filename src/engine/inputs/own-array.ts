// SPDX-License-Identifier: MIT

import { copyOf } from '../../problem/typed-arrays.js';

/**
 * Copies of what callers give, for as long as a call waits and uploads: in memory that the call before gave back. New memory for every frame
 * costs more than the copy, as the system hands it out page by page.
 */
export class OwnArray {
  private spare: Float32Array | undefined;

  copyOf(values: Float32Array): Float32Array {
    const { spare } = this;
    if (spare?.length !== values.length) return copyOf(values);
    // Lent to one call at a time.
    this.spare = undefined;
    spare.set(values);
    return spare;
  }

  giveBack(values: Float32Array): void {
    this.spare = values;
  }
}
