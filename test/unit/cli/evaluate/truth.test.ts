// SPDX-License-Identifier: MIT

import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { encode } from 'fast-png';
import { describe, expect, test, vi } from 'vitest';
import type { EvaluateReport } from '../../../../src/cli/evaluate/report.js';
import { encodeFloatNpy } from '../../../../src/cli/files/npy.js';
import type { TuneReport } from '../../../../src/cli/tune/report.js';
import { type Folder, meanfield, temporaryFolder } from '../../../support/command-line.js';
import { encodeGreyPng } from '../../../support/png.js';
import { redAndBlue, storeRedAndBlue } from '../../../support/red-and-blue.js';
import { tinyDescription, tinyNetwork } from '../../../support/tiny-network.js';

// Whole command lines: seconds where several tests share a core.
vi.setConfig({ testTimeout: 90_000 });

const [width, height] = [16, 12];
const pixelCount = width * height;
const items = ['a', 'b', 'c', 'd'];

/** A sixth of each image is label 1. */
const truth01 = (item: number) =>
  Array.from({ length: pixelCount }, (_, i) => Number((i + item) % width < 2 || i % width === 8));

/** Files of truth, by item; without a value the usual one. */
type Truth = (label: number, pixel: number, item: number) => number;

async function store(folder: Folder, name: string, content: Uint8Array): Promise<void> {
  await mkdir(folder.file(name.replace(/\/[^/]*$/, '')), { recursive: true });
  await writeFile(folder.file(name), content);
}

/** Predictions of two labels that are nearly right: probabilities [label, y, x]. */
function predicted(item: number): Float32Array {
  const foreground = Float32Array.from(truth01(item), (label, i) => (label === Number(i % 17 !== 0) ? 0.8 : 0.2));
  return Float32Array.from([...foreground.map((p) => 1 - p), ...foreground]);
}

async function dataSet(truth: Truth, bits: 8 | 16 = 8): Promise<Folder> {
  const folder = await temporaryFolder();
  for (const [index, item] of items.entries()) {
    const content = Buffer.concat(encodeFloatNpy(predicted(index), [2, height, width]));
    await store(folder, `p/${item}.npy`, content);
    const values = truth01(index).map((label, pixel) => truth(label, pixel, index));
    await store(folder, `t/${item}.png`, encodeGreyPng(values, width, height, bits));
  }
  // So heavy a kernel leaves nothing of label 1.
  const kernels = [{ type: 'gaussian', sigmaXY: 6, compatibility: 30 }];
  await writeFile(folder.file('crf.json'), JSON.stringify({ kernels, iterations: 5 }));
  return folder;
}

const evaluate = (folder: Folder, ...more: string[]) =>
  meanfield(
    ...[
      'evaluate',
      folder.file('p'),
      folder.file('t'),
      '--form',
      'probabilities',
      '--options',
      folder.file('crf.json'),
    ],
    ...['--backend', 'cpu', '--bands', 'none', '--boundary', 'none', '--out', folder.file('out'), ...more],
  );

const tune = (folder: Folder, ...more: string[]) =>
  meanfield(
    ...['tune', folder.file('p'), folder.file('t'), '--form', 'probabilities', '--backend', 'cpu'],
    ...['--candidates', '4', '--folds', '2', '--out', folder.file('out'), ...more],
  );

async function reportOf(folder: Folder, ...more: string[]): Promise<EvaluateReport> {
  const { exitCode, out, error } = await evaluate(folder, '--json', ...more);
  expect({ exitCode, error }).toEqual({ exitCode: 0, error: '' });
  return JSON.parse(out) as EvaluateReport;
}

const white: Truth = (label) => 255 * label;

/** That nothing can be told of truth like this, in one line, and that no output is there. */
async function expectRefused(truth: Truth, message: string, bits: 8 | 16 = 8, ...more: string[]): Promise<void> {
  const folder = await dataSet(truth, bits);
  const before = await folder.list();
  for (const command of [evaluate, tune]) {
    const { exitCode, out, error } = await command(folder, ...more);
    expect(error).toMatch(/^error: [^\n]+\n$/);
    expect(error).toContain(`${folder.file('t')}: truth has the values ${message}`);
    expect({ exitCode, out }).toEqual({ exitCode: 1, out: '' });
    expect(await folder.list()).toEqual(before);
  }
}

