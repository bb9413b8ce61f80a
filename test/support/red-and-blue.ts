// SPDX-License-Identifier: MIT

import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { RgbaImage } from '../../src/index.js';
import type { Folder } from './command-line.js';
import { encodeGreyPng, encodeRgbPng } from './png.js';
import { randomNumbers } from './random.js';
import { writeTinyNetwork } from './tiny-network.js';

export interface LabelledImage extends RgbaImage {
  truth: Uint8Array;
}

/** A red and a blue disc on grey, with noise, a width in 0..255, that misleads a network which looks at pixels one by one. */
export function redAndBlue(seed: number, width: number, height: number, noise = 160): LabelledImage {
  const random = randomNumbers(seed);
  for (let i = 0; i < 8; i++) random();
  const radius = 0.3 * Math.min(width, height);
  const discs = [1, 2].map((label) => ({ label, x: width * random(), y: height * random() }));
  const colours = [[60, 60, 60] as const, [190, 50, 50] as const, [50, 50, 190] as const];
  const truth = new Uint8Array(width * height);
  const data = new Uint8Array(4 * width * height).fill(255);
  for (let i = 0; i < width * height; i++) {
    const [x, y] = [i % width, Math.floor(i / width)];
    truth[i] = discs.find((disc) => Math.hypot(x - disc.x, y - disc.y) < radius)?.label ?? 0;
    for (let c = 0; c < 3; c++) data[4 * i + c] = Math.max(0, colours[truth[i]][c] + noise * (random() - 0.5));
  }
  return { data, width, height, truth };
}

/** Writes photos/NAME.png, truth/NAME.png, and tiny.onnx with its description. */
export async function storeRedAndBlue(folder: Folder, images: Readonly<Record<string, LabelledImage>>): Promise<void> {
  await writeTinyNetwork(folder.file('tiny'));
  for (const [name, { data, width, height, truth }] of Object.entries(images)) {
    const rgb = data.filter((_, i) => i % 4 < 3) as Uint8Array;
    const files = [
      [folder.file(`photos/${name}.png`), encodeRgbPng(rgb, width, height)],
      [folder.file(`truth/${name}.png`), encodeGreyPng(truth, width, height, 8)],
    ] as const;
    for (const [file, content] of files) {
      await mkdir(path.dirname(file), { recursive: true });
      await writeFile(file, content);
    }
  }
}
