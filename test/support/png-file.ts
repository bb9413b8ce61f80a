// SPDX-License-Identifier: MIT

import { crc32, deflateSync } from 'node:zlib';

/** PNGs of every kind, written from the specification: encoders write few of them. */

export interface PngParts {
  width: number;
  height: number;
  /** 0 grey, 2 RGB, 3 palette, 4 grey and alpha, 6 RGBA. */
  colourType: 0 | 2 | 3 | 4 | 6;
  depth: 1 | 2 | 4 | 8 | 16;
  /** One value a channel, of `depth` bits. */
  pixel(x: number, y: number): readonly number[];
  interlaced?: boolean;
  /** Chunks before the pixels and after them. */
  before?: readonly Uint8Array[];
  after?: readonly Uint8Array[];
  /** Default: zlib's. */
  compress?(rows: Uint8Array): Uint8Array;
}

const signature = Buffer.from('\u0089PNG\r\n\u001a\n', 'latin1');

/** Where each of Adam7's passes begins, and its steps. */
const passes = [
  { x: 0, y: 0, right: 8, down: 8 },
  { x: 4, y: 0, right: 8, down: 8 },
  { x: 0, y: 4, right: 4, down: 8 },
  { x: 2, y: 0, right: 4, down: 4 },
  { x: 0, y: 2, right: 2, down: 4 },
  { x: 1, y: 0, right: 2, down: 2 },
  { x: 0, y: 1, right: 1, down: 2 },
];
const wholeImage = [{ x: 0, y: 0, right: 1, down: 1 }];

export function pngFile(parts: PngParts): Buffer {
  const { width, height, depth, colourType, interlaced = false, before = [], after = [] } = parts;
  const { compress = deflateSync } = parts;
  const rows = (interlaced ? passes : wholeImage).flatMap((pass) => rowsOf(parts, pass));
  return Buffer.concat([
    signature,
    pngHeader({ width, height, depth, colourType, interlace: interlaced ? 1 : 0 }),
    ...before,
    pngChunk('IDAT', compress(Buffer.concat(rows))),
    ...after,
    pngChunk('IEND', new Uint8Array(0)),
  ]);
}

function rowsOf({ width, height, depth, pixel }: PngParts, pass: (typeof passes)[number]): Buffer[] {
  const rows: Buffer[] = [];
  for (let y = pass.y; y < height; y += pass.down) {
    // One bit an element: short images only.
    const bits: number[] = [];
    for (let x = pass.x; x < width; x += pass.right) {
      for (const value of pixel(x, y)) for (let b = depth - 1; b >= 0; b--) bits.push((value >> b) & 1);
    }
    if (bits.length === 0) continue;
    const bytes = Array.from({ length: Math.ceil(bits.length / 8) }, (_, i) =>
      Number.parseInt(
        bits
          .slice(8 * i, 8 * i + 8)
          .join('')
          .padEnd(8, '0'),
        2,
      ),
    );
    // Filter 0: none.
    rows.push(Buffer.from([0, ...bytes]));
  }
  return rows;
}

export function pngHeader(header: {
  width: number;
  height: number;
  depth: number;
  colourType: number;
  interlace?: number;
}): Buffer {
  const data = Buffer.alloc(13);
  data.writeUInt32BE(header.width, 0);
  data.writeUInt32BE(header.height, 4);
  data.set([header.depth, header.colourType, 0, 0, header.interlace ?? 0], 8);
  return pngChunk('IHDR', data);
}

/** @param flaw added to the checksum. */
export function pngChunk(type: string, data: Uint8Array, flaw = 0): Buffer {
  const chunk = Buffer.alloc(12 + data.length);
  chunk.writeUInt32BE(data.length, 0);
  chunk.write(type, 4, 'latin1');
  chunk.set(data, 8);
  chunk.writeUInt32BE((crc32(chunk.subarray(4, 8 + data.length)) ^ flaw) >>> 0, 8 + data.length);
  return chunk;
}

/** The start of a file, of these chunks and no other. */
export function pngOf(...chunks: Uint8Array[]): Buffer {
  return Buffer.concat([signature, ...chunks]);
}

/** Colours that differ by index. */
export function pngPalette(count: number): Buffer {
  const colours = Array.from({ length: count }, (_, i) => [(i * 37) % 256, 255 - ((i * 3) % 256), (i * 91) % 256]);
  return pngChunk('PLTE', Uint8Array.from(colours.flat()));
}

const channelCounts = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 } as const;

/** A picture that looks different however it is turned, in any colour type and depth. */
export function testPng(
  colourType: PngParts['colourType'],
  depth: PngParts['depth'],
  more: Partial<PngParts> = {},
): Buffer {
  const { width = 32, height = 20 } = more;
  const most = 2 ** depth - 1;
  const channels = channelCounts[colourType];
  return pngFile({
    width,
    height,
    colourType,
    depth,
    pixel(x, y) {
      const [across, down] = [Math.floor((most * x) / width), Math.floor((most * y) / height)];
      const mixed = (x * 5 + y * 3) % (most + 1);
      const alpha = (x + y) % 3 === 0 ? across : most;
      if (channels === 1) return [mixed];
      return channels === 2 ? [across, alpha] : [across, down, mixed, alpha].slice(0, channels);
    },
    ...(colourType === 3 && !more.before ? { before: [pngPalette(2 ** depth)] } : undefined),
    ...more,
  });
}