describe('truth whose values mean something else is refused', () => {
  test.each<[string, Truth, string, (8 | 16)?]>([
    [
      'masks of 0 and 255',
      white,
      '0, 255, and 255 is ignored (18.8 % of the pixels): with one label nothing can be measured; masks of 0 and 255? --truth-values 0,255 says',
    ],
    [
      'the same in one image only',
      (label, _pixel, item) => (item === 3 ? 255 * label : 0),
      '0, 255, and 255 is ignored',
    ],
    [
      'masks of 0 and 128',
      (label) => 128 * label,
      '0, 128: expected labels in 0..1, or 255 for ignored; --truth-values 0,128 says',
    ],
    [
      'labels from 1',
      (label) => label + 1,
      '1, 2: expected labels in 0..1, or 255 for ignored; --truth-values 1,2 says',
    ],
    [
      'labels from 1, of which one image has the last',
      (label, _pixel, item) => (item === 3 ? label + 1 : 1),
      '1, 2: expected',
    ],
    ['ids', (label) => (label === 0 ? 7 : 1100), '7, 1100: expected labels in 0..1', 16],
    [
      'soft masks',
      (label, pixel) => (pixel % 3 === 0 ? pixel : 255 * label),
      '0, 3, 6, 9, 12, 15, ... 189, 255 (65 values): expected labels in 0..1, or 255 for ignored; soft masks? --truth-values says',
    ],
    [
      'nothing but the ignored value',
      () => 255,
      '255, and 255 is ignored (100 % of the pixels): nothing can be measured',
    ],
    [
      'masks of 0 and 1 beside masks of 0 and 255',
      (label, _pixel, item) => (item === 0 ? label : 255 * label),
      '0, 1, 255, and 255 is ignored (14.1 % of the pixels): no image has both label 1 and 255, as if some had one for the other; ' +
        '--ignore 255 where that is right; --truth-values says',
    ],
    [
      'masks of 0 and 255 with a slip',
      (label, pixel, item) => (item === 0 && pixel === 3 ? 1 : 255 * label),
      '0, 1, 255, and 255 is ignored (18.8 % of the pixels): only 1 pixels have label 1; --ignore 255 where that is right',
    ],
    ['label 1 and the ignored value', (label) => (label === 1 ? 1 : 255), '1, 255, and 255 is ignored'],
  ])('%s', async (_what, truth, message, bits) => {
    await expectRefused(truth, message, bits);
  });

  test('also where the ignored value is named, and where it is another', async () => {
    await expectRefused(white, '0, 255, and 255 is ignored', 8, '--ignore', '255');
    await expectRefused((label) => 9 * label, '0, 9, and 9 is ignored', 8, '--ignore', '9');
  });

  test('in parts it is the whole that tells', async () => {
    const folder = await dataSet(white);
    for (const part of ['1/2', '2/2']) {
      const { exitCode: ended, error: said } = await evaluate(folder, '--shard', part);
      expect(ended).toBe(0);
      expect(said).toContain(`warning: of this part, ${folder.file('t')}: truth has the values 0, 255`);
    }
    const { exitCode, out, error } = await meanfield('merge', folder.file('out'), '--out', folder.file('merged'));
    expect({ exitCode, out }).toEqual({ exitCode: 1, out: '' });
    expect(error).toContain('truth has the values 0, 255, and 255 is ignored');
    expect(await folder.list()).not.toContain('merged');
    expect((await readdir(folder.file('out'))).sort()).toEqual(['journal', 'pictures']);

    const slip = await dataSet((label, pixel, item) => (item === 0 && pixel === 3 ? 1 : 255 * label));
    for (const part of ['1/2', '2/2']) await evaluate(slip, '--shard', part);
    const put = (...more: string[]) => meanfield('merge', slip.file('out'), '--out', slip.file('merged'), ...more);
    expect((await put()).error).toContain('only 1 pixels have label 1; --ignore 255 where that is right');
    expect((await put('--ignore', '9')).error).toBe('error: --ignore: got 9, but the parts ignore 255\n');
    expect((await put('--ignore', '255')).exitCode).toBe(0);

    // One part has no label 1 of its own.
    const fine = await dataSet((label, pixel, item) => (pixel < width ? 255 : label * (item % 2)));
    for (const part of ['1/2', '2/2']) await evaluate(fine, '--shard', part);
    expect((await meanfield('merge', fine.file('out'), '--out', fine.file('merged'))).exitCode).toBe(0);
  });

  test('with a network too', async () => {
    const folder = await temporaryFolder();
    const image = redAndBlue(1, 48, 36);
    const masks = { ...image, truth: image.truth.map((label) => (label === 0 ? 0 : 255)) };
    await storeRedAndBlue(folder, { a: masks, b: masks });
    await writeFile(folder.file('tiny.onnx'), tinyNetwork());
    await writeFile(folder.file('tiny.json'), JSON.stringify(tinyDescription));
    for (const command of ['evaluate', 'tune']) {
      const data = [
        folder.file('photos'),
        folder.file('truth'),
        '--model',
        folder.file('tiny.onnx'),
        '--backend',
        'cpu',
      ];
      const { exitCode, error } = await meanfield(command, ...data, '--out', folder.file('out'));
      expect(exitCode).toBe(1);
      expect(error).toContain('truth has the values 0, 255, and 255 is ignored');
    }
  });

  test('labels that no pixel has, where much is ignored', async () => {
    const folder = await dataSet((label, pixel) => (pixel < 2 * width ? 255 : label));
    const planes = new Float32Array(3 * pixelCount).fill(1 / 3);
    for (const item of items)
      await store(folder, `p/${item}.npy`, Buffer.concat(encodeFloatNpy(planes, [3, height, width])));
    const { exitCode, error } = await evaluate(folder);
    expect(exitCode).toBe(1);
    expect(error).toContain(
      '0, 1, 255, and 255 is ignored (16.7 % of the pixels): no pixel has label 2; --ignore 255 where that is right; ' +
        '--truth-values 0,1,255 says which values are the labels 0, 1, ...',
    );
    const report = await reportOf(folder, '--ignore', '255');
    expect(report.truth).toMatchObject({ ignoredShare: 1 / 6, labelsWithoutTruth: [2] });
  });
});

