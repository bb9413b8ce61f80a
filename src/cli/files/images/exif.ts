// SPDX-License-Identifier: MIT

/** Of a TIFF's entries the one that says how the camera was held, and the type of its value. */
const orientationTag = 0x0112;
const shortType = 3;

const entryBytes = 12;

/**
 * How a camera was held, from an EXIF block: 1 (upright) to 8.
 *
 * By Chromium's rules, which are not everybody's: the first entry of the first directory that holds one SHORT in 1..8 counts. Whatever is
 * missing, damaged, of another type or out of range leaves the picture as it is, without an error.
 *
 * @param tiff what follows `Exif\0\0` in a JPEG, or a PNG's eXIf chunk
 */
export function readOrientation(tiff: Uint8Array): number {
  const order = String.fromCharCode(...tiff.subarray(0, 4));
  const isLittle = order === 'II*\0';
  if (tiff.length < 8 || !(isLittle || order === 'MM\0*')) return 1;
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.length);
  const directory = view.getUint32(4, isLittle);
  if (directory + 2 > tiff.length) return 1;
  const count = view.getUint16(directory, isLittle);
  const entries = Math.min(count, Math.floor((tiff.length - directory - 2) / entryBytes));
  for (let i = 0; i < entries; i++) {
    const entry = directory + 2 + i * entryBytes;
    if (view.getUint16(entry, isLittle) !== orientationTag) continue;
    if (view.getUint16(entry + 2, isLittle) !== shortType || view.getUint32(entry + 4, isLittle) !== 1) continue;
    const value = view.getUint16(entry + 8, isLittle);
    if (value >= 1 && value <= 8) return value;
  }
  return 1;
}
