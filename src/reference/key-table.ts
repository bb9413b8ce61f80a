// SPDX-License-Identifier: MIT

/** Slots a key at least: more makes probing short, less makes the table small enough for the cache. */
const slotsPerKey = 2;

/**
 * Numbers distinct keys 0, 1, 2, … in the order they come. Open addressing with linear probing; a slot holds a key's
 * number + 1, 0 when empty.
 */
export class KeyTable {
  /** Keys by number, [count, wordCount]; longer than needed. */
  keys: Int32Array;
  count = 0;
  private slots: Int32Array;
  private mask: number;

  constructor(
    readonly wordCount: number,
    expectedCount: number,
  ) {
    const capacity = powerOfTwoFrom(Math.max(16, expectedCount * slotsPerKey));
    this.slots = new Int32Array(capacity);
    this.mask = capacity - 1;
    this.keys = new Int32Array((capacity / slotsPerKey) * wordCount);
  }

  /** Number of the key at words[offset..], which is added if it is new. */
  insert(words: Int32Array, offset: number): number {
    const slot = this.probe(words, offset);
    const entry = this.slots[slot];
    if (entry !== 0) return entry - 1;
    const { wordCount, count } = this;
    for (let w = 0; w < wordCount; w++) this.keys[count * wordCount + w] = words[offset + w];
    this.slots[slot] = count + 1;
    this.count = count + 1;
    if (this.count * slotsPerKey > this.mask) this.grow();
    return count;
  }

  /** Number of the key at words[offset..], -1 if there is none. */
  find(words: Int32Array, offset: number): number {
    return this.slots[this.probe(words, offset)] - 1;
  }

  /** The slot that holds the key, or the empty one where it belongs. */
  private probe(words: Int32Array, offset: number): number {
    const { keys, slots, mask, wordCount } = this;
    let slot = hash(words, offset, wordCount) & mask;
    for (;;) {
      const entry = slots[slot];
      if (entry === 0) return slot;
      const at = (entry - 1) * wordCount;
      let w = 0;
      while (w < wordCount && keys[at + w] === words[offset + w]) w++;
      if (w === wordCount) return slot;
      slot = (slot + 1) & mask;
    }
  }

  private grow(): void {
    const capacity = 2 * this.slots.length;
    const keys = new Int32Array((capacity / slotsPerKey) * this.wordCount);
    keys.set(this.keys);
    this.keys = keys;
    this.slots = new Int32Array(capacity);
    this.mask = capacity - 1;
    for (let i = 0; i < this.count; i++) {
      this.slots[this.probe(keys, i * this.wordCount)] = i + 1;
    }
  }
}

/** Multiplicative hash with a final mix, so that the low bits that pick a slot depend on every bit of the key. */
function hash(words: Int32Array, offset: number, wordCount: number): number {
  let h = 0;
  for (let w = 0; w < wordCount; w++) {
    h = Math.imul(h ^ words[offset + w], 0x9e3779b1);
    h ^= h >>> 15;
  }
  h = Math.imul(h, 0x85ebca6b);
  return h ^ (h >>> 13);
}

function powerOfTwoFrom(value: number): number {
  let power = 1;
  while (power < value) power *= 2;
  return power;
}