describe('the same scores by another name', () => {
  test.each<[string, Truth, string[], (8 | 16)?]>([
    ['0 and 255, said', white, ['--truth-values', '0,255']],
    ['0 and 255, nothing ignored', white, ['--ignore', 'none']],
    ['0 and 65535', (label) => 65535 * label, [], 16],
    ['0 and 128', (label) => 128 * label, ['--truth-values', '0,128']],
    ['1 and 2', (label) => label + 1, ['--truth-values', '1..2']],
    ['the other way round', (label) => 1 - label, ['--truth-values', '1,0']],
    ['7 and 1100', (label) => (label === 0 ? 7 : 1100), ['--truth-values', '7,1100'], 16],
  ])('%s', async (_what, truth, options, bits) => {
    const { before, after, truth: held } = await reportOf(await dataSet((label) => label));
    const report = await reportOf(await dataSet(truth, bits), ...options);
    expect(report).toMatchObject({ before, after, truth: held });
    // What the kernel does to these predictions is a loss.
    expect((after?.meanIoU ?? 0) < (before.meanIoU ?? 0)).toBe(true);
    expect(held).toEqual({ pixels: 4 * pixelCount, ignoredPixels: 0, ignoredShare: 0, labelsWithoutTruth: [] });
  });

  test('an ignored value beside values of labels', async () => {
    const ignoring = await reportOf(await dataSet((label, pixel) => (pixel < width ? 255 : label)));
    const report = await reportOf(
      await dataSet((label, pixel) => (pixel < width ? 0 : label + 1)),
      ...['--ignore', '0', '--truth-values', '1,2'],
    );
    expect(report).toMatchObject({ before: ignoring.before, after: ignoring.after, truth: ignoring.truth });
    expect(report.settings).toMatchObject({ ignore: 0, truthValues: [1, 2] });
  });

  test('grey truth in three channels; colours are refused', async () => {
    const folder = await dataSet((label) => label);
    const expected = await reportOf(folder);
    const coloured = await dataSet((label) => label);
    for (const [index, item] of items.entries()) {
      const data = Uint8Array.from(truth01(index).flatMap((label) => [label, label, label]));
      await store(coloured, `t/${item}.png`, encode({ width, height, channels: 3, data }));
    }
    expect((await reportOf(coloured)).before).toEqual(expected.before);
    for (const [index, item] of items.entries()) {
      const data = Uint8Array.from(truth01(index).flatMap((label) => [128 * label, 0, 0]));
      await store(coloured, `t/${item}.png`, encode({ width, height, channels: 3, data }));
    }
    const { exitCode, error } = await evaluate(coloured, '--out', coloured.file('colours'));
    expect(exitCode).toBe(1);
    expect(error).toContain(
      'a PNG of RGB pixels, expected grey values or palette indices, which are the labels: it has 2',
    );
    expect(await coloured.list()).not.toContain('colours');
  });
});

