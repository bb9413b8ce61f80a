// SPDX-License-Identifier: MIT

import { copyFile, readFile, symlink, writeFile } from 'node:fs/promises';
import { decode, encode } from 'fast-png';
import { describe, expect, test } from 'vitest';
import { encodeFloatNpy, readFloatNpy } from '../../../src/cli/files/npy.js';
import type { RefineSummary } from '../../../src/cli/refine/report.js';
import { type CommandResult, meanfield, temporaryFolder } from '../../support/command-line.js';
import {
  countWrongLabels,
  goldenCase,
  goldenFile,
  goldenMarginals,
  goldenNames,
  goldenTolerance,
} from '../../support/golden.js';
import { encodeGreyPng, encodeRgbPng } from '../../support/png.js';

/** All of it on the CPU: the browser has its own tests. */
async function refine(...options: string[]): Promise<CommandResult> {
  return meanfield('refine', ...options, '--backend', 'cpu');
}

async function refineToJson(...options: string[]): Promise<RefineSummary> {
  const { exitCode, out, error } = await refine(...options, '--json');
  expect(error).toBe('');
  expect(exitCode).toBe(0);
  return JSON.parse(out) as RefineSummary;
}

const png = (name: Parameters<typeof goldenFile>[0]) => goldenFile(name, 'image.png');
const unary = (name: Parameters<typeof goldenFile>[0]) => goldenFile(name, 'unary.npy');
const options = (name: Parameters<typeof goldenFile>[0]) => goldenFile(name, 'case.json');

describe('golden cases', () => {
  test.each(goldenNames)('%s', async (name) => {
    const { image, iterations, width, height, labelCount, kernels } = goldenCase(name);
    const folder = await temporaryFolder();
    const count = Math.max(...iterations);
    const summary = await refineToJson(
      ...[image ? png(name) : '-', '--unary', unary(name), '--options', options(name)],
      ...['--iterations', String(count), '--marginals', folder.file('q.npy'), '--label-map', folder.file('l.png')],
    );
    expect(summary).toMatchObject({ width, height, labelCount, iterations: count, backend: 'cpu' });
    expect(summary.kernels).toHaveLength(kernels.length);

    const expected = await goldenMarginals(name, count);
    const { data, shape } = await readFloatNpy(folder.file('q.npy'));
    expect(shape).toEqual([labelCount, height, width]);
    expect(data).toBeAllClose(expected, { tolerance: goldenTolerance(count), shape });
    const labelMap = decode(await readFile(folder.file('l.png')));
    expect(labelMap).toMatchObject({ width, height, channels: 1, depth: 8 });
    expect(countWrongLabels(labelMap.data, expected)).toBe(0);
  });

  test('scribbles as a label image give the same as their unary', async () => {
    const folder = await temporaryFolder();
    const name = 'scribbles-2-labels';
    const { width, height } = goldenCase(name);
    const labels = (await readFile(goldenFile(name, 'labels.npy'))).subarray(128);
    const values = new Int32Array(Uint8Array.from(labels).buffer);
    await writeFile(folder.file('labels.png'), encodeGreyPng(values, width, height, 8));
    const summary = await refineToJson(
      ...[png(name), '--labels', folder.file('labels.png'), '--options', options(name)],
      ...['--iterations', '5', '--marginals', folder.file('q.npy')],
    );
    expect(summary.input).toMatchObject({ form: 'labels', confidence: 0.7, unknown: 0 });
    const { data } = await readFloatNpy(folder.file('q.npy'));
    expect(data).toBeAllClose(await goldenMarginals(name, 5), { tolerance: goldenTolerance(5) });

    const fromNpy = await refineToJson(
      ...[png(name), '--labels', goldenFile(name, 'labels.npy'), '--options', options(name), '--iterations', '5'],
    );
    expect(fromNpy.areas).toEqual(summary.areas);
  });
});

