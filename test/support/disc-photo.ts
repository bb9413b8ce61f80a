// SPDX-License-Identifier: MIT

import { writeFile } from 'node:fs/promises';
import { type Folder, temporaryFolder } from './command-line.js';
import { encodeRgbPng } from './png.js';

export const [width, height] = [40, 30];
export const pixelCount = width * height;

export const isInside = (i: number, radius: number) =>
  Math.hypot((i % width) - 20, Math.floor(i / width) - 15) < radius;

/** A dark picture with a bright disc, and what knows the disc roughly. */
export const disc = Array.from({ length: pixelCount }, (_, i) => isInside(i, 9));
export const coarse = Array.from({ length: pixelCount }, (_, i) => isInside(i - 2, 9));

/** With photo.png, and crf.json, which finds the disc from `coarse`. */
export async function folderWithPhoto(): Promise<Folder> {
  const folder = await temporaryFolder();
  const rgb = Uint8Array.from({ length: 3 * pixelCount }, (_, i) => (disc[Math.floor(i / 3)] ? 220 : 40));
  await writeFile(folder.file('photo.png'), encodeRgbPng(rgb, width, height));
  const kernels = [{ type: 'bilateral', sigmaXY: 10, sigmaRGB: 20, compatibility: 6 }];
  await writeFile(folder.file('crf.json'), JSON.stringify({ kernels, iterations: 5 }));
  return folder;
}
