// SPDX-License-Identifier: MIT

import { Failure } from '../../failure.js';
import { readOrientation } from './exif.js';
import { type ImageFile, type SizeCheck, truncated } from './image-file.js';

const startOfScan = 0xda;
const endOfImage = 0xd9;
const app1 = 0xe1;

const exifBytes = 6;
const tiffHeaderBytes = 8;

interface FrameHeader {
  /** The marker that begins it: which of JPEG's processes made the file. */
  marker: number;
  /** Bits a sample. */
  precision: number;
  width: number;
  height: number;
  componentCount: number;
}

/** Reads a JPEG's headers, up to its first scan. Throws Failure for what no browser opens either. */
export function readJpegFile(bytes: Uint8Array, checkSize: SizeCheck): ImageFile {
  let frame: FrameHeader | undefined;
  let orientation: number | undefined;
  for (const { marker, body, end } of segmentsOf(bytes)) {
    if (isFrame(marker)) frame ??= readFrame(marker, body);
    // Only the first block counts, whatever is in it.
    if (marker === app1 && isExif(body)) orientation ??= readOrientation(body.subarray(exifBytes));
    if (marker !== startOfScan) continue;
    if (!frame) throw new Failure('a damaged JPEG: its pixels come before its size');
    checkFrame(frame, checkSize);
    if (!hasEnd(bytes, end)) throw truncated('JPEG');
    return { width: frame.width, height: frame.height, orientation: orientation ?? 1, bytes };
  }
  throw truncated('JPEG');
}

interface Segment {
  marker: number;
  body: Uint8Array;
  /** Where the next one begins. */
  end: number;
}

function* segmentsOf(bytes: Uint8Array): Generator<Segment> {
  for (let at = 2; ; ) {
    // Any number of 0xff may stand before a marker.
    while (at < bytes.length && !(bytes[at] === 0xff && bytes[at + 1] !== 0xff)) at++;
    const marker = bytes[at + 1];
    const body = at + 4;
    if (body > bytes.length) return;
    const end = at + 2 + (bytes[at + 2] << 8) + bytes[at + 3];
    if (isAlone(marker)) {
      at += 2;
      continue;
    }
    if (end < body) throw new Failure('a damaged JPEG: a part of it has an impossible length');
    if (end > bytes.length) return;
    yield { marker, body: bytes.subarray(body, end), end };
    at = end;
  }
}

/** Markers without a length: 0 is no marker but a data byte, 1 means nothing, the others are restarts, start and end. */
function isAlone(marker: number): boolean {
  return marker <= 1 || (marker >= 0xd0 && marker <= endOfImage);
}

/** Four of this row are tables; 0xf7 is JPEG-LS. */
function isFrame(marker: number): boolean {
  return (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) || marker === 0xf7;
}

function readFrame(marker: number, body: Uint8Array): FrameHeader {
  if (body.length < 6) throw new Failure('a damaged JPEG: its size is incomplete');
  const [precision, high, low, wide, narrow, componentCount] = body;
  return { marker, precision, height: (high << 8) + low, width: (wide << 8) + narrow, componentCount };
}

const unsupportedProcesses: Readonly<Record<number, string>> = {
  195: 'a lossless JPEG',
  197: 'a hierarchical JPEG',
  198: 'a hierarchical JPEG',
  199: 'a hierarchical JPEG',
  203: 'a lossless JPEG',
  205: 'a hierarchical JPEG',
  206: 'a hierarchical JPEG',
  207: 'a hierarchical JPEG',
  247: 'JPEG-LS',
};

function checkFrame({ marker, precision, width, height, componentCount }: FrameHeader, checkSize: SizeCheck): void {
  const process = unsupportedProcesses[marker];
  if (process) throw new Failure(`not supported: ${process}`);
  if (precision !== 8) throw new Failure(`not supported: a JPEG of ${precision} bits a sample, expected 8`);
  if (height === 0 && width > 0) throw new Failure('not supported: a JPEG that says its height after its pixels');
  checkSize(width, height);
  if (![1, 3, 4].includes(componentCount)) {
    throw new Failure(`not supported: a JPEG of ${componentCount} components, expected 1, 3 or 4`);
  }
}

/** A name of six bytes, of which Chromium looks at five, and the header of a TIFF. */
function isExif(body: Uint8Array): boolean {
  return body.length >= exifBytes + tiffHeaderBytes && String.fromCharCode(...body.subarray(0, 5)) === 'Exif\0';
}

/** In a scan a byte 0xff that belongs to no marker is followed by 0. */
function hasEnd(bytes: Uint8Array, from: number): boolean {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).lastIndexOf(Buffer.of(0xff, endOfImage)) >= from;
}
