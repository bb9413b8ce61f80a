// SPDX-License-Identifier: MIT

/** Slots a key at least: more makes probing short, less makes the table small enough for the cache. */
const slotsPerKey: u32 = 2;

/**
 * Numbers distinct keys of some words 0, 1, 2, … in the order they come: src/reference/key-table.ts. Open addressing with linear
 * probing; a slot holds a key's number + 1, 0 when empty.
 */
@unmanaged
export class KeyTable {
  /** Keys by number: i32 [count, wordCount]; longer than needed. */
  keys: usize;
  count: u32 = 0;
  private wordCount: u32;
  private capacity: u32;
  private slots: usize;

  constructor(wordCount: u32, expectedCount: u32) {
    this.wordCount = wordCount;
    this.capacity = 16;
    while (this.capacity < slotsPerKey * expectedCount) this.capacity <<= 1;
    this.keys = heap.alloc(this.keyBytes());
    this.slots = emptySlots(this.capacity);
  }

  /** Number of the key at an address, which is added if it is new. */
  insert(words: usize): u32 {
    const slot = this.probe(words);
    const entry = load<u32>(slot);
    if (entry !== 0) return entry - 1;
    const number = this.count++;
    const at = this.keyAt(number);
    for (let w: u32 = 0; w < this.wordCount; w++) store<u32>(at + (w << 2), load<u32>(words + (w << 2)));
    store<u32>(slot, this.count);
    if (this.count * slotsPerKey >= this.capacity) this.grow();
    return number;
  }

  /** Number + 1 of the key at an address, 0 if there is none. */
  find(words: usize): u32 {
    return load<u32>(this.probe(words));
  }

  keyAt(number: u32): usize {
    return this.keys + ((number * this.wordCount) << 2);
  }

  release(): void {
    heap.free(this.keys);
    heap.free(this.slots);
    heap.free(changetype<usize>(this));
  }

  /** The slot that holds the key, or the empty one where it belongs. */
  private probe(words: usize): usize {
    const mask = this.capacity - 1;
    let slot = hash(words, this.wordCount) & mask;
    while (true) {
      const at = this.slots + (slot << 2);
      const entry = load<u32>(at);
      if (entry === 0 || sameKey(this.keyAt(entry - 1), words, this.wordCount)) return at;
      slot = (slot + 1) & mask;
    }
  }

  private keyBytes(): usize {
    return ((this.capacity / slotsPerKey) * this.wordCount) << 2;
  }

  private grow(): void {
    this.capacity <<= 1;
    this.keys = heap.realloc(this.keys, this.keyBytes());
    heap.free(this.slots);
    this.slots = emptySlots(this.capacity);
    for (let number: u32 = 0; number < this.count; number++) store<u32>(this.probe(this.keyAt(number)), number + 1);
  }
}

export function sameKey(a: usize, b: usize, wordCount: u32): bool {
  for (let w: u32 = 0; w < wordCount; w++) {
    if (load<u32>(a + (w << 2)) !== load<u32>(b + (w << 2))) return false;
  }
  return true;
}

function emptySlots(capacity: u32): usize {
  const slots = heap.alloc(capacity << 2);
  memory.fill(slots, 0, capacity << 2);
  return slots;
}

/** Multiplicative hash with a final mix, so that the low bits that pick a slot depend on every bit of the key. */
function hash(words: usize, wordCount: u32): u32 {
  let h: u32 = 0;
  for (let w: u32 = 0; w < wordCount; w++) {
    h = (h ^ load<u32>(words + (w << 2))) * 0x9e3779b1;
    h ^= h >> 15;
  }
  h *= 0x85ebca6b;
  return h ^ (h >> 13);
}