describe('what truth holds is always told', () => {
  test('in text, JSON, page and table', async () => {
    const folder = await dataSet((label, pixel) => (pixel % width === 15 ? 255 : label));
    await writeFile(folder.file('names.txt'), 'ground\ncat\n');
    const { exitCode, out, error } = await evaluate(folder, '--names', folder.file('names.txt'));
    expect({ exitCode, error }).toEqual({ exitCode: 0, error: '' });
    const words = '6.25 % of the pixels are ignored (255), every label has true pixels';
    expect(out).toContain(`truth      ${words}\n`);
    const page = await readFile(folder.file('out/report.html'), 'utf8');
    expect(page).toContain(`Truth: ${words}.`);
    expect(JSON.parse(await readFile(folder.file('out/report.json'), 'utf8')).truth).toEqual({
      ...{ pixels: 4 * pixelCount, ignoredPixels: 4 * height, ignoredShare: 1 / 16, labelsWithoutTruth: [] },
    });
  });

  test('what looks like a slip may be right', async () => {
    const folder = await dataSet((label, pixel, item) => (item === 0 && pixel === 3 ? 1 : 255 * label));
    const { truth } = await reportOf(folder, '--ignore', '255');
    expect(truth).toMatchObject({ ignoredShare: expect.closeTo(0.1875, 3), labelsWithoutTruth: [] });
  });

  test('an image that has no label 1 is like any other', async () => {
    const folder = await dataSet((label, pixel, item) => {
      if (pixel < width) return 255;
      return item > 1 ? label : 0;
    });
    expect((await reportOf(folder)).truth).toMatchObject({ ignoredPixels: 4 * width, labelsWithoutTruth: [] });
  });

  test('a label that nothing has, and no gain from it', async () => {
    const folder = await dataSet(() => 0);
    const { exitCode, out } = await evaluate(folder);
    expect(exitCode).toBe(0);
    expect(out).toContain('truth      no pixel is ignored, label 1 has no true pixel\n');
    const page = await readFile(folder.file('out/report.html'), 'utf8');
    expect(page).toContain('Truth has one label only: no gain can be told.');
    expect(page).not.toContain('Refinement gains');
  });

  test('by tune', async () => {
    const folder = await dataSet((label, pixel) => (pixel < width ? 255 : label));
    const { exitCode, out, error } = await tune(folder);
    expect({ exitCode, error }).toEqual({ exitCode: 0, error: '' });
    expect(out).toContain('truth      8.33 % of the pixels are ignored (255), every label has true pixels\n');
    expect(await readFile(folder.file('out/report.html'), 'utf8')).toContain('8.33 % of the pixels are ignored (255)');
    // Taken up again, from its journal.
    const again = JSON.parse((await tune(folder, '--json')).out) as TuneReport;
    expect(again.truth).toEqual({
      ...{ pixels: 4 * pixelCount, ignoredPixels: 4 * width, ignoredShare: 1 / 12, labelsWithoutTruth: [] },
    });
  });
});

test('instance ids: one instance of 255 in each image is no mistake, an ignored value that is all there is is one', async () => {
  const folder = await dataSet(white);
  const instances = ['--instances', '1'];
  const report = await reportOf(folder, ...instances);
  expect(report.truth).toMatchObject({ ignoredPixels: 0, labelsWithoutTruth: [] });
  const { exitCode, error } = await evaluate(folder, ...instances, '--ignore', '255', '--out', folder.file('ignoring'));
  expect(exitCode).toBe(1);
  expect(error).toContain('truth has the values 0, 255, and 255 is ignored');
});

