// SPDX-License-Identifier: MIT

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { decode } from 'fast-png';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drawNuclei } from '../../../samples/draw-nuclei.js';
import { wasmSession } from '../../support/wasm-session.js';

const repository = path.join(import.meta.dirname, '../../..');

let session: Awaited<ReturnType<typeof wasmSession>>;

beforeAll(async () => {
  session = await wasmSession(readFileSync(path.join(repository, 'models/nuclei.onnx')));
});
afterAll(() => session.release());

/** Foreground, nucleus or border, [y, x], at the picture's size. Sides that are no multiples of 16 are continued by their last pixel. */
async function foregroundOf(picture: { width: number; height: number; channels: number; data: ArrayLike<number> }) {
  const { width, height, channels, data } = picture;
  const [wide, high] = [16 * Math.ceil(width / 16), 16 * Math.ceil(height / 16)];
  const image = new Float32Array(3 * wide * high);
  for (let i = 0; i < image.length; i++) {
    const [channel, pixel] = [Math.floor(i / (wide * high)), i % (wide * high)];
    const x = Math.min(width - 1, pixel % wide);
    const y = Math.min(height - 1, Math.floor(pixel / wide));
    image[i] = data[(y * width + x) * channels + (channels >= 3 ? channel : 0)] / 255;
  }
  const { logits } = await session.run({ image: { data: image, dims: [1, 3, high, wide] } });
  expect(logits.dims).toEqual([1, 3, high / 2, wide / 2]);
  return Uint8Array.from({ length: width * height }, (_, i) => {
    const [background, ...others] = [0, 1, 2].map((label) =>
      sample(logits.data.subarray((label * wide * high) / 4), wide / 2, high / 2, i % width, Math.floor(i / width)),
    );
    return Math.max(...others) > background ? 1 : 0;
  });
}

/** Bilinear, half-pixel, from half the size. */
function sample(values: Float32Array, width: number, height: number, x: number, y: number): number {
  const atX = Math.min(width - 1, Math.max(0, (x + 0.5) / 2 - 0.5));
  const atY = Math.min(height - 1, Math.max(0, (y + 0.5) / 2 - 0.5));
  const [left, top] = [Math.floor(atX), Math.floor(atY)];
  const [right, bottom] = [Math.min(width - 1, left + 1), Math.min(height - 1, top + 1)];
  const mix = (a: number, b: number, part: number) => a + (b - a) * part;
  const row = (line: number) => mix(values[line * width + left], values[line * width + right], atX - left);
  return mix(row(top), row(bottom), atY - top);
}

function intersectionOverUnion(found: ArrayLike<number>, truth: ArrayLike<number>): number {
  let both = 0;
  let either = 0;
  for (let i = 0; i < truth.length; i++) {
    const isTrue = truth[i] > 0;
    if (isTrue && found[i] > 0) both++;
    if (isTrue || found[i] > 0) either++;
  }
  return either === 0 ? 1 : both / either;
}

describe('the drawn sample', () => {
  const drawn = drawNuclei();

  it('is the committed picture', () => {
    const { data } = decode(readFileSync(path.join(repository, 'samples/nuclei.png')));
    expect(Buffer.compare(Uint8Array.from(data), drawn.grey), 'npm run generate:samples').toBe(0);
    expect(new Set(drawn.instances).size).toBe(drawn.count + 1);
  });

  it('has nuclei that the network finds, each of them', async () => {
    const found = await foregroundOf({ ...drawn, channels: 1, data: drawn.grey });
    expect(intersectionOverUnion(found, drawn.instances)).toBeGreaterThan(0.85);
    const areas = new Array<number>(drawn.count + 1).fill(0);
    const hits = new Array<number>(drawn.count + 1).fill(0);
    for (const [pixel, instance] of drawn.instances.entries()) {
      areas[instance]++;
      hits[instance] += found[pixel];
    }
    for (let k = 1; k <= drawn.count; k++) expect(hits[k] / areas[k], `nucleus ${k}`).toBeGreaterThan(0.7);
    expect(hits[0] / areas[0]).toBeLessThan(0.05);
  });
});

const dataFolder = process.env.MEANFIELD_DATA;
if (dataFolder === undefined) process.stderr.write('Left out, MEANFIELD_DATA is not set: nuclei on held-out images\n');

describe.skipIf(dataFolder === undefined)('held-out images', () => {
  it.each([
    ['fluor', 0.867],
    ['colour', 0.804],
  ])('%s: mean foreground IoU is %f, without a CRF', async (kind, noted) => {
    const folder = path.join(dataFolder ?? '', 'nuclei');
    if (!existsSync(path.join(folder, 'images'))) {
      throw new Error(`MEANFIELD_DATA: got "${dataFolder}", expected a folder with nuclei/images and nuclei/labels`);
    }
    const names = readdirSync(path.join(folder, 'images')).filter((name) => name.startsWith(kind));
    expect(names.length).toBeGreaterThan(5);
    let sum = 0;
    for (const name of names) {
      const found = await foregroundOf(decode(readFileSync(path.join(folder, 'images', name))));
      sum += intersectionOverUnion(found, decode(readFileSync(path.join(folder, 'labels', name))).data);
    }
    expect(Math.abs(sum / names.length - noted), `${sum / names.length} on ${names.length} images`).toBeLessThan(0.01);
  });
});
