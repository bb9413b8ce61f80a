// SPDX-License-Identifier: MIT

import type { ScopedQueue } from './scoped-device.js';

/** A word of a uniform struct: u32 and i32 as they are, f32 marked so. */
export type UniformWord = number | { readonly float: number };

/** Writes a struct of 4-byte members. */
export function writeUniform(
  device: { readonly queue: Pick<ScopedQueue, 'writeBuffer'> },
  buffer: GPUBuffer,
  words: readonly UniformWord[],
): void {
  const bytes = new ArrayBuffer(words.length * 4);
  const view = new DataView(bytes);
  words.forEach((word, index) => {
    if (typeof word === 'number') view.setUint32(index * 4, word, true);
    else view.setFloat32(index * 4, word.float, true);
  });
  device.queue.writeBuffer(buffer, 0, bytes);
}
