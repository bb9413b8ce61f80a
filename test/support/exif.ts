// SPDX-License-Identifier: MIT

/** One entry of a TIFF's directory, four bytes of value included. */
export interface TiffEntry {
  tag: number;
  type: number;
  count: number;
  value: number;
}

interface TiffOptions {
  order?: 'II' | 'MM';
  /** Where the directory lies. */
  directory?: number;
  /** What the header says of that, where it lies. */
  saidDirectory?: number;
}

const byteTypes = [1, 2, 6, 7];
const wordTypes = [3, 8];

/** EXIF's block: a TIFF of one directory and no picture. */
export function tiff(entries: readonly TiffEntry[], options: TiffOptions = {}): Buffer {
  const { order = 'II', directory = 8, saidDirectory = directory } = options;
  const isLittle = order === 'II';
  const bytes = Buffer.alloc(directory + 2 + 12 * entries.length + 4);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  bytes.write(order, 0, 'latin1');
  view.setUint16(2, 42, isLittle);
  view.setUint32(4, saidDirectory, isLittle);
  view.setUint16(directory, entries.length, isLittle);
  for (const [i, { tag, type, count, value }] of entries.entries()) {
    const at = directory + 2 + 12 * i;
    view.setUint16(at, tag, isLittle);
    view.setUint16(at + 2, type, isLittle);
    view.setUint32(at + 4, count, isLittle);
    // A value of less than four bytes stands at their beginning.
    if (byteTypes.includes(type)) view.setUint8(at + 8, value);
    else if (wordTypes.includes(type)) view.setUint16(at + 8, value, isLittle);
    else view.setUint32(at + 8, value, isLittle);
  }
  return bytes;
}

export function orientationEntry(value: number, type = 3, count = 1): TiffEntry {
  return { tag: 0x0112, type, count, value };
}

export function orientationTiff(value: number, options: TiffOptions = {}): Buffer {
  return tiff([orientationEntry(value)], options);
}

/** A part of a JPEG. */
export function jpegSegment(marker: number, ...body: (Uint8Array | string)[]): Buffer {
  const bytes = Buffer.concat(body.map((part) => Buffer.from(part as string, 'latin1')));
  const head = Buffer.of(0xff, marker, 0, 0);
  head.writeUInt16BE(bytes.length + 2, 2);
  return Buffer.concat([head, bytes]);
}

export function exifSegment(block: Uint8Array): Buffer {
  return jpegSegment(0xe1, 'Exif\0\0', block);
}

/** Puts parts behind a JPEG's first marker. */
export function withSegments(jpeg: Uint8Array, ...segments: Uint8Array[]): Buffer {
  return Buffer.concat([jpeg.subarray(0, 2), ...segments, jpeg.subarray(2)]);
}

/** The parts of a JPEG before its first scan, and the rest. */
export function splitJpeg(jpeg: Uint8Array): { segments: { marker: number; bytes: Buffer }[]; rest: Buffer } {
  const bytes = Buffer.from(jpeg);
  const segments: { marker: number; bytes: Buffer }[] = [];
  let at = 2;
  while (bytes[at + 1] !== 0xda) {
    const end = at + 2 + bytes.readUInt16BE(at + 2);
    segments.push({ marker: bytes[at + 1], bytes: bytes.subarray(at, end) });
    at = end;
  }
  return { segments, rest: bytes.subarray(at) };
}

export function joinJpeg({ segments, rest }: ReturnType<typeof splitJpeg>): Buffer {
  return Buffer.concat([Buffer.of(0xff, 0xd8), ...segments.map(({ bytes }) => bytes), rest]);
}

/** Changes the header of a JPEG's frame: marker at 1, bits a sample at 4, height at 5, width at 7, components at 9. */
export function withFrame(jpeg: Uint8Array, change: (frame: Buffer) => void): Buffer {
  const parts = splitJpeg(Buffer.from(jpeg));
  const frame = parts.segments.find(({ marker }) => marker >= 0xc0 && marker <= 0xc2);
  if (!frame) throw new Error('a JPEG without a frame');
  change(frame.bytes);
  return joinJpeg(parts);
}
