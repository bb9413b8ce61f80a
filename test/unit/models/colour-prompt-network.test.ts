// SPDX-License-Identifier: MIT

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { colourPromptModel } from '../../../models/generator/colour-prompt.js';
import { type ColourPromptInput, colourPrompt } from '../../../src/reference/pipeline/colour-prompt.js';
import { randomFloats, randomNumbers } from '../../support/random.js';
import { wasmSession } from '../../support/wasm-session.js';

const file = path.join(import.meta.dirname, '../../../models/colour-prompt.onnx');

let session: Awaited<ReturnType<typeof wasmSession>>;

beforeAll(async () => {
  session = await wasmSession(readFileSync(file));
});
afterAll(() => session.release());

async function network({ width, height, labelCount, keyImage, keyPrompts, image }: ColourPromptInput) {
  const { probabilities } = await session.run({
    image: { data: image, dims: [1, 3, height, width] },
    keyImage: { data: keyImage, dims: [1, 3, height, width] },
    keyPrompts: { data: keyPrompts, dims: [1, labelCount, height, width] },
  });
  expect(probabilities.dims).toEqual([1, labelCount, height, width]);
  return probabilities.data;
}

/** Noise of all colours, black and white among them, and five seeds a label. */
function randomInput(width: number, height: number, labelCount: number, seed: number): ColourPromptInput {
  const random = randomNumbers(seed);
  const pixelCount = width * height;
  const image = (imageSeed: number) => randomFloats(3 * pixelCount, imageSeed, 1.2).map((value) => Math.min(1, value));
  const keyPrompts = new Float32Array(labelCount * pixelCount);
  for (let label = 0; label < labelCount; label++) {
    for (let i = 0; i < 5; i++) keyPrompts[label * pixelCount + Math.floor(random() * pixelCount)] = random();
  }
  return { width, height, labelCount, keyImage: image(seed + 1), keyPrompts, image: image(seed + 2) };
}

describe('the file', () => {
  it('is what the generator writes, byte by byte', () => {
    const written = colourPromptModel();
    expect(Buffer.compare(readFileSync(file), written), 'npm run generate:models').toBe(0);
  });
});

describe('the network and its twin', () => {
  it.each([
    [4, 4, 2],
    [32, 24, 2],
    [12, 44, 3],
    [52, 8, 16],
  ])('agree at %i×%i with %i labels', async (width, height, labelCount) => {
    const input = randomInput(width, height, labelCount, width);
    const expected = colourPrompt(input);
    expect(await network(input)).toBeAllClose(expected, { tolerance: 1e-5, shape: [labelCount, height, width] });
    // Something is to be seen, or the comparison is of constants.
    expect(Math.max(...expected) - Math.min(...expected)).toBeGreaterThan(0.2);
  });

  it('agree where a label has no seeds, and leave it next to nothing', async () => {
    const input = randomInput(16, 12, 3, 7);
    input.keyPrompts.fill(0, 2 * 16 * 12);
    const probabilities = await network(input);
    expect(probabilities).toBeAllClose(colourPrompt(input), { tolerance: 1e-5 });
    // A third of the doubt, and a millionth of the other scores.
    expect(Math.max(...probabilities.subarray(2 * 16 * 12))).toBeLessThan(0.021);
  });

  it('agree where there are no seeds at all: every label is as likely', async () => {
    const input = randomInput(16, 12, 4, 8);
    input.keyPrompts.fill(0);
    const probabilities = await network(input);
    expect(probabilities).toBeAllClose(new Float32Array(4 * 16 * 12).fill(1 / 4), { tolerance: 1e-6 });
    expect(colourPrompt(input)).toBeAllClose(probabilities, { tolerance: 1e-6 });
  });
});

/** A red square on blue, and a seed in each: [square's left edge] in blocks of 4 pixels. */
function squareScene(left: number): Float32Array {
  const image = new Float32Array(3 * 32 * 32);
  for (let i = 0; i < 32 * 32; i++) {
    const inside = i % 32 >= 4 * left && i % 32 < 4 * left + 8 && i >= 12 * 32 && i < 20 * 32;
    image[(inside ? 0 : 2) * 32 * 32 + i] = 0.8;
  }
  return image;
}

describe('what it finds', () => {
  const keyPrompts = new Float32Array(2 * 32 * 32);
  keyPrompts[4 * 32 + 4] = 1;
  keyPrompts[32 * 32 + 16 * 32 + 14] = 1;

  it.each([3, 5])('a red square that was marked once, also where it moved to (left edge at block %i)', (left) => {
    const image = squareScene(left);
    const input = { width: 32, height: 32, labelCount: 2, keyImage: squareScene(3), keyPrompts, image };
    const probabilities = colourPrompt(input);
    const found = Array.from({ length: 32 * 32 }, (_, i) => probabilities[32 * 32 + i] > 0.5);
    expect(found).toEqual(Array.from({ length: 32 * 32 }, (_, i) => image[i] > 0));
  });

  it('sums of 1, never sure', async () => {
    const probabilities = colourPrompt(randomInput(16, 12, 5, 9));
    for (let i = 0; i < 16 * 12; i++) {
      let sum = 0;
      for (let label = 0; label < 5; label++) sum += probabilities[label * 16 * 12 + i];
      expect(sum).toBeCloseTo(1, 5);
    }
    expect(Math.min(...probabilities)).toBeGreaterThan(0.011);
  });

  it('the nearer mark where two labels have one colour', () => {
    const grey = new Float32Array(3 * 64 * 32).fill(0.5);
    const marks = new Float32Array(2 * 64 * 32);
    marks[16 * 64 + 12] = 1;
    marks[64 * 32 + 16 * 64 + 51] = 1;
    const probabilities = colourPrompt({
      width: 64,
      height: 32,
      labelCount: 2,
      keyImage: grey,
      keyPrompts: marks,
      image: grey,
    });
    for (let i = 0; i < 64 * 32; i++) {
      if (Math.abs((i % 64) - 31.5) < 1) continue;
      expect(probabilities[64 * 32 + i] > 0.5).toBe(i % 64 > 31);
    }
  });
});
