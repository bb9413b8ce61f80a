// SPDX-License-Identifier: MIT

import { readFile } from 'node:fs/promises';
import { expect, test, vi } from 'vitest';
import { readPhotograph } from '../../src/cli/files/image.js';
import { expectAstronautAlone } from '../support/astronaut.js';
import { meanfield, temporaryFolder } from '../support/command-line.js';

// Nothing here starts a browser: whoever looked for one would not find it.
vi.stubEnv('PUPPETEER_EXECUTABLE_PATH', '/no/browser');

const astronaut = 'demo/public/photos/astronaut.png';

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

test('segment names the backends that there are', async () => {
  const { exitCode, error } = await meanfield('segment', astronaut, '--out', 'never', '--backend', 'gpu');
  expect(exitCode).toBe(2);
  expect(error).toContain('--backend: got "gpu", expected one of webgpu, cpu');
});
