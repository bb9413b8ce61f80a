// SPDX-License-Identifier: MIT

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { decode } from 'fast-png';
import { describe } from 'vitest';
import { nuclei } from '../../src/pipeline/nuclei.js';
import type { Folder } from './command-line.js';
import { encodeGreyPng, encodeRgbPng } from './png.js';

/** Held-out micrographs with instance ids, which are not part of this repository. */
const folder = process.env.MEANFIELD_DATA;

/** Tests that need them; where MEANFIELD_DATA is not set they are left out, and a line says so. */
export function describeWithNuclei(name: string, tests: () => void): void {
  if (folder === undefined) process.stderr.write(`Left out, MEANFIELD_DATA is not set: ${name}\n`);
  describe.skipIf(folder === undefined)(name, tests);
}

/** Images of one kind, `fluor` or `colour` (H&E), sorted; a wrong folder is an error. */
export function nucleiImages(kind: 'fluor' | 'colour'): string[] {
  return readdirSync(nucleiFolder('images'))
    .filter((name) => name.startsWith(kind))
    .sort()
    .map((name) => path.join(nucleiFolder('images'), name));
}

export function nucleiFolder(name: 'images' | 'labels'): string {
  const found = path.join(folder ?? '', 'nuclei', name);
  if (existsSync(found)) return found;
  throw new Error(`MEANFIELD_DATA: got "${folder}", expected a folder with nuclei/${name}`);
}

const SIDE = 128;

/** Writes images/NAME.png and labels/NAME.png: the middle of each image, 128 pixels square. */
export async function storeMiddles(target: Folder, images: readonly string[]): Promise<void> {
  for (const name of ['images', 'labels']) await mkdir(target.file(name), { recursive: true });
  for (const image of images) {
    const name = path.basename(image);
    const picture = middleOf(image);
    const truth = middleOf(path.join(nucleiFolder('labels'), name));
    const rgb = Uint8Array.from({ length: 3 * SIDE * SIDE }, (_, i) =>
      picture.channels < 3 ? picture.at(Math.floor(i / 3), 0) : picture.at(Math.floor(i / 3), i % 3),
    );
    const ids = Uint16Array.from({ length: SIDE * SIDE }, (_, i) => truth.at(i, 0));
    await writeFile(target.file(`images/${name}`), encodeRgbPng(rgb, SIDE, SIDE));
    await writeFile(target.file(`labels/${name}`), encodeGreyPng(ids, SIDE, SIDE, 16));
  }
}

function middleOf(file: string): { channels: number; at: (pixel: number, channel: number) => number } {
  const { width, height, channels, data } = decode(readFileSync(file));
  const [left, top] = [Math.floor((width - SIDE) / 2), Math.floor((height - SIDE) / 2)];
  return {
    channels,
    at: (pixel, channel) =>
      data[((top + Math.floor(pixel / SIDE)) * width + left + (pixel % SIDE)) * channels + channel],
  };
}

/** Writes middles.onnx: `nuclei`, described for images of this size, so that it sees nuclei as large as in whole images. */
export async function storeNetworkForMiddles(target: Folder): Promise<string> {
  const { url: _url, sha256: _hash, input, ...description } = nuclei;
  const file = target.file('middles.onnx');
  await copyFile(path.join(import.meta.dirname, '../../models/nuclei.onnx'), file);
  await writeFile(target.file('middles.json'), JSON.stringify({ ...description, input: { ...input, longSide: SIDE } }));
  return file;
}
