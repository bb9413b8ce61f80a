// SPDX-License-Identifier: MIT

import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { decode } from 'fast-png';
import { expect, test, vi } from 'vitest';
import { expectAstronautAlone } from '../support/astronaut.js';
import { type Folder, meanfield, temporaryFolder } from '../support/command-line.js';
import { writeEndlessNetwork } from '../support/endless-network.js';
import { encodeGreyPng, encodeRgbPng } from '../support/png.js';
import { writeTinyNetwork } from '../support/tiny-network.js';

const [width, height] = [32, 24];
const colours = { grey: [90, 90, 90], red: [230, 20, 20], blue: [20, 20, 230] } as const;
type Colour = keyof typeof colours;

/** Grey with a rectangle in colour: x 8..19, y 6..17, 144 of 768 pixels. */
async function writePicture(file: string, colour: Colour, side = { width, height }): Promise<void> {
  const data = new Uint8Array(3 * side.width * side.height);
  for (let i = 0; i < side.width * side.height; i++) data.set(colours[isInside(i, side) ? colour : 'grey'], 3 * i);
  await writeFile(file, encodeRgbPng(data, side.width, side.height));
}

function isInside(pixel: number, side = { width, height }): boolean {
  const [x, y] = [(pixel % side.width) * (width / side.width), Math.floor(pixel / side.width) * (height / side.height)];
  return x >= 8 && x < 20 && y >= 6 && y < 18;
}

async function readPng(file: string) {
  const { data, ...png } = decode(await readFile(file));
  return { ...png, samples: Uint8Array.from(data) };
}

async function readAreas(file: string): Promise<Record<string, number>> {
  const { areas } = JSON.parse(await readFile(file, 'utf8')) as { areas: { name: string; pixels: number }[] };
  return Object.fromEntries(areas.map(({ name, pixels }) => [name, pixels]));
}

async function folderWithPictures(): Promise<Folder> {
  const folder = await temporaryFolder();
  await writeTinyNetwork(folder.file('tiny'));
  await mkdir(folder.file('photos/more'), { recursive: true });
  await writePicture(folder.file('photos/a.png'), 'red');
  await writePicture(folder.file('photos/more/b.png'), 'blue');
  await writePicture(folder.file('photos/more/c.png'), 'grey');
  return folder;
}

test('segments a folder with a network of one’s own, says what failed, and goes on where it stopped', async () => {
  const folder = await folderWithPictures();
  await writeFile(folder.file('photos/bad.png'), 'no PNG');
  const out = folder.file('out');
  const command = ['segment', folder.file('photos'), '--model', folder.file('tiny.onnx'), '--out', out, '--json'];

  const first = await meanfield(...command);
  expect(first.exitCode).toBe(1);
  expect(first.error).toContain(`warning: ${folder.file('photos/bad.png')}: not a PNG, JPEG or WebP image`);
  expect(first.error).toMatch(/error: 1 of 4 pictures failed\n$/);
  expect(JSON.parse(first.out)).toMatchObject({ pictures: 4, segmented: 3, takenFromJournal: 0, failed: 1 });

  const labels = await readPng(`${out}/a.labels.png`);
  expect(labels).toMatchObject({ width, height, channels: 1 });
  expect([...labels.samples]).toEqual(Array.from({ length: width * height }, (_, i) => Number(isInside(i))));
  expect(await readAreas(`${out}/a.json`)).toEqual({ background: 624, red: 144 });
  expect(await readAreas(`${out}/more/b.json`)).toEqual({ background: 624, blue: 144 });
  expect(await readAreas(`${out}/more/c.json`)).toEqual({ background: 768 });

  // Straight alpha: the photograph's own colour, opaque in the middle of the object and gone far from it.
  const cutOut = await readPng(`${out}/a.cut-out.png`);
  expect(cutOut.channels).toBe(4);
  const pixel = (x: number, y: number) => [...cutOut.samples.subarray(4 * (y * width + x), 4 * (y * width + x) + 4)];
  expect(pixel(14, 12)).toEqual([...colours.red, 255]);
  expect(pixel(1, 1)[3]).toBe(0);
  // The background keeps its photograph; the object is tinted.
  const overlay = await readPng(`${out}/a.overlay.png`);
  expect([...overlay.samples.subarray(0, 4)]).toEqual([...colours.grey, 255]);
  expect([...overlay.samples.subarray(4 * (12 * width + 14), 4 * (12 * width + 14) + 3)]).not.toEqual([...colours.red]);

  // What is done is not done again; what is missing, changed or failed is.
  await rm(`${out}/more/c.labels.png`);
  await writePicture(folder.file('photos/bad.png'), 'blue');
  const second = await meanfield(...command);
  expect(second).toMatchObject({ exitCode: 0, error: '' });
  expect(JSON.parse(second.out)).toMatchObject({ pictures: 4, segmented: 2, takenFromJournal: 2, failed: 0 });
  expect(await readAreas(`${out}/bad.json`)).toEqual({ background: 624, blue: 144 });

  const third = await meanfield(...command.filter((word) => word !== '--json'));
  expect(third.out).toContain('4: 0 segmented, 4 were done before');

  // Results of other settings are not mixed with these.
  const other = await meanfield(...command, '--working-size', '16');
  expect(other.exitCode).toBe(1);
  expect(other.error).toContain('it was begun with workingSize null, now it is 16');
});