describe('predicted labels', () => {
  async function labelFiles(value: (label: number) => number, bits: 8 | 16 = 8): Promise<Folder> {
    const folder = await dataSet((label) => label);
    await mkdir(folder.file('l'));
    for (const [index, item] of items.entries()) {
      const values = truth01(index).map(value);
      await store(folder, `l/${item}.png`, encodeGreyPng(values, width, height, bits));
    }
    return folder;
  }
  const measure = (folder: Folder, ...more: string[]) =>
    meanfield(
      'evaluate',
      folder.file('l'),
      folder.file('t'),
      '--no-refine',
      '--out',
      folder.file('out'),
      '--json',
      ...more,
    );

  test.each<[string, (label: number) => number, string[], (8 | 16)?]>([
    ['0 and 1', (label) => label, ['--label-count', '2']],
    ['0 and 255', (label) => 255 * label, ['--label-count', '2']],
    ['7 and 1100', (label) => (label === 0 ? 7 : 1100), ['--prediction-values', '7,1100'], 16],
  ])('%s', async (_what, value, options, bits) => {
    const { exitCode, out, error } = await measure(await labelFiles(value, bits), ...options);
    expect({ exitCode, error }).toEqual({ exitCode: 0, error: '' });
    expect(JSON.parse(out).before).toMatchObject({ pixelAccuracy: 1, meanIoU: 1 });
  });

  test('other values are named', async () => {
    const folder = await labelFiles((label) => 128 * label);
    const { exitCode, error } = await measure(folder, '--label-count', '2');
    expect(exitCode).toBe(1);
    expect(error).toContain(
      `${folder.file('l/a.png')}: its values are 0, 128: got 128, expected labels in 0..1; --prediction-values 0,128 says which values`,
    );
  });
});

describe('arrays of a data set', () => {
  test('[y, x, label], and one plane of a foreground', async () => {
    const folder = await dataSet((label) => label);
    const { before, after } = await reportOf(folder);
    for (const [name, convert, shape] of [
      ['last', (p: Float32Array) => p.map((_, i) => p[(i % 2) * pixelCount + (i >> 1)]), [height, width, 2]],
      ['plane', (p: Float32Array) => p.slice(pixelCount), [1, height, width]],
    ] as const) {
      const other = await dataSet((label) => label);
      for (const [index, item] of items.entries()) {
        await store(other, `p/${item}.npy`, Buffer.concat(encodeFloatNpy(convert(predicted(index)), shape)));
      }
      expect(await reportOf(other), name).toMatchObject({ before, after, offSums: null });
      expect((await tune(other, '--out', other.file('tuned'))).exitCode).toBe(0);
    }
  });

  test('probabilities that do not add up to 1 are told', async () => {
    const folder = await dataSet((label) => label);
    for (const [index, item] of items.slice(1, 3).entries()) {
      const off = predicted(index + 1).map((p, i) => (i < width ? p / 2 : p));
      await store(folder, `p/${item}.npy`, Buffer.concat(encodeFloatNpy(off, [2, height, width])));
    }
    const note = 'note: the probabilities of 2 images do not add up to 1, as those of 8.33 % of the pixels of b\n';
    const { exitCode, error, out } = await evaluate(folder, '--json');
    expect({ exitCode, error }).toEqual({ exitCode: 0, error: note });
    expect(JSON.parse(out).offSums).toEqual({ images: 2, first: 'b', share: 1 / 12 });
    expect(await readFile(folder.file('out/report.html'), 'utf8')).toContain(
      'the probabilities of 2 images do not add up to 1',
    );
    expect((await tune(folder, '--out', folder.file('tuned'))).error).toBe(note);
  });
});

test('options that contradict each other', async () => {
  const base = ['evaluate', 'p', 't', '--out', 'o'];
  const usage = async (message: string, ...more: string[]) =>
    expect(await meanfield(...base, ...more)).toEqual({ exitCode: 2, out: '', error: `error: ${message}\n` });
  const allowed = 'expected two values or more, each once, in 0..65535, as 0,255 or 1..150';
  for (const text of ['', '1', '1,1', 'x,2', '0,70000', '5..1', '0..99999', '-1,0']) {
    await usage(`--truth-values: got ${JSON.stringify(text)}, ${allowed}`, `--truth-values=${text}`);
  }
  await usage(
    '--truth-values: got 0,255, but --ignore 255 leaves 255 out',
    '--truth-values',
    '0,255',
    '--ignore',
    '255',
  );
  await usage(
    '--truth-values: got 0,255, but with --instances truth may hold instance ids',
    ...['--truth-values', '0,255', '--instances', '1'],
  );
  await usage(
    '--prediction-values: got 0,255, but it is for --form labels',
    ...['--prediction-values', '0,255', '--form', 'logits'],
  );
  await usage(
    '--layout: got planar, but it is for arrays: a file of labels has no axis of them',
    ...['--layout', 'planar', '--form', 'labels'],
  );
  const folder = await dataSet((label) => label);
  const { exitCode, error } = await evaluate(folder, '--truth-values', '0,1,2');
  expect({ exitCode, error }).toEqual({
    exitCode: 2,
    error: 'error: --truth-values: got 3 values, expected 2, one for each label\n',
  });
});
