// SPDX-License-Identifier: MIT

import { writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { encodeFloatNpy, readFloatNpy, readIntegerNpy } from '../../../../src/cli/files/npy.js';
import { float16ToNumber } from '../../../../src/problem/float16.js';
import { temporaryFolder } from '../../../support/command-line.js';
import { bodyOf, describeArray, npyFile } from '../../../support/npy-file.js';

/** The beginning of a zip archive: what stands before its first file. */
function zipEntry(name: string, content: Uint8Array): Buffer {
  const head = Buffer.alloc(30);
  head.write('PK\u0003\u0004', 'latin1');
  head.writeUInt16LE(name.length, 26);
  return Buffer.concat([head, Buffer.from(name), content]);
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

  // All of them read by NumPy 2.4.
  test.each([
    "{'descr': 'f4', 'fortran_order': False, 'shape': (2, 3), }",
    "{'descr': '=f4', 'fortran_order': False, 'shape': (2, 3), }",
    "{'descr': '|f4', 'fortran_order': False, 'shape': (2, 3), }",
    "{'descr':'float32','fortran_order':False,'shape':(2,3)}",
    "{'descr':'single','fortran_order':False,'shape':(2,3)}",
    "{'descr': '<f', 'fortran_order': False, 'shape': (2, 3)}",
    '  {  "shape" : ( 2 , 3 , ) , "fortran_order" : False , "descr" : "<f4" , }  ',
    "{'shape': (2L, 3L), 'descr': u'<f4', 'fortran_order': False}",
    "{\n 'shape': (2,\n  3),\n 'descr': '<f4', # float\n 'fortran_order': False\n}\n\n",
    `{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3)}${' '.repeat(1000)}`,
  ])('reads the header %j', async (description) => {
    const file = await stored(npyFile({ description, body: littleFloats }));
    expect(await readFloatNpy(file)).toEqual({ shape: [2, 3], data: Float32Array.from(values) });
  });

  test.each([
    ['()', 1, []],
    ['(6,)', 6, [6]],
    ['(0, 4)', 0, [0, 4]],
    ['(1, 1, 6)', 6, [1, 1, 6]],
  ])('reads the shape %s', async (shape, length, expected) => {
    const body = littleFloats.subarray(0, 4 * length);
    const file = await stored(npyFile({ description: describeArray('<f4', shape), body }));
    expect(await readFloatNpy(file)).toEqual({ shape: expected, data: Float32Array.from(values.slice(0, length)) });
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
    const data = new Float32Array((1 << 22) + 5);
    for (let i = 0; i < data.length; i++) data[i] = i % 1013;
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
    ['another file', Buffer.from('a text of some length'), 'not a .npy file: it does not begin with'],
    ['a zip archive', Buffer.from('PK\u0003\u0004'), 'numpy.load(\'archive.npz\')["NAME"]'],
    [
      'an .npz file',
      zipEntry('logits.npy', littleFloats),
      "not a .npy file but a zip archive, as .npz files are: save one of its arrays, in Python numpy.save('array.npy', " +
        'numpy.load(\'archive.npz\')["logits"])',
    ],
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
      'structures or objects, expected numbers; its type is [["a","<f4"]]',
    ],
    ...[
      ["('<f4', (3,))", 'structures or objects'],
      ["'f4,i4'", 'structures or objects'],
      ["'<c8'", 'type c8 (complex numbers), expected float16, float32 or float64'],
      ["'|O'", 'type O (Python objects)'],
      ["'<U7'", 'type U7 (texts)'],
      ["'<M8[ns]'", 'type M8[ns] (dates)'],
      ["'<f16'", 'type f16 (floating-point numbers of another width)'],
      ["'|V4'", 'type V4 (raw bytes)'],
      ["'?'", 'type b1, expected float16'],
      ["'constructor'", 'type constructor, expected float16'],
      [`'${'x'.repeat(5000)}'`, `type ${'x'.repeat(77)}..., expected`],
    ].map(([descr, message]): [string, Uint8Array, string] => [
      `elements of type ${descr.slice(0, 20)}`,
      npyFile({ description: `{'descr': ${descr}, 'fortran_order': False, 'shape': (6,), }`, body: littleFloats }),
      message,
    ]),
    ...[
      '',
      '[]',
      "{'descr': '<f4', 'fortran_order': False}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (6,), 'more': 1}",
      "{'descr': '<f4', 'fortran_order': 0, 'shape': (6,)}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': 6}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (6)}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (-6,)}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (6.0,)}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (6 6)}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': ('6',)}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (0, 99999999999999999999)}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (6,)} and more",
      "__import__('os').abort()",
      '('.repeat(60_000),
    ].map((description): [string, Uint8Array, string] => [
      `the header ${description.slice(0, 70)}`,
      npyFile({ description, body: littleFloats }),
      'damaged: its header cannot be read',
    ]),
    ['a damaged header', npyFile({ description: "{'descr': '<f4', 'shape'", body: littleFloats }), 'cannot be read'],
    [
      'a header longer than the file',
      Buffer.concat([npyFile({ description: '', body: littleFloats }).subarray(0, 8), Buffer.from([0xff, 0xff, 0, 0])]),
      'its header is said to take 65535 bytes',
    ],
    ['a version of the future', npyFile({ description: '', body: littleFloats }).fill(9, 6, 7), '.npy version 9.0'],
    ['a version between', npyFile({ description: '', body: littleFloats }).fill(1, 7, 8), '.npy version 1.1, expected'],
  ])('refuses %s', async (_what, content, message) => {
    await expect(readFloatNpy(await stored(content))).rejects.toThrow(message);
  });
});

