// SPDX-License-Identifier: MIT

import { copyKey, sameKey, vectorBytes } from './keys';

/** Slots a key at least: more makes probing short, less makes the table small enough for the cache. */
const slotsPerKey: u32 = 2;

/**
 * Numbers distinct keys 0, 1, 2, … in the order they come: src/reference/key-table.ts. Open addressing with linear probing; a slot
 * holds a key's number + 1, 0 when empty.
 */
@unmanaged
export class KeyTable {
  /** Keys by number; longer than needed. */
  keys: usize;
  count: u32 = 0;
  private keyBytes: usize;
  private capacity: u32;
  private slots: usize;

  constructor(keyBytes: usize, expectedCount: u32) {
    this.keyBytes = keyBytes;
    this.capacity = 16;
    while (this.capacity < slotsPerKey * expectedCount) this.capacity <<= 1;
    this.keys = heap.alloc(this.bytesOfKeys());
    this.slots = emptySlots(this.capacity);
  }

  /** Number of a key, which is added if it is new. */
  insert(key: usize): u32 {
    const keyBytes = this.keyBytes;
    if (keyBytes === vectorBytes) return this.insertVector(v128.load(key));
    const slot = this.probe(key);
    const entry = load<u32>(slot);
    if (entry !== 0) return entry - 1;
    copyKey(this.keyAt(this.count), key, keyBytes);
    return this.fill(slot);
  }

  /** The same for a key of one vector, as most are: it stays in a register. */
  insertVector(key: v128): u32 {
    const slot = this.probeVector(key);
    const entry = load<u32>(slot);
    if (entry !== 0) return entry - 1;
    v128.store(this.keyAt(this.count), key);
    return this.fill(slot);
  }

  /** Number + 1 of a key, 0 if there is none. */
  find(key: usize): u32 {
    return load<u32>(this.keyBytes === vectorBytes ? this.probeVector(v128.load(key)) : this.probe(key));
  }

  keyAt(number: u32): usize {
    return this.keys + number * this.keyBytes;
  }

  release(): void {
    heap.free(this.keys);
    heap.free(this.slots);
    heap.free(changetype<usize>(this));
  }

  /** The slot that holds the key, or the empty one where it belongs. */
  private probe(key: usize): usize {
    const keyBytes = this.keyBytes;
    const keys = this.keys;
    const slots = this.slots;
    const mask = this.capacity - 1;
    let slot = hash(key, keyBytes) & mask;
    while (true) {
      const at = slots + (slot << 2);
      const entry = load<u32>(at);
      if (entry === 0 || sameKey(keys + (entry - 1) * keyBytes, key, keyBytes)) return at;
      slot = (slot + 1) & mask;
    }
  }

  private probeVector(key: v128): usize {
    const keys = this.keys;
    const slots = this.slots;
    const mask = this.capacity - 1;
    let slot = hashOfVector(key) & mask;
    while (true) {
      const at = slots + (slot << 2);
      const entry = load<u32>(at);
      if (entry === 0 || !v128.any_true(v128.xor(v128.load(keys + ((entry - 1) << 4)), key))) return at;
      slot = (slot + 1) & mask;
    }
  }

  /** Puts the number of the newest key into its slot. @returns that number */
  private fill(slot: usize): u32 {
    const number = this.count++;
    store<u32>(slot, this.count);
    if (this.count * slotsPerKey >= this.capacity) this.grow();
    return number;
  }

  private bytesOfKeys(): usize {
    return (this.capacity / slotsPerKey) * this.keyBytes;
  }

  private grow(): void {
    this.capacity <<= 1;
    this.keys = heap.realloc(this.keys, this.bytesOfKeys());
    heap.free(this.slots);
    this.slots = emptySlots(this.capacity);
    for (let number: u32 = 0; number < this.count; number++) store<u32>(this.probe(this.keyAt(number)), number + 1);
  }
}

function emptySlots(capacity: u32): usize {
  const slots = heap.alloc(capacity << 2);
  memory.fill(slots, 0, capacity << 2);
  return slots;
}

/** Odd numbers of 64 random bits: that of the golden ratio, and one of Pelle Evensen's mixers. */
const spread: u64 = ((<u64>0x9e3779b9) << 32) | 0x7f4a7c15;
const finalSpread: u64 = ((<u64>0xd6e8feb8) << 32) | 0x6659fd93;

/** Multiplicative hash with a fold between, so that the bits that pick a slot depend on every bit of the key. */
function hash(key: usize, bytes: usize): u32 {
  let h: u64 = 0;
  for (let at: usize = 0; at < bytes; at += 8) h = mix(h, load<u64>(key + at));
  return lastBits(h);
}

function hashOfVector(key: v128): u32 {
  return lastBits(mix(mix(0, i64x2.extract_lane(key, 0)), i64x2.extract_lane(key, 1)));
}

function mix(h: u64, word: u64): u64 {
  const product = (h ^ word) * spread;
  return product ^ (product >> 32);
}

function lastBits(h: u64): u32 {
  return <u32>((h * finalSpread) >> 32);
}