test('parts of a folder make the whole, and only what is asked for is written', async () => {
  const folder = await folderWithPictures();
  const out = folder.file('out');
  const command = ['segment', folder.file('photos'), '--model', folder.file('tiny.onnx'), '--out', out];
  const rest = ['--write', 'areas', '--json'];
  const first = await meanfield(...command, ...rest, '--shard', '1/2');
  expect(first.error).toBe('shard 1/2 (--shard): 2 of 3 pictures\n');
  vi.stubEnv('SLURM_ARRAY_TASK_ID', '1');
  vi.stubEnv('SLURM_ARRAY_TASK_COUNT', '2');
  const second = await meanfield(...command, ...rest);
  vi.unstubAllEnvs();
  expect(second.error).toBe('shard 2/2 (SLURM_ARRAY_TASK_ID): 1 of 3 pictures\n');
  expect([first, second].map((result) => (JSON.parse(result.out) as { segmented: number }).segmented)).toEqual([2, 1]);
  expect(await readAreas(`${out}/a.json`)).toEqual({ background: 624, red: 144 });
  expect(await readAreas(`${out}/more/b.json`)).toEqual({ background: 624, blue: 144 });
  expect(await readAreas(`${out}/more/c.json`)).toEqual({ background: 768 });
  await expect(readFile(`${out}/a.labels.png`)).rejects.toThrow('ENOENT');
});

test('brings labels to the size of the picture, and keeps the labels that were asked for', async () => {
  const folder = await folderWithPictures();
  await writePicture(folder.file('large.png'), 'red', { width: 4 * width, height: 4 * height });
  const out = folder.file('out');
  const { exitCode, error } = await meanfield(
    ...['segment', folder.file('large.png'), '--model', folder.file('tiny.onnx'), '--out', out],
    ...['--no-refine', '--foreground', 'blue', '--write', 'label-map,cut-out,areas'],
  );
  expect({ exitCode, error }).toEqual({ exitCode: 0, error: '' });
  const labels = await readPng(`${out}/large.labels.png`);
  expect(labels).toMatchObject({ width: 4 * width, height: 4 * height });
  const wrong = labels.samples.filter((label, i) => {
    return label !== Number(isInside(i, { width: 4 * width, height: 4 * height }));
  });
  // Along the border of 4·48 pixels, where the small picture has no more than 32 columns.
  expect(wrong.length).toBeLessThan(4 * 48 * 2);
  expect((await readAreas(`${out}/large.json`)).red).toBeGreaterThan(16 * 144 - 4 * 48 * 2);
  const cutOut = await readPng(`${out}/large.cut-out.png`);
  expect(cutOut.samples.filter((value, i) => i % 4 === 3 && value !== 0)).toHaveLength(0);
});

