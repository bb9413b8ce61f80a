// SPDX-License-Identifier: MIT

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { describeNetwork } from '../../../../src/cli/segment/job.js';
import { findNetwork } from '../../../../src/cli/segment/network-files.js';
import { type Folder, meanfield, temporaryFolder } from '../../../support/command-line.js';
import { goldenFile } from '../../../support/golden.js';
import { describeWithModels, modelFile } from '../../../support/model-files.js';
import { encodeGreyPng } from '../../../support/png.js';
import { tinyDescription, tinyNetwork, writeTinyNetwork } from '../../../support/tiny-network.js';
import { redModel, twoShapes } from '../../../support/two-shapes.js';

const photo = goldenFile('default-5-labels', 'image.png');
const silent = { out: () => undefined, error: () => undefined, status: () => undefined };

afterEach(() => vi.unstubAllEnvs());

async function expectError(exitCode: number, commandArguments: string[], message: string): Promise<void> {
  vi.stubEnv('MEANFIELD_MODELS', '');
  const result = await meanfield('segment', ...commandArguments);
  expect(result).toEqual({ exitCode, out: '', error: `error: ${message}\n` });
}

describe('wrong usage', () => {
  test.each<[commandArguments: string[], message: string]>([
    [['--model', 'selfie', '--out', 'o'], "missing required argument 'images'; see meanfield segment --help"],
    [[photo, '--model', 'selfie'], "required option '--out <folder>' not specified; see meanfield segment --help"],
    [
      [photo, '--out', 'o', '--backend', 'cpu', '--timeout', '9'],
      "--timeout: got 9, but --backend cpu can't stop a network while it runs",
    ],
    [[photo, '--out', 'o', '--foreground', 'dog'], '--foreground: got "dog", expected some of background, person'],
    [[photo, '--out', 'o', '--box', '1,2,3'], '--box: got "1,2,3", expected x,y,w,h in pixels, w and h above 0'],
    [[photo, '--out', 'o', '--box', '1,2,0,4'], '--box: got "1,2,0,4", expected x,y,w,h in pixels, w and h above 0'],
    [
      [photo, '--out', 'o', '--model', 'selfie', '--write', 'mask'],
      '--write: got "mask", expected some of label-map, overlay, cut-out, areas, with commas between them',
    ],
    [
      [photo, '--out', 'o', '--model', 'selfie', '--no-refine', '--options', 'crf.json'],
      '--options: got "crf.json", but --no-refine leaves nothing to refine',
    ],
    [
      [photo, '--out', 'o', '--model', 'selfie', '--working-size', '0'],
      '--working-size: got "0", expected a whole number in 1..16384',
    ],
    [
      [photo, '--out', 'o', '--model', 'selfi'],
      '--model: got "selfi", expected one of person, colour-prompt, selfie, deeplab-voc, segformer-b0-ade20k, nuclei, ' +
        'or a file that ends with .onnx',
    ],
    [[photo, '--out', 'o', '--model', 'colour-prompt'], '--model: got "colour-prompt", which needs --box or --strokes'],
    [
      [photo, '--out', 'o', '--model', 'nuclei', '--foreground', 'cell'],
      '--foreground: got "cell", expected some of background, nucleus, border',
    ],
  ])('%o', async (commandArguments, message) => {
    await expectError(2, commandArguments, message);
  });
});

