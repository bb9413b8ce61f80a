// SPDX-License-Identifier: MIT

import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { encodeFloatNpy } from '../../src/cli/files/npy.js';
import type { Folder } from './command-line.js';
import { encodeGreyPng, encodeRgbPng } from './png.js';
import { randomNumbers } from './random.js';

export interface DrawnExample {
  width: number;
  height: number;
  labelCount: number;
  /** [label, y, x] */
  logits: Float32Array;
  truth: Uint8Array;
  /** RGBA */
  image: Uint8ClampedArray;
}

/** Discs of one colour each on a ground, with noise; logits know the truth with noise of their own. */
export function drawnExample(seed: number, width: number, height: number, labelCount: number): DrawnExample {
  const random = randomNumbers(seed);
  for (let i = 0; i < 8; i++) random();
  const colour = () => [255 * random(), 255 * random(), 255 * random()];
  const ground = colour();
  const discs = Array.from({ length: 3 }, (_, index) => ({
    x: width * random(),
    y: height * random(),
    radius: (0.15 + 0.2 * random()) * width,
    label: 1 + ((index + seed) % (labelCount - 1)),
    colour: colour(),
  }));
  const truth = new Uint8Array(width * height);
  const image = new Uint8ClampedArray(4 * width * height).fill(255);
  const logits = new Float32Array(labelCount * width * height);
  for (let i = 0; i < width * height; i++) {
    const [x, y] = [i % width, Math.floor(i / width)];
    const disc = discs.find((candidate) => Math.hypot(x - candidate.x, y - candidate.y) < candidate.radius);
    truth[i] = disc?.label ?? 0;
    for (let c = 0; c < 3; c++) image[4 * i + c] = (disc?.colour ?? ground)[c] + 12 * (random() - 0.5);
    for (let label = 0; label < labelCount; label++) {
      logits[label * width * height + i] = (truth[i] === label ? 1.5 : 0) + 3 * random();
    }
  }
  return { width, height, labelCount, logits, truth, image };
}

/** Writes logits/NAME.npy, truth/NAME.png and photos/NAME.png, with a row of ignored pixels on top. */
export async function storeExamples(folder: Folder, examples: Readonly<Record<string, DrawnExample>>): Promise<void> {
  for (const [name, { width, height, labelCount, logits, truth, image }] of Object.entries(examples)) {
    const rgb = new Uint8Array(3 * width * height);
    for (let i = 0; i < width * height; i++) rgb.set(image.subarray(4 * i, 4 * i + 3), 3 * i);
    const ignored = truth.slice().fill(255, 0, width);
    const files: [string, Uint8Array | Uint8Array[]][] = [
      [`logits/${name}.npy`, encodeFloatNpy(logits, [labelCount, height, width])],
      [`truth/${name}.png`, encodeGreyPng(ignored, width, height, 8)],
      [`photos/${name}.png`, encodeRgbPng(rgb, width, height)],
    ];
    for (const [file, content] of files) {
      await mkdir(path.dirname(folder.file(file)), { recursive: true });
      await writeFile(folder.file(file), content);
    }
  }
}
