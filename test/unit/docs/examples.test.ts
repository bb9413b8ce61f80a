// SPDX-License-Identifier: MIT

import { readdirSync, readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { afterEach, expect, test, vi } from 'vitest';
import { readLabelPng } from '../../../src/cli/files/image.js';
import { readIntegerNpy } from '../../../src/cli/files/npy.js';
import { crfPresets } from '../../../src/index.js';
import { expectAstronautAlone } from '../../support/astronaut.js';
import { temporaryFolder } from '../../support/command-line.js';
import { countWrongLabels, goldenFile, goldenMarginals } from '../../support/golden.js';
import { huggingFaceFiles } from '../../support/hugging-face-files.js';
import { encodeGreyPng } from '../../support/png.js';
import { tinyNetwork } from '../../support/tiny-network.js';

const astronaut = 'demo/public/photos/astronaut.png';

/** Of pages: their types are checked, and test/browser runs what is like them. */
const forPages = ['call', 'call-in-worker', 'cut-network', 'other-programs', 'photo-page', 'webcam-page'];

const exampleArguments = process.argv.slice(0, 2);

afterEach(() => {
  process.argv = exampleArguments;
  vi.restoreAllMocks();
});

/** Runs an example as a program, and gives what it printed. */
async function run(name: string, ...programArguments: string[]): Promise<string> {
  const lines: string[] = [];
  vi.spyOn(console, 'log').mockImplementation((...words) => void lines.push(words.join(' ')));
  process.argv = [...exampleArguments, ...programArguments];
  await import(`../../../docs/examples/${name}.mjs`);
  return lines.join('\n');
}

test('first-cut-out cuts a person out', async () => {
  const folder = await temporaryFolder();
  // At half its size it takes a quarter of the time.
  await sharp(astronaut).resize(256).toFile(folder.file('photo.png'));
  const printed = await run('first-cut-out', folder.file('photo.png'), folder.file('cut-out.png'));
  expect(printed).toMatch(/: a person on \d\d % of the photo$/);
  const cutOut = sharp(folder.file('cut-out.png')).resize(512, 512, { kernel: 'nearest' });
  expectAstronautAlone(512, await cutOut.raw().toBuffer());
});

test('refine-logits finds the disc', async () => {
  expect(await run('refine-logits')).toBe('0 of 4096 pixels are wrong, refined on CPU');
});

test('the script in the place of one for pydensecrf gives what that gives', async () => {
  const folder = await temporaryFolder();
  const golden = 'scribbles-2-labels';
  const { data, shape } = await readIntegerNpy(goldenFile(golden, 'labels.npy'));
  const [height, width] = shape;
  const strokes = Uint8Array.from(data, Number);
  await writeFile(folder.file('strokes.png'), encodeGreyPng(strokes, width, height, 8));
  const printed = await run(
    'pydensecrf',
    goldenFile(golden, 'image.png'),
    folder.file('strokes.png'),
    folder.file('labels.png'),
  );
  const { samples } = await readLabelPng(folder.file('labels.png'), 1e7);
  expect(countWrongLabels(samples, await goldenMarginals(golden, 5))).toBe(0);
  const kl = JSON.parse(await readFile(goldenFile(golden, 'kl.json'), 'utf8'));
  expect(Number(printed.replace('KL ', '')) / kl[5]).toBeCloseTo(1, 4);
});

test('presets has a line for each of them', async () => {
  expect((await run('presets')).split('\n')).toHaveLength(Object.keys(crfPresets).length);
});

test('sam-logits finds the disc, at the size of the picture', async () => {
  expect(await run('sam-logits')).toMatch(/^(99\.[5-9]|100\.0) % right, cut out at 96×64$/);
});

test('tensors takes tensors and masks of other programs', async () => {
  const lines = (await run('tensors')).split('\n');
  expect(lines).toHaveLength(2);
  for (const line of lines) expect(Number(/: ([\d.]+) % right$/.exec(line)?.[1])).toBeGreaterThan(99);
});

test('compatibility says one thing in three ways', async () => {
  expect(Number(/at most (.+)$/.exec(await run('compatibility'))?.[1])).toBeLessThan(1e-5);
});

test('own-network describes a file and runs it', async () => {
  const lines = (await run('own-network', 'models/person.onnx', 'docs/examples/own-network.json')).split('\n');
  expect(lines).toEqual([
    'input image: float32 [1, 256, 256, 3]',
    'output probabilities: float32 [1, 256, 256, 1]',
    '256×256 values for each of: background, person',
  ]);
});

test('hugging-face describes a network by the files beside it, and runs it', async () => {
  const folder = await temporaryFolder();
  const { config, preprocessorConfig } = huggingFaceFiles();
  const small = { ...preprocessorConfig, size: { shortest_edge: 32 } };
  await writeFile(folder.file('config.json'), JSON.stringify(config));
  await writeFile(folder.file('preprocessor_config.json'), JSON.stringify(small));
  await writeFile(folder.file('model.onnx'), tinyNetwork({ input: 'pixel_values' }));
  expect(await run('hugging-face', folder.path)).toBe('48×32 logits for each of: background, red, blue');
});

test('volume mends most voxels', async () => {
  const [, before, after] = /^(\d+) of 6912 voxels are wrong before, (\d+) after$/.exec(await run('volume')) ?? [];
  expect(Number(before)).toBeGreaterThan(1000);
  expect(Number(after)).toBeLessThan(100);
});

test('evaluate measures and tunes', async () => {
  const [measured, verdict, reason] = (await run('evaluate')).split('\n');
  expect(measured).toMatch(/^mean IoU (0\.9\d\d|1\.000), boundaries measured at 1,2,4 pixels$/);
  expect(verdict).toBe('refinement is worth it');
  expect(reason).not.toBe('');
});

test('batch goes through all pictures', async () => {
  expect((await run('batch')).split('\n')).toHaveLength(3);
});

test('errors tells arguments from the machine', async () => {
  const line = 'wrong: iterations must be a whole number in 0..10000';
  expect(await run('errors')).toBe(`${line}\n${line}`);
});

test('every example for Node runs here', () => {
  const names = readdirSync('docs/examples')
    .filter((file) => /\.m?[jt]s$/.test(file))
    .map((file) => path.parse(file).name);
  const here = readFileSync('test/unit/docs/examples.test.ts', 'utf8');
  const run = Array.from(here.matchAll(/\brun\(\s*'([\w-]+)'/g), ([, name]) => name);
  // What others import, and what pages do.
  expect([...run, 'disc', ...forPages].sort()).toEqual(names.sort());
});