describe('inputs', () => {
  const golden = 'gaussian-symmetric';

  test('logits, probabilities and energies of the same thing give the same', async () => {
    const folder = await temporaryFolder();
    const { data, shape } = await readFloatNpy(unary(golden));
    const store = (name: string, convert: (energy: number) => number) =>
      writeFile(folder.file(name), Buffer.concat(encodeFloatNpy(data.map(convert), shape)));
    await store('logits.npy', (energy) => 3 - energy);
    await store('probabilities.npy', (energy) => Math.exp(-energy));
    for (const form of ['unary', 'logits', 'probabilities']) {
      const input = form === 'unary' ? unary(golden) : folder.file(`${form}.npy`);
      const summary = await refineToJson(
        ...['-', `--${form}`, input, '--options', options(golden), '--iterations', '5'],
        ...['--marginals', folder.file('q.npy')],
      );
      const sums = form === 'probabilities' ? { lowest: expect.closeTo(1), highest: expect.closeTo(1), off: 0 } : null;
      expect(summary.input).toEqual({
        ...{ file: input, form, shape, layout: 'planar', foreground: false, upsampling: null, sums },
      });
      const { data: q } = await readFloatNpy(folder.file('q.npy'));
      expect(q).toBeAllClose(await goldenMarginals(golden, 5), { tolerance: goldenTolerance(5) });
    }
  });

  test('an array smaller than the image is upsampled', async () => {
    const folder = await temporaryFolder();
    await writeFile(
      folder.file('p.npy'),
      Buffer.concat(encodeFloatNpy(Float32Array.of(0.9, 0.2, 0.1, 0.8), [2, 1, 2])),
    );
    const input = ['--probabilities', folder.file('p.npy')];
    const first = await refineToJson(png('default-5-labels'), ...input);
    expect(first).toMatchObject({ width: 48, height: 36, labelCount: 2 });
    expect(first.input).toMatchObject({ shape: [2, 1, 2], upsampling: 'half-pixel' });
    const second = await refineToJson(png('default-5-labels'), ...input, '--upsample', 'align-corners');
    expect(second.input).toMatchObject({ upsampling: 'align-corners' });
  });

  test('labels: indices of a palette, the unknown value, and the count', async () => {
    const folder = await temporaryFolder();
    const palette: [number, number, number][] = [
      [0, 0, 0],
      [200, 0, 0],
      [0, 200, 0],
      [0, 0, 200],
    ];
    const marks = new Uint8Array(48 * 36);
    marks.fill(1, 0, 100);
    marks.fill(2, 500, 520);
    marks.fill(3, 1000, 1180);
    const content = encode({ width: 48, height: 36, channels: 1, data: marks, palette });
    await writeFile(folder.file('l.png'), content);
    const labels = ['--labels', folder.file('l.png')];
    const summary = await refineToJson(png('default-5-labels'), ...labels);
    expect(summary).toMatchObject({ labelCount: 3, input: { unknown: 0, markedPixels: 300 } });
    expect(await refineToJson(png('default-5-labels'), ...labels, '--unknown', 'none')).toMatchObject({
      labelCount: 4,
      input: { unknown: null, markedPixels: 48 * 36 },
    });
    expect(await refineToJson(png('default-5-labels'), ...labels, '--unknown', '255')).toMatchObject({
      labelCount: 4,
    });
    expect(await refineToJson(png('default-5-labels'), ...labels, '--label-count', '9')).toMatchObject({
      labelCount: 9,
    });
  });

  test('features name their files relative to the options file', async () => {
    const folder = await temporaryFolder();
    const name = 'features-grey-3d';
    const { kernels } = goldenCase(name);
    await copyFile(goldenFile(name, 'features_0.npy'), folder.file('features_0.npy'));
    await writeFile(folder.file('crf.json'), JSON.stringify({ kernels, iterations: 2 }));
    const summary = await refineToJson('-', '--unary', unary(name), '--options', folder.file('crf.json'));
    expect(summary).toMatchObject({ iterations: 2, kernels: [{ type: 'features', featureDim: 3, sigmas: null }] });
  });

  test('--method wins over the file', async () => {
    const folder = await temporaryFolder();
    const kernels = [{ type: 'gaussian', sigmaXY: 2, method: 'lattice' }];
    await writeFile(folder.file('crf.json'), JSON.stringify({ kernels, method: 'lattice' }));
    for (const method of ['exact', 'separable']) {
      const input = ['-', '--unary', unary(golden), '--options', folder.file('crf.json')];
      const summary = await refineToJson(...input, '--method', method);
      expect(summary.kernels).toMatchObject([{ method, vertexCount: null }]);
    }
  });
});

