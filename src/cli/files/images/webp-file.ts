// SPDX-License-Identifier: MIT

import { type ImageFile, type SizeCheck, truncated } from './image-file.js';

/** Bytes of `RIFF` and the length that follows it. */
const riffBytes = 8;

/**
 * Checks that a WebP's file is whole. EXIF in a WebP turns nothing in Chromium, and so not here.
 *
 * @param sizeOf the codec's own reading of the header, of which WebP has three kinds
 */
export async function readWebpFile(
  bytes: Uint8Array,
  checkSize: SizeCheck,
  sizeOf: (bytes: Uint8Array) => Promise<{ width: number; height: number }>,
): Promise<ImageFile> {
  const said = bytes.length < riffBytes ? 0 : new DataView(bytes.buffer, bytes.byteOffset).getUint32(4, true);
  if (riffBytes + said > bytes.length) throw truncated('WebP');
  const { width, height } = await sizeOf(bytes);
  checkSize(width, height);
  return { width, height, orientation: 1, bytes };
}
