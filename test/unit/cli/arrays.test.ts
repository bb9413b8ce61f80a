// SPDX-License-Identifier: MIT

import { writeFile } from 'node:fs/promises';
import { describe, expect, test, vi } from 'vitest';
import { encodeFloatNpy, readFloatNpy } from '../../../src/cli/files/npy.js';
import type { RefineSummary } from '../../../src/cli/refine/report.js';
import { type Folder, meanfield } from '../../support/command-line.js';
import { coarse, folderWithPhoto, height, pixelCount, width } from '../../support/disc-photo.js';

// Whole command lines: seconds where several tests share a core.
vi.setConfig({ testTimeout: 60_000 });

describe('arrays of scores', () => {
  const foreground = Float32Array.from(coarse, (inside) => (inside ? 0.75 : 0.25));
  const planes = Float32Array.from([...foreground.map((p) => 1 - p), ...foreground]);
  const interleaved = Float32Array.from(planes, (_, i) => planes[(i % 2) * pixelCount + (i >> 1)]);
  const logits = foreground.map((p) => Math.log(p / (1 - p)));

  async function marginalsOf(folder: Folder, form: string, data: Float32Array, shape: number[], ...more: string[]) {
    await writeFile(folder.file('a.npy'), Buffer.concat(encodeFloatNpy(data, shape)));
    const files = [folder.file('photo.png'), `--${form}`, folder.file('a.npy'), '--options', folder.file('crf.json')];
    const out = ['--marginals', folder.file('q.npy'), '--json', '--backend', 'cpu'];
    const result = await meanfield('refine', ...files, ...out, ...more);
    expect(result.exitCode, result.error).toBe(0);
    const { data: q, shape: found } = await readFloatNpy(folder.file('q.npy'));
    expect(found).toEqual([2, height, width]);
    return { q, summary: JSON.parse(result.out) as RefineSummary, error: result.error };
  }

  test('[y, x, label], a batch of one, and one plane of a foreground give the same as [label, y, x]', async () => {
    const folder = await folderWithPhoto();
    const { q, summary } = await marginalsOf(folder, 'probabilities', planes, [2, height, width]);
    expect(summary.input).toMatchObject({ layout: 'planar', foreground: false, sums: { off: 0 } });
    const same = async (form: string, data: Float32Array, shape: number[], input: object, ...more: string[]) => {
      const found = await marginalsOf(folder, form, data, shape, ...more);
      expect(found.error).toBe('');
      expect(found.summary.input).toMatchObject({ shape, ...input });
      expect(found.q).toBeAllClose(q, { tolerance: 1e-5 });
    };
    const last = { layout: 'interleaved', foreground: false };
    await same('probabilities', interleaved, [height, width, 2], last);
    await same('probabilities', interleaved, [height, width, 2], last, '--layout', 'interleaved');
    await same('probabilities', interleaved, [1, height, width, 2], last);
    await same('probabilities', planes, [1, 2, height, width], { layout: 'planar' });
    for (const shape of [
      [1, height, width],
      [height, width],
      [height, width, 1],
      [1, 1, height, width],
    ]) {
      await same('probabilities', foreground, shape, { foreground: true });
      await same('logits', logits, shape, { foreground: true });
    }
  });

  test('a coarse [y, x, label] is asked about, and taken as it is said', async () => {
    const folder = await folderWithPhoto();
    const rough = Float32Array.from({ length: 10 * 10 * 2 }, (_, i) => (i % 2 === 0 ? 0.3 : 0.7));
    await writeFile(folder.file('a.npy'), Buffer.concat(encodeFloatNpy(rough, [10, 10, 2])));
    const files = [folder.file('photo.png'), '--probabilities', folder.file('a.npy'), '--backend', 'cpu'];
    const { exitCode, error } = await meanfield('refine', ...files);
    expect({ exitCode, error }).toEqual({
      exitCode: 1,
      error:
        `error: ${folder.file('a.npy')}: its shape is [10, 10, 2], which may be [label, y, x] of 10 labels or [y, x, label] of 2: ` +
        'say --layout planar or --layout interleaved\n',
    });
    const { out } = await meanfield('refine', ...files, '--layout', 'interleaved');
    expect(out).toContain('probabilities of 2 labels [10, 10, 2], label last, upsampled half-pixel');
  });

  test('probabilities that do not add up to 1 are told', async () => {
    const folder = await folderWithPhoto();
    const scores = planes.slice();
    scores.fill(0.9, 0, pixelCount / 4);
    scores.fill(0.25, pixelCount, pixelCount + pixelCount / 4);
    const off = await marginalsOf(folder, 'probabilities', scores, [2, height, width]);
    const note = `${folder.file('a.npy')}: the probabilities of 25.0 % of its pixels do not add up to 1: sums are 1.00 to 1.15`;
    expect(off.error).toBe(`note: ${note}\n`);
    expect(off.summary.notes).toEqual([note]);
    expect(off.summary.input).toMatchObject({ sums: { lowest: 1, off: 0.25 } });
    // Rounding of float16 is no reason.
    const rounded = planes.map((p) => Math.round(p * 1024) / 1024 + 0.002);
    expect((await marginalsOf(folder, 'probabilities', rounded, [2, height, width])).error).toBe('');
  });

  test.each<[string, string, (i: number) => number, string]>([
    ['energies', 'unary', () => 1, 'it has one plane, so one label, and there is nothing to choose from; of energies'],
    ['1 everywhere', 'probabilities', () => 1, 'it has one plane and is 1 everywhere: that is one label'],
    ['probabilities as logits', 'logits', (i) => (i % 11) / 10, 'it has one plane, all of it in 0..1'],
    ['a mask of 0 and 255', 'probabilities', (i) => (coarse[i] ? 255 : 0), 'got 255, expected a probability in 0..1'],
    [
      'a mask as logits',
      'logits',
      (i) => (coarse[i] ? 255 : 0),
      'it has one plane of whole numbers, none of them negative',
    ],
    ['NaN', 'logits', (i) => (i === 47 ? Number.NaN : -3), 'element [1, 7]: got NaN, expected a finite number'],
  ])('one plane of %s is refused', async (_what, form, value, message) => {
    const folder = await folderWithPhoto();
    const data = Float32Array.from({ length: pixelCount }, (_, i) => value(i));
    await writeFile(folder.file('a.npy'), Buffer.concat(encodeFloatNpy(data, [1, height, width])));
    const files = [folder.file('photo.png'), `--${form}`, folder.file('a.npy'), '--backend', 'cpu'];
    const { exitCode, out, error } = await meanfield('refine', ...files);
    expect({ exitCode, out }).toEqual({ exitCode: 1, out: '' });
    expect(error).toContain(`error: ${folder.file('a.npy')}: `);
    expect(error).toContain(message);
  });

  test.each<[string, string, (p: number) => number, string]>([
    [
      'probabilities as energies',
      'unary',
      (p) => p,
      'it is in 0..1 and adds up to 1 at every pixel, as probabilities do',
    ],
    [
      'probabilities as logits',
      'logits',
      (p) => p,
      'it is in 0..1 and adds up to 1 at every pixel, as probabilities do',
    ],
    [
      'labels, one of them 1, as energies',
      'unary',
      (p) => Math.round(p),
      'it is in 0..1 and adds up to 1 at every pixel',
    ],
    ['log p as energies', 'unary', Math.log, 'its exponentials add up to 1 at every pixel: these are log p'],
  ])('%s are refused: masks of them would look right', async (_what, form, value, message) => {
    const folder = await folderWithPhoto();
    for (const [data, shape] of [
      [planes, [2, height, width]],
      [interleaved, [height, width, 2]],
    ] as const) {
      await writeFile(folder.file('a.npy'), Buffer.concat(encodeFloatNpy(data.map(value), shape)));
      const files = [folder.file('photo.png'), `--${form}`, folder.file('a.npy'), '--backend', 'cpu'];
      const { exitCode, out, error } = await meanfield('refine', ...files);
      expect({ exitCode, out }).toEqual({ exitCode: 1, out: '' });
      expect(error).toContain(`error: ${folder.file('a.npy')}: ${message}`);
    }
  });

  test('log p are logits, and -log p energies', async () => {
    const folder = await folderWithPhoto();
    const { q } = await marginalsOf(folder, 'probabilities', planes, [2, height, width]);
    const logP = planes.map(Math.log);
    for (const [form, data] of [
      ['logits', logP],
      ['unary', logP.map((value) => -value)],
    ] as const) {
      const found = await marginalsOf(folder, form, data, [2, height, width]);
      expect(found.q).toBeAllClose(q, { tolerance: 1e-5 });
    }
  });

  test('elements are named as they lie', async () => {
    const folder = await folderWithPhoto();
    const data = interleaved.slice();
    data[2 * (3 * width + 4) + 1] = 7;
    await writeFile(folder.file('a.npy'), Buffer.concat(encodeFloatNpy(data, [height, width, 2])));
    const files = [folder.file('photo.png'), '--probabilities', folder.file('a.npy'), '--backend', 'cpu'];
    expect((await meanfield('refine', ...files)).error).toContain('a.npy: element [3, 4, 1]: got 7');
  });

  test('--layout is for arrays', async () => {
    const command = ['refine', 'p.png', '--labels', 'l.png', '--layout', 'planar'];
    expect(await meanfield(...command)).toEqual({
      exitCode: 2,
      out: '',
      error: "error: --layout: got planar, but it is for arrays: labels have the image's size\n",
    });
    expect((await meanfield('refine', 'p.png', '--logits', 'l.npy', '--layout', 'hwc')).error).toBe(
      'error: --layout: got "hwc", expected one of planar, interleaved\n',
    );
  });
});
