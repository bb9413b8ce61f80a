// SPDX-License-Identifier: MIT

import { readFile, writeFile } from 'node:fs/promises';
import { decode, encode } from 'fast-png';
import { describe, expect, test, vi } from 'vitest';
import { readFloatNpy } from '../../../../src/cli/files/npy.js';
import type { RefineSummary } from '../../../../src/cli/refine/report.js';
import { type Folder, meanfield } from '../../../support/command-line.js';
import { coarse, disc, folderWithPhoto, height, isInside, pixelCount, width } from '../../../support/disc-photo.js';
import { encodeGreyPng } from '../../../support/png.js';

// Whole command lines: seconds where several tests share a core.
vi.setConfig({ testTimeout: 60_000 });

function refine(folder: Folder, ...more: string[]) {
  const files = [folder.file('photo.png'), '--labels', folder.file('l.png'), '--options', folder.file('crf.json')];
  return meanfield('refine', ...files, '--backend', 'cpu', '--label-map', folder.file('out.png'), ...more);
}

async function refineToJson(folder: Folder, ...more: string[]) {
  const { exitCode, out, error } = await refine(folder, '--marginals', folder.file('q.npy'), '--json', ...more);
  expect(exitCode, error).toBe(0);
  return { summary: JSON.parse(out) as RefineSummary, error };
}

const labelMap = async (folder: Folder) => decode(await readFile(folder.file('out.png')));
/** A value everywhere, and others over it. */
function painted(ground: number, ...layers: [covers: (i: number) => boolean, value: number][]): number[] {
  return coarse.map((_, i) => layers.findLast(([covers]) => covers(i))?.[1] ?? ground);
}

const isTop = (i: number) => i < 300;
const isCoarse = (i: number) => coarse[i];

const grey = (values: number[], bits: 8 | 16 = 8) => encodeGreyPng(values, width, height, bits);

/** The mask, cleaned up, in the values it came in. */
async function expectDisc(folder: Folder, background: number, foreground: number): Promise<void> {
  const { data } = await labelMap(folder);
  const wrong = disc.filter((inside, i) => data[i] !== (inside ? foreground : background));
  expect(wrong.length).toBeLessThan(10);
}

describe('masks of two values are two labels', () => {
  test.each([1, 2, 128, 255])('0 and %d', async (white) => {
    const folder = await folderWithPhoto();
    await writeFile(folder.file('l.png'), grey(coarse.map((inside) => (inside ? white : 0))));
    const { summary, error } = await refineToJson(folder);
    expect(error).toBe('');
    expect(summary).toMatchObject({
      labelCount: 2,
      labelMapHas: white === 1 ? 'labels' : 'values',
      input: { unknown: null, values: [0, white], markedPixels: pixelCount },
      areas: [
        { label: 0, value: 0 },
        { label: 1, value: white },
      ],
      notes: [],
    });
    expect((await readFloatNpy(folder.file('q.npy'))).shape).toEqual([2, height, width]);
    await expectDisc(folder, 0, white);
    const { out } = await refine(folder);
    expect(out).toContain(`2 labels, in the file 0, ${white}, `);
    expect(out).toContain('no value is unknown');
    expect(out).toMatch(new RegExp(`areas +0: [0-9.]+ % +${white}: `));
  });

  test('of 65535, in three channels, with an alpha that is the same everywhere, as .npy', async () => {
    const folder = await folderWithPhoto();
    await writeFile(
      folder.file('l.png'),
      grey(
        coarse.map((inside) => (inside ? 65535 : 0)),
        16,
      ),
    );
    expect((await refineToJson(folder)).summary.input).toMatchObject({ values: [0, 65535] });
    expect(await labelMap(folder)).toMatchObject({ depth: 16 });
    await expectDisc(folder, 0, 65535);

    for (const channels of [2, 3, 4]) {
      const data = Uint8Array.from({ length: channels * pixelCount }, (_, i) => {
        const isAlpha = channels !== 3 && i % channels === channels - 1;
        return isAlpha || coarse[Math.floor(i / channels)] ? 255 : 0;
      });
      await writeFile(folder.file('l.png'), encode({ width, height, channels, data }));
      await refineToJson(folder);
      await expectDisc(folder, 0, 255);
    }

    const header = "{'descr': '|b1', 'fortran_order': False, 'shape': (1, 30, 40), }".padEnd(117);
    const start = Buffer.from(`\u0093NUMPY\u0001\u0000v\u0000${header}\n`, 'latin1');
    await writeFile(folder.file('l.npy'), Buffer.concat([start, Buffer.from(coarse.map(Number))]));
    await refineToJson(folder, '--labels', folder.file('l.npy'));
    await expectDisc(folder, 0, 1);
  });

  test('an unknown value that would leave one label is refused', async () => {
    const folder = await folderWithPhoto();
    await writeFile(folder.file('l.png'), grey(coarse.map(Number)));
    const before = await folder.list();
    const { exitCode, out, error } = await refine(folder, '--unknown', '0');
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' });
    expect(error).toBe(
      `error: --unknown: got 0, but ${folder.file('l.png')} has the values 0, 1: that leaves 1 as the only label, and nothing to ` +
        'choose from; --unknown none makes two labels of them\n',
    );
    expect(await folder.list()).toEqual(before);
  });
});

