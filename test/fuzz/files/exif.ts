// SPDX-License-Identifier: MIT

import type { Rgba } from '../../support/images.js';

/** An EXIF block, as cameras, phones and programs write it: TIFF 6.0 and EXIF 2.3. */
export interface GivenExif {
  orientation: number;
  bigEndian: boolean;
  /** Of the orientation: 3 SHORT, as it should be, or 4 LONG. */
  type: 3 | 4;
  /** Bytes between the header and the first directory. */
  gap: number;
  /** Entries before the orientation. */
  entriesBefore: number;
  /** The same block again. */
  isTwice: boolean;
}

/** After the start marker: APP1 blocks. */
export function withExif(jpeg: Uint8Array, given: GivenExif): Uint8Array {
  const block = app1(given);
  return Uint8Array.from([...jpeg.subarray(0, 2), ...block, ...(given.isTwice ? block : []), ...jpeg.subarray(2)]);
}

function app1({ orientation, bigEndian, type, gap, entriesBefore }: GivenExif): Buffer {
  const start = 8 + gap;
  const tiff = Buffer.alloc(start + 2 + 12 * (entriesBefore + 1) + 4);
  const write16 = (value: number, at: number) =>
    bigEndian ? tiff.writeUInt16BE(value, at) : tiff.writeUInt16LE(value, at);
  const write32 = (value: number, at: number) =>
    bigEndian ? tiff.writeUInt32BE(value, at) : tiff.writeUInt32LE(value, at);
  tiff.write(bigEndian ? 'MM' : 'II', 0, 'latin1');
  write16(42, 2);
  write32(start, 4);
  write16(entriesBefore + 1, start);
  for (let entry = 0; entry <= entriesBefore; entry++) {
    const at = start + 2 + 12 * entry;
    const isLast = entry === entriesBefore;
    // 0x0100 and on: width, height, …; 0x0112 is the orientation.
    write16(isLast ? 0x0112 : 0x0100 + entry, at);
    write16(isLast ? type : 3, at + 2);
    write32(1, at + 4);
    if (isLast && type === 4) write32(orientation, at + 8);
    else write16(isLast ? orientation : 1, at + 8);
  }
  const head = Buffer.from([0xff, 0xe1, 0, 0, ...Buffer.from('Exif\0\0', 'latin1')]);
  head.writeUInt16BE(2 + 6 + tiff.length, 2);
  return Buffer.concat([head, tiff]);
}

/** As browsers show it: 1 and what is no orientation stays, and so does one that is not a SHORT. */
export function turned(picture: Rgba, { orientation, type }: Pick<GivenExif, 'orientation' | 'type'>): Rgba {
  if (type !== 3 || orientation < 2 || orientation > 8) return picture;
  const { width, height, data } = picture;
  const isSwapped = orientation >= 5;
  const [across, down] = isSwapped ? [height, width] : [width, height];
  const result = new Uint8ClampedArray(data.length);
  for (let y = 0; y < down; y++) {
    for (let x = 0; x < across; x++) {
      const [fromX, fromY] = sourceOf(orientation, x, y, width, height);
      const from = 4 * (fromY * width + fromX);
      result.set(data.subarray(from, from + 4), 4 * (y * across + x));
    }
  }
  return { data: result, width: across, height: down };
}

/** Where pixel x, y of the upright picture is stored: EXIF 2.3, 4.6.4 A. */
function sourceOf(orientation: number, x: number, y: number, width: number, height: number): [number, number] {
  const [right, bottom] = [width - 1, height - 1];
  const sources: Record<number, [number, number]> = {
    2: [right - x, y],
    3: [right - x, bottom - y],
    4: [x, bottom - y],
    5: [y, x],
    6: [y, bottom - x],
    7: [right - y, bottom - x],
    8: [right - y, x],
  };
  return sources[orientation];
}
