// SPDX-License-Identifier: MIT

import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { encodeFloatNpy } from '../../../src/cli/files/npy.js';
import { type Folder, meanfield, temporaryFolder } from '../../support/command-line.js';
import { goldenFile } from '../../support/golden.js';
import { encodeGreyPng, encodeRgbPng } from '../../support/png.js';

const photo = goldenFile('default-5-labels', 'image.png');
const unary = goldenFile('default-5-labels', 'unary.npy');
const crf = goldenFile('default-5-labels', 'case.json');

async function expectUsageError(commandArguments: string[], message: string): Promise<void> {
  expect(await meanfield(...commandArguments)).toEqual({ exitCode: 2, out: '', error: `error: ${message}\n` });
}

/** On the CPU, with an output that must not appear. */
async function expectFailure(
  folder: Folder,
  commandArguments: string[],
  message: string | RegExp | ReturnType<typeof expect.stringContaining>,
): Promise<void> {
  const before = await folder.list();
  const outputs = ['--marginals', folder.file('q.npy')];
  const { exitCode, out, error } = await meanfield(
    'refine',
    ...commandArguments,
    ...outputs,
    '--backend',
    'cpu',
    '--json',
  );
  expect(error).toMatch(/^error: [^\n]+\n$/);
  if (message instanceof RegExp) expect(error).toMatch(message);
  else expect(error).toEqual(typeof message === 'string' ? `error: ${message}\n` : message);
  expect({ exitCode, out }).toEqual({ exitCode: 1, out: '' });
  expect(await folder.list()).toEqual(before);
}

async function storeArray(folder: Folder, name: string, values: number[], shape: number[]): Promise<string> {
  await writeFile(folder.file(name), Buffer.concat(encodeFloatNpy(Float32Array.from(values), shape)));
  return folder.file(name);
}

async function storeOptions(folder: Folder, options: unknown): Promise<string> {
  await writeFile(folder.file('crf.json'), typeof options === 'string' ? options : JSON.stringify(options));
  return folder.file('crf.json');
}

