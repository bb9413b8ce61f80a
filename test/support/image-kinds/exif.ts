// SPDX-License-Identifier: MIT

import {
  exifSegment,
  joinJpeg,
  jpegSegment,
  orientationEntry,
  orientationTiff,
  splitJpeg,
  tiff,
  withSegments,
} from '../exif.js';
import { jpegOf } from '../images.js';
import { type ImageKind, jpegTolerance, kind, picture } from './kind.js';

/** A JPEG with these parts behind its first marker. */
function jpegKind(name: string, ...segments: Uint8Array[]): ImageKind {
  return kind(name, async () => withSegments(await jpegOf(picture), ...segments), jpegTolerance);
}

const numbersOfTypes = { byte: 1, text: 2, long: 4, rational: 5, undefined: 7, 'signed short': 8, 'signed long': 9 };

export const exifKinds: ImageKind[] = [
  ...[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 255, 65535].flatMap((value) => [
    jpegKind(`EXIF orientation ${value}`, exifSegment(orientationTiff(value))),
    jpegKind(`EXIF orientation ${value}, big-endian`, exifSegment(orientationTiff(value, { order: 'MM' }))),
  ]),
  ...Object.entries(numbersOfTypes).flatMap(([name, type]) =>
    (['II', 'MM'] as const).map((order) =>
      jpegKind(`EXIF orientation as ${name}, ${order}`, exifSegment(tiff([orientationEntry(6, type)], { order }))),
    ),
  ),
  ...[0, 2, 3].map((count) =>
    jpegKind(`EXIF with ${count} orientations in one entry`, exifSegment(tiff([orientationEntry(6, 3, count)]))),
  ),
  ...[10, 26, 4000, 60000].map((directory) =>
    jpegKind(`EXIF directory at ${directory}`, exifSegment(orientationTiff(6, { directory }))),
  ),
  ...[0, 5000, 0xffffffff].map((saidDirectory) =>
    jpegKind(`EXIF directory said to be at ${saidDirectory}`, exifSegment(orientationTiff(6, { saidDirectory }))),
  ),
  jpegKind('two EXIF blocks', exifSegment(orientationTiff(6)), exifSegment(orientationTiff(3))),
  jpegKind('two EXIF blocks, the first without orientation', exifSegment(tiff([])), exifSegment(orientationTiff(6))),
  jpegKind('two EXIF blocks, the first out of range', exifSegment(orientationTiff(9)), exifSegment(orientationTiff(6))),
  jpegKind('two EXIF blocks, the first nonsense', exifSegment(Buffer.alloc(20, 'x')), exifSegment(orientationTiff(6))),
  jpegKind('two EXIF blocks, the first empty', exifSegment(Buffer.alloc(0)), exifSegment(orientationTiff(6))),
  jpegKind('two orientations', exifSegment(tiff([orientationEntry(6), orientationEntry(3)]))),
  jpegKind('two orientations, the first out of range', exifSegment(tiff([orientationEntry(9), orientationEntry(6)]))),
  jpegKind('two orientations, the first a long', exifSegment(tiff([orientationEntry(3, 4), orientationEntry(6)]))),
  jpegKind('EXIF behind XMP', jpegSegment(0xe1, 'http://ns.adobe.com/xap/1.0/\0<x/>'), exifSegment(orientationTiff(6))),
  jpegKind('EXIF behind fill bytes', Buffer.of(0xff, 0xff, 0xff), exifSegment(orientationTiff(6))),
  jpegKind('EXIF cut in its entry', exifSegment(orientationTiff(6).subarray(0, 18))),
  jpegKind('EXIF without its end', exifSegment(orientationTiff(6).subarray(0, 22))),
  jpegKind('EXIF of another magic number', exifSegment(Buffer.from(orientationTiff(6)).fill(43, 2, 3))),
  jpegKind('EXIF whose name ends with 0xff', jpegSegment(0xe1, 'Exif\0\u00ff', orientationTiff(6))),
  jpegKind('EXIF of another name', jpegSegment(0xe1, 'exif\0\0', orientationTiff(6))),
  jpegKind('EXIF in another segment', jpegSegment(0xe2, 'Exif\0\0', orientationTiff(6))),
  kind(
    'EXIF behind the frame',
    async () => {
      const { segments, rest } = splitJpeg(await jpegOf(picture));
      return joinJpeg({ segments, rest: Buffer.concat([exifSegment(orientationTiff(6)), rest]) });
    },
    jpegTolerance,
  ),
  kind(
    'EXIF behind the end',
    async () => Buffer.concat([await jpegOf(picture), exifSegment(orientationTiff(6))]),
    jpegTolerance,
  ),
];
