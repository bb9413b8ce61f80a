// SPDX-License-Identifier: MIT

import { writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { float16ToNumber } from '../../src/cli/files/float16.js';
import { encodeFloatNpy, readFloatNpy, readIntegerNpy } from '../../src/cli/files/npy.js';
import { temporaryFolder } from '../support/command-line.js';

interface NpyParts {
  description: string;
  body: Uint8Array;
  version?: 1 | 2 | 3;
}

/** A file as NumPy writes it, or nearly so: this is what the reader is held against. */
function npyFile({ description, body, version = 1 }: NpyParts): Buffer {
  const lengthBytes = version === 1 ? 2 : 4;
  const start = Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, version, 0]);
  const length = Buffer.alloc(lengthBytes);
  length.writeUIntLE(description.length + 1, 0, lengthBytes);
  return Buffer.concat([start, length, Buffer.from(`${description}\n`, 'latin1'), body]);
}

function describeArray(type: string, shape: string, fortran = false): string {
  return `{'descr': '${type}', 'fortran_order': ${fortran ? 'True' : 'False'}, 'shape': ${shape}, }`;
}

/** Bytes of 2 x 3 values, written by one of DataView's setters. */
function bodyOf(values: number[], bytes: number, write: (view: DataView, offset: number, value: number) => void) {
  const body = new Uint8Array(values.length * bytes);
  const view = new DataView(body.buffer);
  for (const [i, value] of values.entries()) write(view, i * bytes, value);
  return body;
}

async function stored(content: Uint8Array): Promise<string> {
  const file = (await temporaryFolder()).file('array.npy');
  await writeFile(file, content);
  return file;
}

const values = [0, 1, -2, 0.5, 1024, -0.25];
/** The same as float16. */
const halves = [0x0000, 0x3c00, 0xc000, 0x3800, 0x6400, 0xb400];

