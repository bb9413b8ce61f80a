// SPDX-License-Identifier: MIT

/** Bytes, aligned to 16. Traps where the memory can't grow. */
export function allocate(bytes: usize): usize {
  return heap.alloc(bytes);
}

export function release(address: usize): void {
  heap.free(address);
}
