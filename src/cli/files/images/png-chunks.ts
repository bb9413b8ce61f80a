// SPDX-License-Identifier: MIT

import { crc32 } from 'node:zlib';
import { Failure } from '../../failure.js';
import { truncated } from './image-file.js';

export const pngSignature = Buffer.from('\u0089PNG\r\n\u001a\n', 'latin1');

/** Of a chunk: length and type before its data, checksum after it. */
const headBytes = 8;
const checksumBytes = 4;

export interface PngChunk {
  /** Four letters; an upper-case first one: nobody may pass over a chunk that they don't know. */
  type: string;
  data: Uint8Array;
}

/**
 * A PNG's chunks from the first to IEND, which is left out. One that is not needed and has a wrong checksum is left out too.
 *
 * @throws Failure for a file that ends before IEND; for a needed chunk with a wrong checksum, once it is asked for the one after it.
 */
export function* pngChunks(bytes: Uint8Array): Generator<PngChunk> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = pngSignature.length; at + headBytes + checksumBytes <= bytes.length; ) {
    const end = at + headBytes + view.getUint32(at);
    if (end + checksumBytes > bytes.length) break;
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + headBytes));
    if (type === 'IEND') return;
    const isNeeded = isCritical(type);
    // A needed chunk is given first: how large the image claims to be is looked at before anything of that size is read.
    if (isNeeded) yield { type, data: bytes.subarray(at + headBytes, end) };
    const isIntact = crc32(bytes.subarray(at + 4, end)) === view.getUint32(end);
    if (!isIntact && isNeeded) throw new Failure(`a damaged PNG: the checksum of ${type} is wrong`);
    if (isIntact && !isNeeded) yield { type, data: bytes.subarray(at + headBytes, end) };
    at = end + checksumBytes;
  }
  throw truncated('PNG');
}

export function isCritical(type: string): boolean {
  return /^[A-Z]/.test(type);
}

/** A whole file of these chunks and IEND. */
export function encodePngChunks(chunks: readonly PngChunk[]): Uint8Array {
  const pieces: Uint8Array[] = [pngSignature];
  for (const { type, data } of [...chunks, { type: 'IEND', data: new Uint8Array(0) }]) {
    const head = Buffer.alloc(headBytes);
    head.writeUInt32BE(data.length);
    head.write(type, 4, 'latin1');
    const checksum = Buffer.alloc(checksumBytes);
    checksum.writeUInt32BE(crc32(data, crc32(head.subarray(4))));
    pieces.push(head, data, checksum);
  }
  return Buffer.concat(pieces);
}