describe('what is missing or damaged', () => {
  async function folderWithNetwork(): Promise<Folder> {
    const folder = await temporaryFolder();
    await writeTinyNetwork(folder.file('tiny'));
    return folder;
  }

  test('pictures', async () => {
    const folder = await folderWithNetwork();
    const rest = ['--model', folder.file('tiny.onnx'), '--out', folder.file('out')];
    await expectError(1, [folder.file('none.png'), ...rest], `${folder.file('none.png')}: no such file`);
    await mkdir(folder.file('empty'));
    await expectError(
      1,
      [folder.file('empty'), ...rest],
      `${folder.file('empty')}: got no picture, expected files that end with .png, .jpg, .jpeg, .webp`,
    );
    await expectError(
      1,
      [photo, photo, ...rest],
      `${photo} and ${photo} have one name, image; expected pictures of different names`,
    );
    expect(await folder.list()).toEqual(['empty', 'tiny.json', 'tiny.onnx']);
  });

  test('strokes', async () => {
    const folder = await folderWithNetwork();
    await mkdir(folder.file('photos'));
    await mkdir(folder.file('strokes'));
    for (const name of ['a', 'b']) await writeFile(folder.file(`photos/${name}.png`), encodeGreyPng([1], 1, 1, 8));
    await writeFile(folder.file('strokes/a.png'), encodeGreyPng([1], 1, 1, 8));
    const [photos, strokes, out] = ['photos', 'strokes', 'out'].map(folder.file);
    await expectError(
      1,
      [photos, '--strokes', strokes, '--out', out],
      `--strokes ${strokes}: no b.png for ${folder.file('photos/b.png')}`,
    );
    await expectError(
      1,
      [photos, '--strokes', folder.file('strokes/a.png'), '--out', out],
      `--strokes ${folder.file('strokes/a.png')}: one file for 2 pictures; expected a folder of PNGs with their names`,
    );
  });

  test.each<[string, number[], string]>([
    ['a mask of 0 and 255', [0, 255, 0, 255], 'its values are 0, 255: got 255, expected 0 where'],
    [
      'a mask of 0 and 1',
      [0, 1, 0, 1],
      'its values are 0, 1: only 1 is marked, so there is nothing to choose from; expected 0',
    ],
    ['an object and no background', [0, 2, 0, 0], 'its values are 0, 2: only 2 is marked'],
    ['nothing marked', [0, 0, 0, 0], 'every pixel is 0: nothing is marked; expected 0'],
    ['more labels than can be', [0, 1, 2, 17], 'its values are 0, 1, 2, 17: got 17, expected 0 where'],
  ])('strokes that are %s', async (_what, marks, message) => {
    const folder = await temporaryFolder();
    await writeFile(folder.file('photo.png'), encodeGreyPng([9, 9, 9, 9], 2, 2, 8));
    await writeFile(folder.file('marks.png'), encodeGreyPng(marks, 2, 2, 8));
    const files = [folder.file('photo.png'), '--strokes', folder.file('marks.png')];
    const { exitCode, error } = await meanfield('segment', ...files, '--out', folder.file('out'), '--strict');
    expect(exitCode).toBe(1);
    expect(error).toContain(`error: ${folder.file('marks.png')}: ${message}`);
    expect(error).toContain('where nothing is marked, 1 on the background, and 2 to 16 on objects');
  });

  test.each<[string, number[], string]>([
    [
      'of more labels than the network has',
      [0, 2, 3, 0],
      'its values are 0, 2, 3: got 3, expected 0 where nothing is marked, and 1 to 2',
    ],
    ['nowhere', [0, 0, 0, 0], 'every pixel is 0: nothing is marked; expected 0'],
  ])('strokes over a network that are %s', async (_what, marks, message) => {
    const folder = await temporaryFolder();
    await writeFile(folder.file('photo.png'), encodeGreyPng([9, 9, 9, 9], 2, 2, 8));
    await writeFile(folder.file('marks.png'), encodeGreyPng(marks, 2, 2, 8));
    const files = [folder.file('photo.png'), '--model', 'person', '--strokes', folder.file('marks.png')];
    const { exitCode, error } = await meanfield('segment', ...files, '--out', folder.file('out'), '--strict');
    expect(exitCode).toBe(1);
    expect(error).toContain(`error: ${folder.file('marks.png')}: ${message}`);
  });

  test('networks and their descriptions', async () => {
    const folder = await folderWithNetwork();
    const out = ['--out', folder.file('out')];
    const model = folder.file('tiny.onnx');
    const missing = folder.file('none.onnx');
    await expectError(1, [photo, '--model', missing, ...out], `${missing}: no such file`);

    const describeAs = (text: string) => writeFile(folder.file('tiny.json'), text);
    await describeAs('{');
    await expectError(
      1,
      [photo, '--model', model, ...out],
      `${folder.file('tiny.json')}: not JSON: line 1, column 2: expected a closing brace, got the end`,
    );
    await describeAs(JSON.stringify({ ...tinyDescription, labels: ['one'] }));
    await expectError(
      1,
      [photo, '--model', model, ...out],
      `${folder.file('tiny.json')}: labels: got an array of 1, expected at least two names`,
    );
    await describeAs(JSON.stringify({ ...tinyDescription, sha256: 'ab'.repeat(32) }));
    const { error } = await meanfield('segment', photo, '--model', model, ...out);
    expect(error).toMatch(/^error: network "red and blue": another file than described: its sha256 is [0-9a-f]{64}/);

    const variants = [{ url: 'wide.onnx', width: 64, height: 16 }];
    const input = { name: tinyDescription.input.name, layout: 'NCHW', width: 16, height: 16 };
    await describeAs(JSON.stringify({ ...tinyDescription, input, variants }));
    await expectError(
      1,
      [photo, '--model', model, ...out],
      `${folder.file('tiny.json')}: variants[0].url: got "wide.onnx", expected the name of a file beside it`,
    );

    await writeFile(folder.file('alone.onnx'), tinyNetwork());
    await expectError(
      1,
      [photo, '--model', folder.file('alone.onnx'), ...out],
      `${folder.file('alone.json')}: no such file; it has to describe the network in ${folder.file('alone.onnx')}`,
    );
  });
});