describe('gaps become no labels', () => {
  test('a palette with a void: the label map has its values and colours again', async () => {
    const folder = await folderWithPhoto();
    const palette = Array.from({ length: 256 }, (_, index) => [index, 255 - index, 7]);
    palette[255] = [224, 224, 192];
    const data = Uint8Array.from(painted(0, [isTop, 8], [isCoarse, 15], [(i) => i % width === 0, 255]));
    await writeFile(folder.file('l.png'), encode({ width, height, channels: 1, data, palette }));
    const { summary, error } = await refineToJson(folder);
    expect(error).toBe('');
    expect(summary).toMatchObject({
      labelCount: 3,
      labelMapHas: 'values',
      input: { unknown: 255, values: [0, 8, 15], markedPixels: pixelCount - height },
    });
    const written = await labelMap(folder);
    expect(new Set(written.data)).toEqual(new Set([0, 8, 15]));
    expect(written.palette).toEqual(palette);
    expect((await refine(folder)).out).toContain('3 labels, in the file 0, 8, 15, as in the label map; 255 is unknown');
  });

  test('ids of 16 bits, as those of Cityscapes', async () => {
    const folder = await folderWithPhoto();
    const ids = painted(11, [isTop, 7], [isCoarse, 24000]);
    await writeFile(folder.file('l.png'), grey(ids, 16));
    const { summary } = await refineToJson(folder);
    expect(summary).toMatchObject({ labelCount: 3, input: { unknown: null, values: [7, 11, 24000] } });
    expect(new Set((await labelMap(folder)).data)).toEqual(new Set([7, 11, 24000]));
    expect((await readFloatNpy(folder.file('q.npy'))).shape).toEqual([3, height, width]);
  });

  test('with --unknown 0 it is said that the label map does not count from 0', async () => {
    const folder = await folderWithPhoto();
    await writeFile(folder.file('l.png'), grey(painted(0, [isTop, 3], [isCoarse, 5])));
    const { summary, error } = await refineToJson(folder, '--unknown', '0');
    expect(summary).toMatchObject({ labelCount: 2, input: { values: [3, 5] } });
    const note = `${folder.file('l.png')}: its labels have gaps, so the label map has the file's values; with --label-count it counts from 0`;
    expect(error).toBe(`note: ${note}\n`);
    expect(summary.notes).toEqual([note]);

    const counted = await refineToJson(folder, '--unknown', '0', '--label-count', '5');
    expect(counted).toMatchObject({ error: '', summary: { labelCount: 5, labelMapHas: 'labels' } });
    expect(new Set((await labelMap(folder)).data)).toEqual(new Set([2, 4]));
  });

  test('strokes count from 1, results from 0, and colours go with them', async () => {
    const folder = await folderWithPhoto();
    const palette = [
      [0, 0, 0],
      [10, 20, 30],
      [200, 100, 50],
    ];
    const data = Uint8Array.from(painted(0, [(i) => i < width, 1], [(i) => isInside(i, 3), 2]));
    await writeFile(folder.file('l.png'), encode({ width, height, channels: 1, data, palette }));
    const { summary } = await refineToJson(folder);
    expect(summary).toMatchObject({ labelCount: 2, labelMapHas: 'labels', input: { unknown: 0, values: [1, 2] } });
    await expectDisc(folder, 0, 1);
    expect((await labelMap(folder)).palette).toEqual(palette.slice(1));
  });
});