describe('readFloatNpy', () => {
  const littleFloats = bodyOf(values, 4, (view, offset, value) => view.setFloat32(offset, value, true));
  test.each([
    ['<f4', littleFloats],
    ['>f4', bodyOf(values, 4, (view, offset, value) => view.setFloat32(offset, value, false))],
    ['<f8', bodyOf(values, 8, (view, offset, value) => view.setFloat64(offset, value, true))],
    ['>f8', bodyOf(values, 8, (view, offset, value) => view.setFloat64(offset, value, false))],
    ['<f2', bodyOf(halves, 2, (view, offset, value) => view.setUint16(offset, value, true))],
    ['>f2', bodyOf(halves, 2, (view, offset, value) => view.setUint16(offset, value, false))],
  ])('reads %s', async (type, body) => {
    const file = await stored(npyFile({ description: describeArray(type, '(2, 3)'), body }));
    expect(await readFloatNpy(file)).toEqual({ shape: [2, 3], data: Float32Array.from(values) });
  });

  test.each([1, 2, 3] as const)('reads version %d', async (version) => {
    const file = await stored(npyFile({ description: describeArray('<f4', '(6,)'), body: littleFloats, version }));
    expect(await readFloatNpy(file)).toEqual({ shape: [6], data: Float32Array.from(values) });
  });

  test('turns Fortran order into C order', async () => {
    const numbers = Array.from({ length: 24 }, (_, i) => i);
    // Element [a, b, c] of a 2 x 3 x 4 array lies at a + 2 b + 6 c, and has the value 12 a + 4 b + c.
    const inFile = new Array<number>(24);
    for (const n of numbers) inFile[Math.floor(n / 12) + 2 * (Math.floor(n / 4) % 3) + 6 * (n % 4)] = n;
    const body = bodyOf(inFile, 4, (view, offset, value) => view.setFloat32(offset, value, true));
    const file = await stored(npyFile({ description: describeArray('<f4', '(2, 3, 4)', true), body }));
    expect(await readFloatNpy(file)).toEqual({ shape: [2, 3, 4], data: Float32Array.from(numbers) });
  });

  test('reads more than one piece', async () => {
    const data = Float32Array.from({ length: (1 << 22) + 5 }, (_, i) => i % 1013);
    const file = await stored(Buffer.concat(encodeFloatNpy(data, [data.length])));
    const read = await readFloatNpy(file);
    expect(Buffer.compare(Buffer.from(read.data.buffer), Buffer.from(data.buffer))).toBe(0);
  });

  test('reads what encodeFloatNpy writes', async () => {
    const data = Float32Array.from([...values, Number.NaN, Number.POSITIVE_INFINITY]);
    const content = Buffer.concat(encodeFloatNpy(data, [2, 4]));
    expect((content.length - data.byteLength) % 64).toBe(0);
    expect(await readFloatNpy(await stored(content))).toEqual({ shape: [2, 4], data });
  });

  test.each([
    ['an empty file', Buffer.alloc(0), 'not a .npy file'],
    ['another file', Buffer.from('PK\u0003\u0004 a zip archive'), 'not a .npy file'],
    [
      'a truncated array',
      npyFile({ description: describeArray('<f4', '(2, 4)'), body: littleFloats }),
      /bytes, but an array \[2, 4\] of f4 takes \d+: truncated/,
    ],
    [
      'bytes after the array',
      npyFile({ description: describeArray('<f4', '(5,)'), body: littleFloats }),
      'data follow the array',
    ],
    [
      'more elements than memory',
      npyFile({ description: describeArray('<f4', '(1000000, 1000000)'), body: littleFloats }),
      'truncated',
    ],
    [
      'whole numbers',
      npyFile({ description: describeArray('<i8', '(3,)'), body: littleFloats }),
      'type i8, expected float16, float32 or float64',
    ],
    [
      'structures',
      npyFile({
        description: "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (6,), }",
        body: littleFloats,
      }),
      'structures or objects, expected numbers',
    ],
    ['a damaged header', npyFile({ description: "{'descr': '<f4', 'shape'", body: littleFloats }), 'cannot be read'],
    [
      'a header longer than the file',
      Buffer.concat([npyFile({ description: '', body: littleFloats }).subarray(0, 8), Buffer.from([0xff, 0xff, 0, 0])]),
      'its header is said to take 65535 bytes',
    ],
    ['a version of the future', npyFile({ description: '', body: littleFloats }).fill(9, 6, 7), '.npy version 9'],
  ])('refuses %s', async (_what, content, message) => {
    await expect(readFloatNpy(await stored(content))).rejects.toThrow(message);
  });
});

describe('readIntegerNpy', () => {
  test.each([
    ['|u1', 1, (view: DataView, offset: number, value: number) => view.setUint8(offset, value)],
    ['<i2', 2, (view: DataView, offset: number, value: number) => view.setInt16(offset, value, true)],
    ['>i4', 4, (view: DataView, offset: number, value: number) => view.setInt32(offset, value, false)],
    ['<i8', 8, (view: DataView, offset: number, value: number) => view.setBigInt64(offset, BigInt(value), true)],
  ])('reads %s', async (type, bytes, write) => {
    const body = bodyOf([0, 7, 120], bytes, write);
    const file = await stored(npyFile({ description: describeArray(type, '(1, 3)'), body }));
    expect(await readIntegerNpy(file)).toEqual({ shape: [1, 3], data: Int32Array.of(0, 7, 120) });
  });

  test('refuses what does not fit', async () => {
    const body = bodyOf([2 ** 40], 8, (view, offset, value) => view.setBigInt64(offset, BigInt(value), true));
    const file = await stored(npyFile({ description: describeArray('<i8', '(1,)'), body }));
    await expect(readIntegerNpy(file)).rejects.toThrow('element 0 is 1099511627776');
  });
});

test.each([
  [0x0001, 2 ** -24],
  [0x03ff, 1023 * 2 ** -24],
  [0x0400, 2 ** -14],
  [0x7bff, 65504],
  [0x8000, -0],
  [0x7c00, Number.POSITIVE_INFINITY],
  [0xfc00, Number.NEGATIVE_INFINITY],
  [0x7e00, Number.NaN],
])('float16 %i is %d', (bits, value) => {
  expect(float16ToNumber(bits)).toBe(value);
});
