// SPDX-License-Identifier: MIT

import { Failure } from '../../failure.js';
import { readOrientation } from './exif.js';
import type { ImageFile, SizeCheck } from './image-file.js';
import { encodePngChunks, isCritical, type PngChunk, pngChunks } from './png-chunks.js';
import { type ColourConversion, conversionOf } from './png-colour.js';

/** IHDR's colour types. */
export const pngColourTypes = { grey: 0, rgb: 2, palette: 3, greyAlpha: 4, rgba: 6 } as const;
const { grey, rgb, palette, greyAlpha, rgba } = pngColourTypes;

/** Bits a sample that each colour type may have. */
const depths: Readonly<Record<number, readonly number[]>> = {
  [grey]: [1, 2, 4, 8, 16],
  [rgb]: [8, 16],
  [palette]: [1, 2, 4, 8],
  [greyAlpha]: [8, 16],
  [rgba]: [8, 16],
};

export interface PngHeader {
  width: number;
  height: number;
  /** Bits a sample: 1, 2, 4, 8 or 16. */
  depth: number;
  colourType: number;
  isInterlaced: boolean;
}

export interface PngFile extends ImageFile, PngHeader {
  /** Red, green and blue by index. */
  palette?: readonly (readonly number[])[];
  /** What turns its colours into sRGB, where no colour profile among its bytes does. */
  colours?: ColourConversion;
  /** Its pixels, compressed. */
  pixels: readonly PngChunk[];
}

/**
 * Reads a PNG's chunks. `bytes` keeps of them what the decoder needs, and drops texts and other things that may be far larger than the
 * image.
 *
 * @throws Failure for files that are damaged, truncated or of a kind that is not supported
 */
export function readPngFile(bytes: Uint8Array, checkSize: SizeCheck): PngFile {
  let header: PngHeader | undefined;
  let colourTable: Uint8Array | undefined;
  /** The first of each kind before the pixels: later ones count for no browser. */
  const extras = new Map<string, Uint8Array>();
  const pixels: PngChunk[] = [];
  for (const { type, data } of pngChunks(bytes)) {
    if (!header) {
      if (type !== 'IHDR') throw unknownChunk(type);
      header = readHeader(data, checkSize);
    } else if (type === 'PLTE') {
      if (colourTable) throw new Failure('a damaged PNG: it has two palettes');
      colourTable = data;
    } else if (type === 'IDAT') {
      pixels.push({ type, data });
    } else if (isCritical(type)) {
      throw unknownChunk(type);
      // Transparency is of the palette before it.
    } else if (pixels.length === 0 && !extras.has(type) && !(type === 'tRNS' && isTooEarly(header, colourTable))) {
      extras.set(type, data);
    }
  }
  if (!header) throw new Failure('a damaged PNG: it has no header');
  if (pixels.length === 0) throw new Failure('a damaged PNG: it has no pixels');
  // Without a control of its own before them, the pixels are for those who can't show the animation.
  if (extras.has('acTL') && !extras.has('fcTL')) {
    throw new Failure('not supported: an animated PNG whose first frame is not its own image');
  }
  return describe(header, colourTable, extras, pixels);
}

function unknownChunk(type: string): Failure {
  const what = type === 'CgBI' ? "Apple's own kind of PNG" : 'a PNG';
  return new Failure(`not supported: ${what} with a chunk ${JSON.stringify(type)}`);
}

function readHeader(data: Uint8Array, checkSize: SizeCheck): PngHeader {
  if (data.length !== 13) throw new Failure(`a damaged PNG: its header has ${data.length} bytes, expected 13`);
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  const [depth, colourType, compression, filter, interlace] = data.subarray(8);
  checkSize(width, height);
  if (!depths[colourType]?.includes(depth)) {
    throw new Failure(`a damaged PNG: its header says colour type ${colourType} with ${depth} bits`);
  }
  if (compression !== 0 || filter !== 0 || interlace > 1) {
    const methods = `compression ${compression}, filter ${filter}, interlace ${interlace}`;
    throw new Failure(`not supported: a PNG of methods ${methods}, expected 0, 0, and 0 or 1`);
  }
  return { width, height, depth, colourType, isInterlaced: interlace === 1 };
}

