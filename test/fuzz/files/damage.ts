// SPDX-License-Identifier: MIT

import * as fc from 'fast-check';

/** One thing that happened to a file. Places are parts of its length, so that they mean something for a file of any length. */
export type Damage =
  | { kind: 'flip a bit'; at: number; bit: number }
  | { kind: 'set a byte'; at: number; value: number }
  | { kind: 'set a word'; at: number; value: number; bytes: 2 | 4; little: boolean }
  | { kind: 'cut off'; at: number }
  | { kind: 'cut out' | 'repeat' | 'move'; at: number; length: number; to: number }
  | { kind: 'put in'; at: number; text: string }
  | { kind: 'zero'; at: number; length: number };

/** Numbers at the borders of what formats and readers count with. */
const borders = [0, 1, 2, 7, 8, 127, 128, 255, 256, 32767, 32768, 65535, 65536, 0x7fffffff, 0x80000000, 0xffffffff];
const texts = [
  '\0',
  '\n',
  '"',
  '{',
  '}',
  '-',
  '1e999',
  'null',
  '\u001b[31m',
  '\u0085',
  '��',
  '9'.repeat(400),
  '['.repeat(3000),
];

const place = fc.double({ min: 0, max: 1, noNaN: true });

export const damages: fc.Arbitrary<Damage> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('flip a bit' as const), at: place, bit: fc.nat(7) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('set a byte' as const),
      at: place,
      value: fc.constantFrom(0, 255, 127, 1, 32, 48),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('set a word' as const),
      at: place,
      value: fc.constantFrom(...borders),
      bytes: fc.constantFrom(2 as const, 4 as const),
      little: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('cut off' as const), at: place }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom('cut out' as const, 'repeat' as const, 'move' as const),
      at: place,
      length: fc.constantFrom(1, 4, 13, 100),
      to: place,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('put in' as const), at: place, text: fc.constantFrom(...texts) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('zero' as const), at: place, length: fc.constantFrom(1, 8, 64) }),
  },
);

export function damaged(bytes: Buffer, damage: Damage): Buffer {
  const copy = Buffer.from(bytes);
  if (copy.length === 0) return copy;
  const at = Math.min(copy.length - 1, Math.floor(damage.at * copy.length));
  switch (damage.kind) {
    case 'flip a bit':
      copy[at] ^= 1 << damage.bit;
      return copy;
    case 'set a byte':
      copy[at] = damage.value;
      return copy;
    case 'set a word':
      return withWord(copy, at, damage);
    case 'cut off':
      return copy.subarray(0, at);
    case 'cut out':
      return Buffer.concat([copy.subarray(0, at), copy.subarray(at + damage.length)]);
    case 'repeat':
      return Buffer.concat([copy.subarray(0, at + damage.length), copy.subarray(at)]);
    case 'move': {
      const piece = copy.subarray(at, at + damage.length);
      const rest = Buffer.concat([copy.subarray(0, at), copy.subarray(at + damage.length)]);
      const to = Math.floor(damage.to * rest.length);
      return Buffer.concat([rest.subarray(0, to), piece, rest.subarray(to)]);
    }
    case 'put in':
      return Buffer.concat([copy.subarray(0, at), Buffer.from(damage.text), copy.subarray(at)]);
    case 'zero':
      return copy.fill(0, at, Math.min(at + damage.length, copy.length));
  }
}

function withWord(copy: Buffer, at: number, { value, bytes, little }: Extract<Damage, { kind: 'set a word' }>): Buffer {
  const from = Math.min(at, copy.length - bytes);
  if (from < 0) return copy;
  const word = bytes === 2 ? value & 0xffff : value;
  if (little) copy.writeUIntLE(word, from, bytes);
  else copy.writeUIntBE(word, from, bytes);
  return copy;
}