describe('what cannot be labels is refused, and nothing is written', () => {
  const colours = (colour: (inside: boolean) => number[]) =>
    encode({
      width,
      height,
      channels: colour(true).length,
      data: Uint8Array.from(coarse.flatMap((inside) => colour(inside))),
    });
  const edge = (i: number) =>
    Math.round(255 / (1 + Math.exp(Math.hypot((i % width) - 20, Math.floor(i / width) - 15) - 9)));
  test.each<[string, () => Uint8Array, number, string]>([
    [
      'colours',
      () => colours((inside) => (inside ? [128, 0, 0] : [0, 0, 0])),
      1,
      'a PNG of RGB pixels, expected grey values or palette indices, which are the labels: it has 2 colours (#000000, #800000)',
    ],
    [
      'colours with alpha',
      () => colours((inside) => (inside ? [128, 0, 0, 9] : [0, 0, 0, 9])),
      1,
      'a PNG of RGBA pixels, expected grey',
    ],
    [
      'a mask in alpha',
      () => colours((inside) => (inside ? [0, 0, 0, 255] : [0, 0, 0, 0])),
      1,
      'a PNG of RGBA pixels whose alpha changes',
    ],
    [
      'a mask with soft edges',
      () => grey(disc.map((_, i) => edge(i))),
      1,
      'grey levels, as of a soft mask? Cut it at a threshold',
    ],
    ['one label', () => grey(disc.map(() => 7)), 1, 'every pixel is 7: with one label there is nothing to choose from'],
    [
      'a label map whose 0 may be a label',
      () => grey(painted(0, [isTop, 1], [isCoarse, 2])),
      2,
      'is a label (--unknown none) or unknown (--unknown 0)',
    ],
    [
      'a trimap',
      () => grey(painted(0, [isTop, 128], [isCoarse, 255])),
      2,
      'has the values 0, 128, 255: say which of them is unknown',
    ],
  ])('%s', async (_what, content, code, message) => {
    const folder = await folderWithPhoto();
    await writeFile(folder.file('l.png'), content());
    const before = await folder.list();
    const { exitCode, out, error } = await refine(folder);
    expect(error).toMatch(/^error: [^\n]+\n$/);
    expect(error).toContain(folder.file('l.png'));
    expect(error).toContain(message);
    expect({ exitCode, out }).toEqual({ exitCode: code, out: '' });
    expect(await folder.list()).toEqual(before);
  });

  test('a plane for each label, and a file on its side', async () => {
    const folder = await folderWithPhoto();
    const header = "{'descr': '|u1', 'fortran_order': False, 'shape': (30, 40, 2), }".padEnd(117);
    const start = Buffer.from(`\u0093NUMPY\u0001\u0000v\u0000${header}\n`, 'latin1');
    await writeFile(folder.file('l.npy'), Buffer.concat([start, Buffer.alloc(2 * pixelCount)]));
    expect((await refine(folder, '--labels', folder.file('l.npy'))).error).toContain(
      'its shape is [30, 40, 2], expected [y, x]: a label for each pixel, not a plane for each label',
    );
    await writeFile(folder.file('l.png'), encodeGreyPng(coarse.map(Number), height, width, 8));
    expect((await refine(folder)).error).toContain(
      "it has 30 x 40 pixels, expected 40 x 30, the image's size: x and y are exchanged",
    );
  });
});