function isTooEarly({ colourType }: PngHeader, colourTable: Uint8Array | undefined): boolean {
  return colourType === palette && !colourTable;
}

function describe(
  header: PngHeader,
  colourTable: Uint8Array | undefined,
  extras: ReadonlyMap<string, Uint8Array>,
  pixels: readonly PngChunk[],
): PngFile {
  const exif = extras.get('eXIf');
  const profile = extras.get('iCCP');
  const isGrey = header.colourType === grey || header.colourType === greyAlpha;
  // Chromium converts no grey of 16 bits without alpha.
  const colours = header.colourType === grey && header.depth === 16 ? undefined : conversionOf(extras, isGrey);
  const needed: PngChunk[] = [{ type: 'IHDR', data: encodeHeader(header) }];
  // Those who know cICP take it before a profile.
  if (profile && !extras.has('cICP')) needed.push({ type: 'iCCP', data: profile });
  const table = header.colourType === palette ? readPalette(header, colourTable) : undefined;
  if (table) needed.push({ type: 'PLTE', data: encodePalette(header, table) });
  const transparency = readTransparency(header, extras.get('tRNS'), (colourTable?.length ?? 0) / 3);
  if (transparency) needed.push({ type: 'tRNS', data: transparency });
  return {
    ...header,
    orientation: exif ? readOrientation(exif) : 1,
    ...(table ? { palette: table } : undefined),
    ...(colours ? { colours } : undefined),
    pixels,
    bytes: encodePngChunks([...needed, ...pixels]),
  };
}

function encodeHeader({ width, height, depth, colourType, isInterlaced }: PngHeader): Uint8Array {
  const data = Buffer.alloc(13);
  data.writeUInt32BE(width, 0);
  data.writeUInt32BE(height, 4);
  data.set([depth, colourType, 0, 0, isInterlaced ? 1 : 0], 8);
  return data;
}

/** Colours beyond what a sample can hold are left out. */
function readPalette({ depth }: PngHeader, colourTable: Uint8Array | undefined): number[][] {
  const count = Math.floor((colourTable?.length ?? 0) / 3);
  if (!colourTable || count === 0) throw new Failure('a damaged PNG: it has no palette');
  return Array.from({ length: Math.min(count, 2 ** depth) }, (_, index) => [
    ...colourTable.subarray(3 * index, 3 * index + 3),
  ]);
}

/** One colour for every index that a sample can hold: those beyond the palette's end are its last, as in Chromium. */
function encodePalette({ depth }: PngHeader, colours: readonly (readonly number[])[]): Uint8Array {
  const last = colours.length - 1;
  return Uint8Array.from(Array.from({ length: 2 ** depth }, (_, index) => colours[Math.min(index, last)]).flat());
}

/** undefined where there is none, or one that can't be meant. */
function readTransparency(
  { colourType, depth }: PngHeader,
  data: Uint8Array | undefined,
  colourCount: number,
): Uint8Array | undefined {
  if (!data) return undefined;
  if (colourType === palette) return data.subarray(0, Math.min(colourCount, 2 ** depth));
  const sampleCount = { [grey]: 1, [rgb]: 3 }[colourType];
  // One grey value, or one colour, is transparent: 16 bits a sample.
  if (sampleCount === undefined || data.length < 2 * sampleCount) return undefined;
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  for (let i = 0; i < sampleCount; i++) if (view.getUint16(2 * i) >= 2 ** depth) return undefined;
  return data.subarray(0, 2 * sampleCount);
}

/** Its samples alone, without what turns them into colours: indices of a palette, which are stored as grey values are, become those. */
export function encodePlainSamples(png: PngFile): Uint8Array {
  const colourType = png.colourType === palette ? grey : png.colourType;
  return encodePngChunks([{ type: 'IHDR', data: encodeHeader({ ...png, colourType }) }, ...png.pixels]);
}

/** A PNG of grey values of 8 bits, whose values are indices of these colours from now on. */
export function asPalettePng(bytes: Uint8Array, colours: readonly (readonly number[])[]): Uint8Array {
  const png = readPngFile(bytes, () => undefined);
  return encodePngChunks([
    { type: 'IHDR', data: encodeHeader({ ...png, colourType: palette }) },
    { type: 'PLTE', data: Uint8Array.from(colours.flat()) },
    ...png.pixels,
  ]);
}
