// SPDX-License-Identifier: MIT

import { readFile, writeFile } from 'node:fs/promises';
import { decode } from 'fast-png';
import { describe, expect, test, vi } from 'vitest';
import type { RefineSummary } from '../../../../src/cli/refine/report.js';
import { type Folder, meanfield } from '../../../support/command-line.js';
import { coarse, disc, folderWithPhoto, height, pixelCount, width } from '../../../support/disc-photo.js';
import { bodyOf, describeArray, npyFile } from '../../../support/npy-file.js';

/** `refine --labels` with arrays of every type and order that programs write: all are the same mask, and give the same label map. */

// Whole command lines: seconds where several tests share a core.
vi.setConfig({ testTimeout: 60_000 });

type Write = (view: DataView, offset: number, value: number) => void;

interface Given {
  type: string;
  bytes: number;
  write: Write;
  shape?: string;
  fortran?: boolean;
  /** In the file's order. */
  values?: number[];
  name?: string;
}

const mask = coarse.map(Number);

/** What Fortran order has: y runs fastest. */
const byColumns = Array.from({ length: pixelCount }, (_, i) => mask[(i % height) * width + Math.floor(i / height)]);

const int64 = (little: boolean): Write => {
  return (view, offset, value) => view.setBigInt64(offset, BigInt(value), little);
};
const uint8: Write = (view, offset, value) => view.setUint8(offset, value);

async function refine(folder: Folder, { type, bytes, write, ...more }: Given) {
  const { shape = `(${height}, ${width})`, fortran = false, values = mask, name = 'l.npy' } = more;
  const description = describeArray(type, shape, fortran);
  await writeFile(folder.file(name), npyFile({ description, body: bodyOf(values, bytes, write) }));
  return meanfield(
    ...['refine', folder.file('photo.png'), '--labels', folder.file(name), '--options', folder.file('crf.json')],
    ...['--backend', 'cpu', '--label-map', folder.file('out.png'), '--json'],
  );
}

describe('a mask is the same', () => {
  test.each<[string, Given]>([
    ['as int8', { type: '|i1', bytes: 1, write: (view, offset, value) => view.setInt8(offset, value) }],
    ['as uint8', { type: '|u1', bytes: 1, write: uint8 }],
    ['as int16', { type: '<i2', bytes: 2, write: (view, offset, value) => view.setInt16(offset, value, true) }],
    ['as int64', { type: '<i8', bytes: 8, write: int64(true) }],
    ['as uint64', { type: '<u8', bytes: 8, write: (v, offset, value) => v.setBigUint64(offset, BigInt(value), true) }],
    ['as bool', { type: '|b1', bytes: 1, write: uint8 }],
    ['as float64', { type: '<f8', bytes: 8, write: (view, offset, value) => view.setFloat64(offset, value, true) }],
    ['as float32', { type: '<f4', bytes: 4, write: (view, offset, value) => view.setFloat32(offset, value, true) }],
    ['as [1, y, x]', { type: '<i8', bytes: 8, write: int64(true), shape: `(1, ${height}, ${width})` }],
    ['as [y, x, 1]', { type: '|u1', bytes: 1, write: uint8, shape: `(${height}, ${width}, 1)` }],
    ['as [1, 1, y, x]', { type: '|u1', bytes: 1, write: uint8, shape: `(1, 1, ${height}, ${width})` }],
    ['in Fortran order', { type: '|u1', bytes: 1, write: uint8, fortran: true, values: byColumns }],
    [
      'in Fortran order as [1, y, x]',
      { type: '|u1', bytes: 1, write: uint8, fortran: true, shape: `(1, ${height}, ${width})`, values: byColumns },
    ],
    ['big endian', { type: '>i8', bytes: 8, write: int64(false) }],
    [
      'big endian, 16 bits',
      { type: '>u2', bytes: 2, write: (view, offset, value) => view.setUint16(offset, value, false) },
    ],
    [
      'big endian, float',
      { type: '>f4', bytes: 4, write: (view, offset, value) => view.setFloat32(offset, value, false) },
    ],
    ['in a file of another name', { type: '|u1', bytes: 1, write: uint8, name: 'labels.dat' }],
  ])('%s', async (_what, given) => {
    const folder = await folderWithPhoto();
    const { exitCode, out, error } = await refine(folder, given);
    expect(error).toBe('');
    expect(exitCode).toBe(0);
    const { labelCount, input } = JSON.parse(out) as RefineSummary;
    expect(labelCount).toBe(2);
    expect(input).toMatchObject({ values: [0, 1], unknown: null });
    const { data } = decode(await readFile(folder.file('out.png')));
    expect(disc.filter((inside, i) => data[i] !== Number(inside)).length).toBeLessThan(10);
  });
});

test('unknown pixels are -1 in every type with a sign', async () => {
  for (const [type, bytes, write] of [
    ['|i1', 1, (view, offset, value) => view.setInt8(offset, value)],
    ['<i8', 8, int64(true)],
    ['<f4', 4, (view, offset, value) => view.setFloat32(offset, value, true)],
  ] satisfies [string, number, Write][]) {
    const folder = await folderWithPhoto();
    const values = mask.map((value, i) => (i < 40 ? -1 : value));
    const { out, error } = await refine(folder, { type, bytes, write, values });
    expect(error).toBe('');
    expect((JSON.parse(out) as RefineSummary).input).toMatchObject({ values: [0, 1], unknown: -1 });
  }
});

describe('refused', () => {
  test.each<[string, Partial<Given>, string]>([
    ['a soft mask', { values: mask.map((value) => 0.9 * value) }, 'is 0.9, expected a whole number of 32 bits'],
    ['no number', { values: mask.map((value) => value || Number.NaN) }, 'is NaN, expected a whole number of 32 bits'],
    ['two masks', { values: [...mask, ...mask], shape: `(2, ${height}, ${width})` }, 'not a plane for each label'],
    ['exchanged axes', { shape: `(${width}, ${height})` }, 'x and y are exchanged'],
    ['complex numbers', { type: '<c8' }, 'type c8 (complex numbers), expected whole numbers'],
  ])('%s', async (_what, given, message) => {
    const folder = await folderWithPhoto();
    const write: Write = (view, offset, value) => view.setFloat64(offset, value, true);
    const { exitCode, out, error } = await refine(folder, { type: '<f8', bytes: 8, write, ...given });
    expect({ exitCode, out }).toEqual({ exitCode: 1, out: '' });
    expect(error).toContain(`${folder.file('l.npy')}: `);
    expect(error).toContain(message);
  });

  test('an .npz file, by its name', async () => {
    const folder = await folderWithPhoto();
    await writeFile(folder.file('l.npz'), Buffer.from('PK\u0003\u0004 and more', 'latin1'));
    const { exitCode, error } = await meanfield(
      ...['refine', folder.file('photo.png'), '--labels', folder.file('l.npz')],
      ...['--backend', 'cpu', '--label-map', folder.file('out.png')],
    );
    expect(exitCode).toBe(1);
    expect(error).toContain(`${folder.file('l.npz')}: not a .npy file but a zip archive, as .npz files are`);
  });
});