test('finds what is marked by a box or strokes, without any network of one’s own', async () => {
  const folder = await folderWithPictures();
  const marks = new Uint8Array(width * height);
  for (let x = 2; x < 30; x++) marks[2 * width + x] = 1;
  for (let x = 10; x < 18; x++) marks[12 * width + x] = 2;
  await writeFile(folder.file('marks.png'), encodeGreyPng(marks, width, height, 8));
  const photo = folder.file('photos/a.png');
  for (const option of [
    ['--strokes', folder.file('marks.png')],
    ['--box', '6,4,16,16'],
  ]) {
    const out = folder.file(option[0].slice(2));
    const { exitCode, error } = await meanfield(
      'segment',
      photo,
      ...option,
      '--out',
      out,
      '--write',
      'label-map,areas',
    );
    expect({ exitCode, error }).toEqual({ exitCode: 0, error: '' });
    const { samples } = await readPng(`${out}/a.labels.png`);
    expect(samples.filter((label, i) => label !== Number(isInside(i))).length, option[0]).toBeLessThan(30);
  }
});

test('cuts a person out where nobody says what to look for, with nothing but what comes with the package', async () => {
  const folder = await temporaryFolder();
  vi.stubEnv('MEANFIELD_MODELS', '');
  const out = folder.file('out');
  const { exitCode, error } = await meanfield('segment', 'demo/public/photos/astronaut.png', '--out', out);
  vi.unstubAllEnvs();
  expect({ exitCode, error }).toEqual({ exitCode: 0, error: '' });
  const areas = await readAreas(`${out}/astronaut.json`);
  const share = areas.person / (areas.person + areas.background);
  // She fills the picture from below.
  expect(share).toBeGreaterThan(0.45);
  expect(share).toBeLessThan(0.65);
  const cutOut = await readPng(`${out}/astronaut.cut-out.png`);
  expectAstronautAlone(cutOut.width, cutOut.samples);
});

test('gives up a network that never ends', async () => {
  const folder = await temporaryFolder();
  const white = folder.file('white.png');
  await writeFile(white, encodeRgbPng(new Uint8Array(3 * width * height).fill(255), width, height));
  await writeEndlessNetwork(folder.file('endless'), -1);
  const model = ['--model', folder.file('endless.onnx'), '--timeout', '8'];
  expect(await meanfield('segment', white, ...model, '--out', folder.file('out'))).toMatchObject({
    exitCode: 1,
    error: `warning: ${white}: the network gave no result within 8 s; --timeout gives it more\nerror: 1 of 1 pictures failed\n`,
  });
});

test('marks off the picture, and networks that can’t be, are named', async () => {
  const folder = await folderWithPictures();
  const out = folder.file('out');
  const photo = folder.file('photos/a.png');
  const off = await meanfield('segment', photo, '--box', '100,100,5,5', '--out', out, '--write', 'areas');
  expect(off.exitCode).toBe(1);
  expect(off.error).toContain(
    'warning: --box: prompts.box: got an object (Object), expected a box that lies on the picture',
  );

  await writeFile(
    folder.file('tiny.json'),
    (await readFile(folder.file('tiny.json'), 'utf8')).replace('"name":"image"', '"name":"picture"'),
  );
  const model = folder.file('tiny.onnx');
  const unnamed = await meanfield('segment', photo, '--model', model, '--out', folder.file('other'));
  expect(unnamed.exitCode).toBe(1);
  expect(unnamed.error).toMatch(/^error: --model .*tiny\.onnx: input\.name: got "picture", expected /);
});