describe('MEANFIELD_MODELS', () => {
  test('must be a folder', async () => {
    await expect(findNetwork('person', silent, { MEANFIELD_MODELS: photo })).rejects.toThrow(
      `MEANFIELD_MODELS: got ${JSON.stringify(photo)}, expected a folder`,
    );
  });

  test('is looked in for files that are not here', async () => {
    const folder = await temporaryFolder();
    await writeTinyNetwork(folder.file('tiny'));
    const found = await findNetwork('tiny.onnx', silent, { MEANFIELD_MODELS: folder.path });
    expect(found.source).toBe(folder.file('tiny.onnx'));
    expect(found.description.name).toBe('red and blue');
    expect(found.job.bytes).toEqual(new Uint8Array(await readFile(folder.file('tiny.onnx'))));
    await expect(findNetwork('none.onnx', silent, { MEANFIELD_MODELS: folder.path })).rejects.toThrow(
      `none.onnx: no such file, neither here nor in MEANFIELD_MODELS (${folder.path})`,
    );
  });
});

describe('networks with variants', () => {
  test('have all their files beside the description', async () => {
    const folder = await temporaryFolder();
    const { bytes: _bytes, variants: _variants, ...description } = twoShapes();
    const [general, wide] = [redModel(16, 16, 1), redModel(32, 16, -1)];
    await writeFile(folder.file('mine.onnx'), general);
    await writeFile(folder.file('wide.onnx'), wide);
    const variants = [{ url: 'wide.onnx', width: 32, height: 16 }];
    await writeFile(folder.file('mine.json'), JSON.stringify({ ...description, variants }));
    const found = await findNetwork(folder.file('mine.onnx'), silent);
    expect(found.description).toEqual({
      ...{ ...description, bytes: general },
      variants: [{ bytes: wide, width: 32, height: 16 }],
    });
    expect(describeNetwork(found.job)).toEqual(found.description);
    await writeFile(folder.file('wide.onnx'), redModel(32, 16, 1));
    expect((await findNetwork(folder.file('mine.onnx'), silent)).hash).not.toBe(found.hash);
  });
});

describeWithModels('MEANFIELD_MODELS and known networks', () => {
  test.each(['deeplab_v3_1_default_1.onnx', 'deeplab-voc.onnx'])('gives the file by its hash, as %s', async (name) => {
    const folder = await temporaryFolder();
    const bytes = modelFile('deeplab_v3_1_default_1.onnx');
    await writeFile(folder.file(name), bytes);
    const found = await findNetwork('deeplab-voc', silent, { MEANFIELD_MODELS: folder.path });
    expect(found.source).toBe(folder.file(name));
    expect(Buffer.compare(found.job.bytes ?? new Uint8Array(), bytes)).toBe(0);
    expect(found.job.network).not.toHaveProperty('url');
  });

  test('passes over a file of that name with another hash, then asks the cache', async () => {
    const folder = await temporaryFolder();
    await writeFile(folder.file('deeplab_v3_1_default_1.onnx'), 'something else');
    const bytes = modelFile('deeplab_v3_1_default_1.onnx');
    // Under the hash of its address, as an earlier download left it.
    const cache = folder.file('cache/meanfield/networks');
    await mkdir(cache, { recursive: true });
    await writeFile(`${cache}/5d3757f0d6a5c1a17c63c811b9381e332cd3549af1f5289ac6e61cc50aad1503.onnx`, bytes);
    const warnings: string[] = [];
    const streams = { ...silent, error: (text: string) => warnings.push(text) };
    const found = await findNetwork('deeplab-voc', streams, {
      MEANFIELD_MODELS: folder.path,
      XDG_CACHE_HOME: folder.file('cache'),
    });
    expect(Buffer.compare(found.job.bytes ?? new Uint8Array(), bytes)).toBe(0);
    expect(warnings).toEqual([
      expect.stringContaining(
        `warning: ${folder.file('deeplab_v3_1_default_1.onnx')} is not deeplab-voc: its sha256 is `,
      ),
    ]);
  });
});
