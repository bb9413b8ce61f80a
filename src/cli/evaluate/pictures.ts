// SPDX-License-Identifier: MIT

import { createHash } from 'node:crypto';
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { RgbaImage } from '../../index.js';
import { writeAtomically } from '../batch/atomic-file.js';
import { about } from '../failure.js';
import { ifThere, makeFolder } from '../files/folder.js';
import { loadCodec } from '../files/images/codec.js';
import { drawOverlay } from '../refine/overlay.js';
import { type Colour, labelColours } from '../refine/palette.js';

/** Long side of one tile in pixels. */
const TILE = 256;

/** Between two tiles, in pixels. */
const GAP = 4;

/** Of WebP, 0..100. */
const QUALITY = 82;

/** What a strip shows, from left to right. */
export interface Strip {
  image?: RgbaImage;
  /** Any value outside 0..labelCount-1 is drawn as ignored. */
  truth: ArrayLike<number>;
  before: ArrayLike<number>;
  after?: ArrayLike<number>;
  width: number;
  height: number;
  labelCount: number;
  /** By label; without: those of `labelColours`. */
  colours?: readonly Colour[];
}

/** Strips of small pictures, one WebP an item, in a folder. */
export class Pictures {
  constructor(private readonly folder: string) {}

  async has(item: string): Promise<boolean> {
    const file = this.fileOf(item);
    return (await about(file, () => ifThere(stat(file)))) !== undefined;
  }

  async write(item: string, strip: Strip): Promise<void> {
    await makeFolder(this.folder);
    await writeAtomically(this.fileOf(item), [await encodeWebp(drawStrip(strip))]);
  }

  /** undefined where there is none. */
  async read(item: string): Promise<Buffer | undefined> {
    const file = this.fileOf(item);
    return await about(file, () => ifThere(readFile(file)));
  }

  /** Removes all but those of `items`. */
  async keep(items: ReadonlySet<string>): Promise<void> {
    const names = new Set([...items].map((item) => path.basename(this.fileOf(item))));
    await about(this.folder, async () => {
      for (const name of (await ifThere(readdir(this.folder))) ?? []) {
        if (name.endsWith('.webp') && !names.has(name)) await rm(path.join(this.folder, name), { force: true });
      }
    });
  }

  /** An item's name may have slashes, and be longer than a file's may. */
  private fileOf(item: string): string {
    return path.join(this.folder, `${createHash('sha256').update(item).digest('hex').slice(0, 32)}.webp`);
  }
}

/** The tiles side by side on white; RGBA. */
export function drawStrip(strip: Strip): RgbaImage {
  const scale = Math.max(strip.width, strip.height) / TILE;
  const size = {
    width: Math.max(1, Math.round(strip.width / Math.max(1, scale))),
    height: Math.max(1, Math.round(strip.height / Math.max(1, scale))),
  };
  const photograph = shrinkPhotograph(strip, size);
  const maps = [strip.truth, strip.before, ...(strip.after ? [strip.after] : [])];
  const colours = strip.colours ?? labelColours(strip.labelCount);
  const tiles = maps.map((labels) => drawTile(photograph, shrinkLabels(labels, strip, size), colours));
  if (strip.image) tiles.unshift(withoutAlpha(photograph));
  const width = tiles.length * size.width + (tiles.length - 1) * GAP;
  const data = new Uint8ClampedArray(4 * width * size.height).fill(255);
  for (const [index, tile] of tiles.entries()) {
    const left = index * (size.width + GAP);
    for (let y = 0; y < size.height; y++) {
      for (let x = 0; x < size.width; x++) {
        const [from, to] = [3 * (y * size.width + x), 4 * (y * width + left + x)];
        for (let c = 0; c < 3; c++) data[to + c] = tile[from + c];
      }
    }
  }
  return { data, width, height: size.height };
}

interface Size {
  width: number;
  height: number;
}

/** Mean of the pixels under each pixel of the tile; without a photograph a plain grey. */
function shrinkPhotograph({ image, width, height }: Strip, size: Size): RgbaImage {
  const data = new Uint8ClampedArray(4 * size.width * size.height).fill(255);
  if (!image) return { data: data.fill(225), ...size };
  for (let y = 0; y < size.height; y++) {
    const [top, bottom] = span(y, size.height, height);
    for (let x = 0; x < size.width; x++) {
      const [left, right] = span(x, size.width, width);
      for (let c = 0; c < 3; c++) {
        let sum = 0;
        for (let v = top; v < bottom; v++) {
          for (let u = left; u < right; u++) sum += image.data[4 * (v * width + u) + c];
        }
        data[4 * (y * size.width + x) + c] = sum / ((bottom - top) * (right - left));
      }
    }
  }
  return { data, ...size };
}

function span(index: number, count: number, extent: number): [from: number, to: number] {
  const from = Math.floor((index * extent) / count);
  return [from, Math.max(from + 1, Math.floor(((index + 1) * extent) / count))];
}

/** The label in the middle under each pixel of the tile. */
function shrinkLabels(labels: ArrayLike<number>, { width, height }: Strip, size: Size): Int32Array {
  const shrunk = new Int32Array(size.width * size.height);
  for (let y = 0; y < size.height; y++) {
    const row = Math.floor((y + 0.5) * (height / size.height)) * width;
    for (let x = 0; x < size.width; x++) {
      shrunk[y * size.width + x] = labels[row + Math.floor((x + 0.5) * (width / size.width))];
    }
  }
  return shrunk;
}

/** RGB. What is ignored is hatched. */
function drawTile(photograph: RgbaImage, labels: Int32Array, colours: readonly Colour[]): Uint8Array {
  const isLabel = (label: number) => label >= 0 && label < colours.length;
  const drawn = drawOverlay(
    photograph,
    Uint32Array.from(labels, (label) => (isLabel(label) ? label : 0)),
    colours,
  );
  for (let i = 0; i < labels.length; i++) {
    if (isLabel(labels[i])) continue;
    const x = i % photograph.width;
    const y = (i - x) / photograph.width;
    drawn.fill((x + y) % 8 < 2 ? 150 : 245, 3 * i, 3 * i + 3);
  }
  return drawn;
}

function withoutAlpha({ data }: RgbaImage): Uint8Array {
  const rgb = new Uint8Array((data.length / 4) * 3);
  for (let i = 0; 4 * i < data.length; i++) {
    for (let c = 0; c < 3; c++) rgb[3 * i + c] = data[4 * i + c];
  }
  return rgb;
}

async function encodeWebp({ data, width, height }: RgbaImage): Promise<Uint8Array> {
  const sharp = await loadCodec();
  return await sharp(data, { raw: { width, height, channels: 4 } })
    .webp({ quality: QUALITY })
    .toBuffer();
}