describe('help and version', () => {
  test('--version', async () => {
    const { exitCode, out, error } = await meanfield('--version');
    expect({ exitCode, error }).toEqual({ exitCode: 0, error: '' });
    expect(out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  test('--help names the commands', async () => {
    const { exitCode, out, error } = await meanfield('--help');
    expect({ exitCode, error }).toEqual({ exitCode: 0, error: '' });
    expect(out).toMatch(/refine .*crisp/);
  });

  test('refine --help names every option', async () => {
    const { exitCode, out, error } = await meanfield('refine', '--help');
    expect({ exitCode, error }).toEqual({ exitCode: 0, error: '' });
    const options = [
      'unary',
      'logits',
      'probabilities',
      'labels',
      'confidence',
      'unknown',
      'label-count',
      'layout',
      'upsample',
    ];
    options.push(
      'max-megapixels',
      'options',
      'iterations',
      'method',
      'backend',
      'label-map',
      'marginals',
      'overlay',
      'json',
    );
    for (const option of options) expect(out).toContain(`--${option} `);
  });
});

describe('wrong usage ends with 2', () => {
  const array = ['refine', photo, '--unary', unary];
  const labels = ['refine', photo, '--labels', 'l.png'];
  test.each<[string[], string]>([
    [[], 'got no command, expected one of refine, segment, evaluate, merge, tune, bench; see meanfield --help'],
    [['refin'], "unknown command 'refin' (Did you mean refine?); see meanfield --help"],
    [['refine'], "missing required argument 'image'; see meanfield refine --help"],
    [
      ['refine', 'a', 'b', '--unary', unary],
      "too many arguments for 'refine'. Expected 1 argument but got 2; see meanfield refine --help",
    ],
    [
      [...array, '--iteration', '3'],
      "unknown option '--iteration' (Did you mean --iterations?); see meanfield refine --help",
    ],
    [[...array, '--options'], "option '--options <file>' argument missing; see meanfield refine --help"],
    [['refine', photo], 'got none, expected exactly one of --unary, --logits, --probabilities, --labels'],
    [
      [...array, '--labels', 'x'],
      'got --unary and --labels, expected exactly one of --unary, --logits, --probabilities, --labels',
    ],
    [[...array, '--iterations', '-1'], '--iterations: got "-1", expected a whole number in 0..10000'],
    [[...array, '--iterations', '2.5'], '--iterations: got "2.5", expected a whole number in 0..10000'],
    [[...array, '--iterations', ''], '--iterations: got "", expected a whole number in 0..10000'],
    [[...array, '--method', 'magic'], '--method: got "magic", expected one of lattice, exact, separable'],
    [[...array, '--backend', 'webgl'], '--backend: got "webgl", expected one of webgpu, cpu'],
    [[...array, '--upsample', 'nearest'], '--upsample: got "nearest", expected one of half-pixel, align-corners'],
    [[...array, '--max-megapixels', '0'], '--max-megapixels: got "0", expected a number above 0'],
    [[...array, '--confidence', '0.5'], '--confidence: got 0.5, but it is for --labels'],
    [[...array, '--unknown', '0'], '--unknown: got 0, but it is for --labels'],
    [[...array, '--label-count', '3'], '--label-count: got 3, but it is for --labels'],
    [[...labels, '--confidence', '1'], '--confidence: got "1", expected a number between 0 and 1'],
    [[...labels, '--unknown', 'x'], '--unknown: got "x", expected a whole number up to 65535, or none'],
    [[...labels, '--label-count', '0'], '--label-count: got "0", expected a whole number in 1..65536'],
    [
      [...labels, '--upsample', 'half-pixel'],
      "--upsample: got half-pixel, but it is for arrays: labels have the image's size",
    ],
    [[...array, '--label-map', 'l.jpg'], '--label-map: got "l.jpg", expected a file name that ends with .png'],
    [[...array, '--marginals', 'q.npz'], '--marginals: got "q.npz", expected a file name that ends with .npy'],
    [[...array, '--overlay', '.png'], '--overlay: got ".png", expected a file name that ends with .png'],
    [
      ['refine', '-', '--unary', unary, '--overlay', 'o.png'],
      '--overlay: got "o.png", but IMAGE is -: there is nothing to draw on',
    ],
    [[...array, '--marginals', unary], `--marginals: got ${JSON.stringify(unary)}, which is an input too`],
    [[...array, '--overlay', 'a.png', '--label-map', './a.png'], '--overlay: got "a.png", which is --label-map too'],
    [
      ['refine', '-', '--unary', unary, '--backend', 'cpu'],
      'IMAGE: got "-", but the default parameters have a bilateral kernel, which needs an image',
    ],
    [
      ['refine', '-', '--unary', unary, '--options', crf, '--iterations', '1', '--backend', 'cpu'],
      `IMAGE: got "-", but ${crf}: kernels[1] is a bilateral kernel, which needs an image`,
    ],
  ])('%j', expectUsageError);

  test('a confidence that speaks against the label', async () => {
    const folder = await temporaryFolder();
    await writeFile(folder.file('l.png'), encodeGreyPng(new Uint8Array(48 * 36).fill(2), 48, 36, 8));
    const labels = ['--labels', folder.file('l.png'), '--label-count', '2'];
    const command = ['refine', photo, ...labels, '--confidence', '0.3', '--backend', 'cpu'];
    const { exitCode, error } = await meanfield(...command);
    expect(error).toBe(
      'error: --confidence: got 0.3, expected a finite number of at least 0.5 and less than 1 (probability)\n',
    );
    expect(exitCode).toBe(2);
  });
});

describe('files that are missing, damaged or of another kind', () => {
  test('no such file', async () => {
    const folder = await temporaryFolder();
    const missing = folder.file('missing');
    await expectFailure(folder, [missing, '--unary', unary], `${missing}: no such file`);
    await expectFailure(folder, [photo, '--unary', missing], `${missing}: no such file`);
    await expectFailure(folder, [photo, '--labels', missing], `${missing}: no such file`);
    await expectFailure(folder, [photo, '--unary', unary, '--options', missing], `${missing}: no such file`);
    await expectFailure(folder, [folder.path, '--unary', unary], `${folder.path}: is a folder, expected a file`);
  });

  test('an image that is none', async () => {
    const folder = await temporaryFolder();
    const message = `${unary}: not a PNG, JPEG or WebP image: it begins with 934e554d (hex)`;
    await expectFailure(folder, [unary, '--unary', unary], message);
    await expectFailure(
      folder,
      [photo, '--unary', photo],
      `${photo}: not a .npy file: it does not begin with \\x93NUMPY`,
    );
  });

  test('an image above the limit', async () => {
    const folder = await temporaryFolder();
    const message = `${photo}: 48 x 36 is 0.00173 megapixels, expected at most 0.001; --max-megapixels raises that`;
    await expectFailure(folder, [photo, '--unary', unary, '--max-megapixels', '0.001'], message);
  });
});

describe('arrays that are wrong', () => {
  test.each<[string, number[], string]>([
    ['too few axes', [1728], 'its shape is [1728], expected [label, y, x], or [y, x, label] with --layout interleaved'],
    [
      'no elements',
      [0, 36, 48],
      'its shape is [0, 36, 48], expected [label, y, x], or [y, x, label] with --layout interleaved',
    ],
    [
      'y and x exchanged',
      [2, 48, 36],
      "its shape is [2, 48, 36], expected [label, y, x]: x and y are exchanged, the image's size is 48 x 36",
    ],
    [
      'more pixels than the image',
      [2, 37, 49],
      "its shape is [2, 37, 49], expected [label, y, x] with y at most 36 and x at most 48, the image's size",
    ],
  ])('%s', async (_what, shape, message) => {
    const folder = await temporaryFolder();
    const length = shape.reduce((product, extent) => product * extent, 1);
    const file = await storeArray(folder, 'u.npy', new Array<number>(length).fill(0), shape);
    await expectFailure(folder, [photo, '--unary', file], `${file}: ${message}`);
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY])('%d in it', async (value) => {
    const folder = await temporaryFolder();
    const values = new Array<number>(2 * 36 * 48).fill(0);
    values[36 * 48 + 5 * 48 + 7] = value;
    const file = await storeArray(folder, 'u.npy', values, [2, 36, 48]);
    const start = `error: ${file}: element [1, 5, 7]: got ${value}, expected a finite`;
    await expectFailure(folder, [photo, '--unary', file], expect.stringContaining(start));
  });

  test('probabilities that are none', async () => {
    const folder = await temporaryFolder();
    const file = await storeArray(folder, 'p.npy', [0.5, 0.5, 0.5, 7], [2, 1, 2]);
    const start = `error: ${file}: element [1, 0, 1]: got 7, expected a probability in 0..1`;
    await expectFailure(folder, [photo, '--probabilities', file], expect.stringContaining(start));
  });
});

describe('labels that are wrong', () => {
  test('another size', async () => {
    const folder = await temporaryFolder();
    const file = folder.file('l.png');
    await writeFile(file, encodeGreyPng([1, 2], 2, 1, 8));
    await expectFailure(
      folder,
      [photo, '--labels', file],
      `${file}: it has 2 x 1 pixels, expected 48 x 36, the image's size`,
    );
  });

  test('nothing marked, too many labels, colours', async () => {
    const folder = await temporaryFolder();
    const file = folder.file('l.png');
    await writeFile(file, encodeGreyPng(new Uint8Array(48 * 36), 48, 36, 8));
    const message = `${file}: every pixel is 0, which means unknown: there is nothing to refine`;
    await expectFailure(folder, [photo, '--labels', file], message);
    await writeFile(file, encodeGreyPng(new Uint8Array(48 * 36).fill(4), 48, 36, 8));
    const tooMany = `${file}: every pixel is 4, expected labels in 1..2, or 0 for unknown, as --label-count 2 says`;
    await expectFailure(folder, [photo, '--labels', file, '--label-count', '2'], tooMany);
    await writeFile(file, encodeRgbPng(new Uint8Array(3 * 48 * 36).fill(9, 0, 1), 48, 36));
    const colours = `error: ${file}: a PNG of RGB pixels, expected grey values or palette indices, which are the labels: it has 2`;
    await expectFailure(folder, [photo, '--labels', file], expect.stringContaining(colours));
  });
});

describe('options files that are wrong', () => {
  const gaussian = { type: 'gaussian', sigmaXY: 3 };
  test.each<[string, unknown, string | RegExp]>([
    ['no JSON', '{"kernels": [', /crf\.json: not JSON: /],
    ['no object', '[1]', /crf\.json: expected a JSON object with the key "kernels"$/m],
    ['no kernels', {}, /crf\.json: kernels: missing, expected an array$/m],
    ['a key nobody knows', { kernels: [], iteration: 3 }, /crf\.json: iteration: got 3, expected one of the keys/],
    [
      'a key of a kernel nobody knows',
      { kernels: [{ ...gaussian, sigma: 3 }] },
      /crf\.json: kernels\[0\]\.sigma: got 3, expected/,
    ],
    [
      'a sigma of zero',
      { kernels: [{ ...gaussian, sigmaXY: 0 }] },
      /crf\.json: kernels\[0\]\.sigmaXY: got 0, expected/,
    ],
    [
      'a matrix of another size',
      { kernels: [{ ...gaussian, compatibility: [1, 2] }] },
      /kernels\[0\]\.compatibility: got an array of 2/,
    ],
    [
      'several counts',
      { kernels: [], iterations: [1, 5] },
      /crf\.json: iterations: got \[1, 5\], expected one whole number, or --iterations beside it$/m,
    ],
    ['another width', { kernels: [], width: 50 }, /crf\.json: width: got 50, expected 48, as in .*image\.png$/m],
    [
      'another label count',
      { kernels: [], labelCount: 3 },
      /crf\.json: labelCount: got 3, expected 5, as in .*unary\.npy$/m,
    ],
    ['a width that is a text', { kernels: [], width: '48' }, /crf\.json: width: got "48", expected a number$/m],
    [
      'features without a file',
      { kernels: [{ type: 'features' }] },
      /crf\.json: kernels\[0\]\.file: missing, expected the name/,
    ],
    ['a file that is missing', { kernels: [{ type: 'features', file: 'f.npy' }] }, /crf\.json: f\.npy: no such file$/m],
    [
      'a wasteful exact kernel',
      { kernels: [{ ...gaussian, method: 'exact' }], exactWorkLimit: 1000 },
      /crf\.json: kernels\[0\]\.method: got "exact"/,
    ],
  ])('%s', async (_what, options, message) => {
    const folder = await temporaryFolder();
    const file = await storeOptions(folder, options);
    await expectFailure(folder, [photo, '--unary', unary, '--options', file], message);
  });

  test('features of another size', async () => {
    const folder = await temporaryFolder();
    const file = await storeOptions(folder, { kernels: [{ type: 'features', file: 'f.npy' }] });
    await storeArray(folder, 'f.npy', new Array<number>(2 * 48 * 36).fill(1), [2, 48, 36]);
    const shape = `${file}: f.npy: its shape is [2, 48, 36], expected [featureDim, 36, 48] or [featureDim, 1728]`;
    await expectFailure(folder, [photo, '--unary', unary, '--options', file], shape);
    await storeArray(folder, 'f.npy', [1, 2, 3, 4], [2, 2]);
    await expectFailure(
      folder,
      [photo, '--unary', unary, '--options', file],
      /kernels\[0\]\.features: got Float32Array\(4\)/,
    );
  });
});

describe('outputs that cannot be', () => {
  const command = ['refine', photo, '--unary', unary, '--options', crf, '--iterations', '1', '--backend', 'cpu'];

  test('a folder that is missing stops before the work', async () => {
    const folder = await temporaryFolder();
    const file = folder.file('no/where/o.png');
    expect(await meanfield(...command, '--overlay', file, '--marginals', folder.file('q.npy'))).toEqual({
      exitCode: 1,
      out: '',
      error: `error: --overlay ${file}: the folder ${folder.file('no/where')} does not exist\n`,
    });
    expect(await folder.list()).toEqual([]);
  });

  test('a folder where the file should be, and a file where the folder should be', async () => {
    const folder = await temporaryFolder();
    await mkdir(folder.file('o.png'));
    await writeFile(folder.file('x'), '');
    const asFile = await meanfield(...command, '--overlay', folder.file('o.png'));
    expect(asFile).toMatchObject({ exitCode: 1, error: expect.stringContaining('is there and not a regular file') });
    const asFolder = await meanfield(...command, '--overlay', folder.file('x/o.png'));
    expect(asFolder).toMatchObject({
      exitCode: 1,
      error: expect.stringContaining(`${folder.file('x')} is not a folder`),
    });
  });

  test('a device is not replaced', async () => {
    const folder = await temporaryFolder();
    await symlink('/dev/null', folder.file('o.png'));
    const result = await meanfield(...command, '--overlay', folder.file('o.png'));
    expect(result).toMatchObject({ exitCode: 1, error: expect.stringContaining('is there and not a regular file') });
  });

  test('a file that was there stays as it was when the work fails', async () => {
    const folder = await temporaryFolder();
    await writeFile(folder.file('q.npy'), 'precious');
    const file = await storeArray(folder, 'u.npy', [Number.NaN, 1], [2, 1, 1]);
    await expectFailure(folder, [photo, '--unary', file], /element \[0, 0, 0\]/);
    expect(await readFile(folder.file('q.npy'), 'utf8')).toBe('precious');
  });
});