describe('readIntegerNpy', () => {
  test.each([
    ['|b1', 1, (view: DataView, offset: number, value: number) => view.setUint8(offset, Number(value > 0))],
    ['bool', 1, (view: DataView, offset: number, value: number) => view.setUint8(offset, Number(value > 0))],
  ])('reads %s', async (type, bytes, write) => {
    const body = bodyOf([0, 7, 120], bytes, write);
    const file = await stored(npyFile({ description: describeArray(type, '(1, 3)'), body }));
    expect(await readIntegerNpy(file)).toEqual({ shape: [1, 3], data: Int32Array.of(0, 1, 1) });
  });

  test.each([
    ['|i1', 1, (view: DataView, offset: number, value: number) => view.setInt8(offset, value)],
    ['B', 1, (view: DataView, offset: number, value: number) => view.setUint8(offset, value)],
    ['>u2', 2, (view: DataView, offset: number, value: number) => view.setUint16(offset, value, false)],
    ['uint32', 4, (view: DataView, offset: number, value: number) => view.setUint32(offset, value, true)],
    ['>u8', 8, (view: DataView, offset: number, value: number) => view.setBigUint64(offset, BigInt(value), false)],
    ['int', 8, (view: DataView, offset: number, value: number) => view.setBigInt64(offset, BigInt(value), true)],
    ['|u1', 1, (view: DataView, offset: number, value: number) => view.setUint8(offset, value)],
    ['<i2', 2, (view: DataView, offset: number, value: number) => view.setInt16(offset, value, true)],
    ['>i4', 4, (view: DataView, offset: number, value: number) => view.setInt32(offset, value, false)],
    ['<i8', 8, (view: DataView, offset: number, value: number) => view.setBigInt64(offset, BigInt(value), true)],
  ])('reads %s', async (type, bytes, write) => {
    const body = bodyOf([0, 7, 120], bytes, write);
    const file = await stored(npyFile({ description: describeArray(type, '(1, 3)'), body }));
    expect(await readIntegerNpy(file)).toEqual({ shape: [1, 3], data: Int32Array.of(0, 7, 120) });
  });

  test.each([
    ['<f2', 2, (view: DataView, offset: number, value: number) => view.setUint16(offset, value, true)],
    ['>f4', 4, (view: DataView, offset: number, value: number) => view.setFloat32(offset, value, false)],
    ['<f8', 8, (view: DataView, offset: number, value: number) => view.setFloat64(offset, value, true)],
  ])('reads whole numbers of type %s, as numpy.zeros makes them', async (type, bytes, write) => {
    // As float16: 0, 7 and -1.
    const body = bodyOf(bytes === 2 ? [0, 0x4700, 0xbc00] : [0, 7, -1], bytes, write);
    const file = await stored(npyFile({ description: describeArray(type, '(1, 3)'), body }));
    expect(await readIntegerNpy(file)).toEqual({ shape: [1, 3], data: Int32Array.of(0, 7, -1) });
  });

  test.each([0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31])('refuses a float of %d', async (value) => {
    const body = bodyOf([0, value], 8, (view, offset, number) => view.setFloat64(offset, number, true));
    const file = await stored(npyFile({ description: describeArray('<f8', '(1, 2)'), body }));
    await expect(readIntegerNpy(file)).rejects.toThrow(
      `element 1 is ${value}, expected a whole number of 32 bits with a sign`,
    );
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