describe('outputs', () => {
  const golden = 'default-5-labels';
  const input = [png(golden), '--unary', unary(golden), '--options', options(golden), '--iterations', '1'];

  test('the text says what was done', async () => {
    const folder = await temporaryFolder();
    const { exitCode, out, error } = await refine(...input, '--overlay', folder.file('overlay.png'));
    expect({ exitCode, error }).toEqual({ exitCode: 0, error: '' });
    expect(out).toContain(`${png(golden)}  48 x 36 PNG`);
    expect(out).toContain('unary of 5 labels [5, 36, 48]');
    expect(out).toMatch(/bilateral\s+sigmaXY 80\s+sigmaRGB 13\s+compatibility 10\s+symmetric\s+lattice/);
    expect(out).toMatch(/vertices\s+\d+, \d+\n/);
    expect(out).toMatch(/iterations\s+1\n/);
    expect(out).toMatch(/time\s+read .* total /);
    expect(out).toMatch(/wrote\s+.*overlay\.png\s+overlay, /);
  });

  test('--json prints one object and nothing else', async () => {
    const folder = await temporaryFolder();
    const { out } = await refine(...input, '--overlay', folder.file('overlay.png'), '--json');
    expect(out.endsWith('}\n')).toBe(true);
    const summary = JSON.parse(out) as RefineSummary;
    const number = expect.any(Number);
    const kernel = { compatibility: number, normalization: 'symmetric', method: 'lattice', vertexCount: number };
    expect(summary).toEqual({
      command: 'refine',
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      image: { file: png(golden), format: 'PNG', orientation: null },
      width: 48,
      height: 36,
      labelCount: 5,
      input: {
        ...{ file: unary(golden), form: 'unary', shape: [5, 36, 48], upsampling: null },
        ...{ layout: 'planar', foreground: false, sums: null },
      },
      labelMapHas: 'labels',
      options: options(golden),
      kernels: [
        { type: 'gaussian', sigmas: [3, 3], featureDim: 2, ...kernel },
        { type: 'bilateral', sigmas: [80, 80, 13, 13, 13], featureDim: 5, ...kernel },
      ],
      backend: 'cpu',
      adapter: 'CPU',
      hardware: false,
      iterations: 1,
      change: null,
      areas: Array.from({ length: 5 }, (_, label) => ({ label, pixels: number, percent: number })),
      milliseconds: { read: number, prepare: number, refine: number, readback: number, write: number, total: number },
      stages: expect.any(Array),
      files: [
        {
          kind: 'overlay',
          file: folder.file('overlay.png'),
          bytes: (await readFile(folder.file('overlay.png'))).length,
        },
      ],
      notes: [],
    });
    expect(summary.areas.reduce((sum, { pixels }) => sum + pixels, 0)).toBe(48 * 36);
  });

  test('a tolerance ends early, and the last change is told', async () => {
    const folder = await temporaryFolder();
    const kernels = [{ type: 'gaussian', sigmaXY: 2, compatibility: 1 }];
    await writeFile(folder.file('crf.json'), JSON.stringify({ kernels, iterations: 500, tolerance: 0.01 }));
    const name = 'gaussian-symmetric';
    const { iterations, change } = await refineToJson(
      '-',
      '--unary',
      unary(name),
      '--options',
      folder.file('crf.json'),
    );
    expect(iterations).toBeLessThan(500);
    expect(change).toBeLessThanOrEqual(0.01);
  });

  test('more than 256 labels take 16 bits', async () => {
    const folder = await temporaryFolder();
    const energies = new Float32Array(300 * 4).fill(5);
    energies[299 * 4 + 2] = 0;
    await writeFile(folder.file('u.npy'), Buffer.concat(encodeFloatNpy(energies, [300, 2, 2])));
    await writeFile(folder.file('crf.json'), '{"kernels": []}');
    const files = ['--unary', folder.file('u.npy'), '--options', folder.file('crf.json')];
    await refineToJson('-', ...files, '--label-map', folder.file('l.png'));
    const { data, depth } = decode(await readFile(folder.file('l.png')));
    expect(depth).toBe(16);
    expect([...data]).toEqual([0, 0, 299, 0]);
  });

  test('an output replaces the file that was there, through a link', async () => {
    const folder = await temporaryFolder();
    await writeFile(folder.file('target.npy'), 'old');
    await symlink(folder.file('target.npy'), folder.file('link.npy'));
    await refineToJson(...input, '--marginals', folder.file('link.npy'));
    expect((await readFloatNpy(folder.file('target.npy'))).shape).toEqual([5, 36, 48]);
    expect(await folder.list()).toEqual(['link.npy', 'target.npy']);
  });

  test('the overlay tints and outlines labels, and leaves the background grey', async () => {
    const folder = await temporaryFolder();
    const data = new Uint8Array(3 * 20 * 10).fill(100);
    await writeFile(folder.file('photo.png'), encodeRgbPng(data, 20, 10));
    const marks = Uint8Array.from({ length: 200 }, (_, i) => (i % 20 < 10 ? 1 : 2));
    await writeFile(folder.file('l.png'), encodeGreyPng(marks, 20, 10, 8));
    await writeFile(folder.file('crf.json'), '{"kernels": []}');
    const files = ['--labels', folder.file('l.png'), '--options', folder.file('crf.json')];
    await refineToJson(folder.file('photo.png'), ...files, '--overlay', folder.file('o.png'));
    const overlay = decode(await readFile(folder.file('o.png')));
    expect(overlay).toMatchObject({ width: 20, height: 10, channels: 3 });
    const pixel = (x: number) => [...overlay.data.slice(3 * (100 + x), 3 * (100 + x) + 3)];
    expect(new Set(pixel(0)).size).toBe(1);
    // The outline is the label's own colour, the area half of it.
    expect(pixel(10)).toEqual([0, 114, 178]);
    expect(pixel(15)).toEqual([50, 107, 139]);
  });
});

