// SPDX-License-Identifier: MIT

import { readFile, writeFile } from 'node:fs/promises';
import { expect, test, vi } from 'vitest';
import { readLabelPng, readPhotograph } from '../../src/cli/files/image.js';
import { expectAstronautAlone } from '../support/astronaut.js';
import { meanfield, temporaryFolder } from '../support/command-line.js';
import { encodeGreyPng } from '../support/png.js';

// Nothing here starts a browser: whoever looked for one would not find it.
vi.stubEnv('PUPPETEER_EXECUTABLE_PATH', '/no/browser');

const astronaut = 'demo/public/photos/astronaut.png';

/** Pixels. The box leaves it out. */
const helmet = { x: 400, y: 450, radius: 50, boxWithout: '20,10,330,500' };

test('segment --backend cpu cuts a person out, without a browser', async () => {
  const folder = await temporaryFolder();
  const { exitCode, out, error } = await meanfield(
    ...['segment', astronaut, '--out', folder.path, '--backend', 'cpu', '--working-size', '256', '--json'],
  );
  expect({ exitCode, error }).toEqual({ exitCode: 0, error: '' });
  expect(JSON.parse(out)).toMatchObject({ adapter: 'CPU', segmented: 1, failed: 0, network: 'person' });
  const cutOut = await readPhotograph(folder.file('astronaut.cut-out.png'), 1e7);
  expectAstronautAlone(cutOut.width, cutOut.data);
  // Where nothing is, the overlay is the picture.
  const [overlay, photo] = [
    await readPhotograph(folder.file('astronaut.overlay.png'), 1e7),
    await readPhotograph(astronaut, 1e7),
  ];
  const pixel = 4 * (100 * photo.width + 40);
  expect([...overlay.data.slice(pixel, pixel + 3)]).toEqual([...photo.data.slice(pixel, pixel + 3)]);
});

test('segment --backend cpu takes marks', async () => {
  const folder = await temporaryFolder();
  const { exitCode, error } = await meanfield(
    ...['segment', 'demo/public/photos/coffee.png', '--box', '70,10,418,384', '--out', folder.path],
    ...['--backend', 'cpu', '--working-size', '160', '--write', 'areas'],
  );
  expect({ exitCode, error }).toEqual({ exitCode: 0, error: '' });
  const { areas } = JSON.parse(await readFile(folder.file('coffee.json'), 'utf8'));
  const [background, cup] = areas.map(({ pixels }: { pixels: number }) => pixels);
  // The cup with its saucer is about a third of the picture.
  expect(cup / (background + cup)).toBeGreaterThan(0.2);
  expect(cup / (background + cup)).toBeLessThan(0.55);
});

/** Part of the helmet that is the object, of 1: from a box or `--model`, and with a dab of a label on the helmet. */
async function helmetShares(label: number, ...given: string[]): Promise<{ before: number; after: number }> {
  const folder = await temporaryFolder();
  const { width, height } = await readPhotograph(astronaut, 1e7);
  const away = (pixel: number) => Math.hypot((pixel % width) - helmet.x, Math.floor(pixel / width) - helmet.y);
  const marks = Uint8Array.from({ length: width * height }, (_, pixel) => (away(pixel) <= 8 ? label + 1 : 0));
  await writeFile(folder.file('strokes.png'), encodeGreyPng(marks, width, height, 8));
  const share = async (out: string, ...strokes: string[]) => {
    const shared = ['--out', folder.file(out), '--backend', 'cpu', '--write', 'label-map'];
    const { exitCode, error } = await meanfield('segment', astronaut, ...given, ...strokes, ...shared);
    expect({ exitCode, error }).toEqual({ exitCode: 0, error: '' });
    const { samples } = await readLabelPng(folder.file(`${out}/astronaut.labels.png`), 1e7);
    const inside = [...samples.keys()].filter((pixel) => away(pixel) <= helmet.radius);
    return inside.filter((pixel) => samples[pixel] === 1).length / inside.length;
  };
  return { before: await share('before'), after: await share('after', '--strokes', folder.file('strokes.png')) };
}

test('a stroke on the helmet takes the helmet, which a box around the astronaut left out', async () => {
  const { before, after } = await helmetShares(1, '--box', helmet.boxWithout);
  expect(before).toBeLessThan(0.5);
  expect(after).toBeGreaterThan(0.9);
});

test('a stroke of background takes the helmet away from person', async () => {
  const { before, after } = await helmetShares(0, '--model', 'person');
  expect(before).toBeGreaterThan(0.9);
  expect(after).toBeLessThan(0.1);
});

test('segment names the backends that there are', async () => {
  const { exitCode, error } = await meanfield('segment', astronaut, '--out', 'never', '--backend', 'gpu');
  expect(exitCode).toBe(2);
  expect(error).toContain('--backend: got "gpu", expected one of webgpu, cpu');
});