describe('--cut-out', () => {
  /** A red square on grey, and a label file with the values 7 and 9. */
  async function square() {
    const folder = await temporaryFolder();
    const [width, height] = [40, 32];
    const isIn = (pixel: number) => pixel % width > 9 && pixel % width < 30 && pixel > 8 * width && pixel < 24 * width;
    const pixels = Array.from({ length: width * height }, (_unused, pixel) => isIn(pixel));
    const rgb = Uint8Array.from(pixels.flatMap((inside) => (inside ? [200, 40, 30] : [90, 90, 90])));
    await writeFile(folder.file('photo.png'), encodeRgbPng(rgb, width, height));
    const labels = Int32Array.from(pixels, (inside) => (inside ? 9 : 7));
    await writeFile(folder.file('labels.png'), encodeGreyPng(labels, width, height, 8));
    const alphaAt = async (x: number, y: number) => {
      const { data, channels } = decode(await readFile(folder.file('out.png')));
      expect(channels).toBe(4);
      return data[4 * (y * width + x) + 3];
    };
    const given = [
      folder.file('photo.png'),
      '--labels',
      folder.file('labels.png'),
      '--cut-out',
      folder.file('out.png'),
    ];
    return { given, alphaAt };
  }

  test('keeps all labels but the first, or those that are named as the label map has them', async () => {
    const { given, alphaAt } = await square();
    await refineToJson(...given);
    expect([await alphaAt(20, 16), await alphaAt(2, 2)]).toEqual([255, 0]);
    await refineToJson(...given, '--foreground', '7');
    expect([await alphaAt(20, 16), await alphaAt(2, 2)]).toEqual([0, 255]);
  });

  test('is refused for labels that are not there and without a photograph', async () => {
    const { given } = await square();
    const stray = await refine(...given, '--foreground', '3');
    expect([stray.exitCode, stray.error]).toEqual([2, expect.stringContaining('--foreground: got 3, expected labels')]);
    const [, ...rest] = given;
    const none = await refine('-', ...rest);
    expect([none.exitCode, none.error]).toEqual([2, expect.stringContaining('there is nothing to cut out of')]);
    const alone = await refine(...given.slice(0, 3), '--foreground', '7');
    expect([alone.exitCode, alone.error]).toEqual([2, expect.stringContaining('--foreground: got 7, but it is for')]);
  });
});
