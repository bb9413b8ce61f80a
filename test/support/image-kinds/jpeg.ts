// SPDX-License-Identifier: MIT

import sharp from 'sharp';
import { exifSegment, joinJpeg, jpegSegment, orientationTiff, splitJpeg, withFrame, withSegments } from '../exif.js';
import { codecOf, jpegOf } from '../images.js';
import { inDisplayP3 } from './colour.js';
import { type ImageKind, jpegTolerance, kind, picture } from './kind.js';

/** Of `cjpeg -arithmetic`: no encoder here writes them. */
const arithmeticJpeg =
  '/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAA0JCgsKCA0LCgsODg0PEyAVExISEyccHhcgLikxMC4pLSwzOko+MzZGNywtQFdBRkxOUlNSMj5aYV' +
  'pQYEpRUk//2wBDAQ4ODhMREyYVFSZPNS01T09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT0//yQARCAAI' +
  'ABADASIAAhEBAxEB/8wACgAQEAUBEBEF/9oADAMBAAIRAxEAPwD+7gEMHHqvsNm0g+5edYQyKKhWthe1uv0Mijfgyvd42TeQBvsm5P/Z';

export async function cmykJpeg(transform: number | null): Promise<Buffer> {
  const jpeg = await codecOf(picture).removeAlpha().toColourspace('cmyk').jpeg({ quality: 95 }).toBuffer();
  const { segments, rest } = splitJpeg(jpeg);
  const plain = joinJpeg({ segments: segments.filter(({ marker }) => marker !== 0xee), rest });
  if (transform === null) return plain;
  return withSegments(plain, jpegSegment(0xee, 'Adobe', Buffer.of(0, 100, 0, 0, 0, 0, transform)));
}

export const jpegKinds: ImageKind[] = [
  kind('JPEG', () => jpegOf(picture), jpegTolerance),
  kind('JPEG, progressive', () => codecOf(picture).jpeg({ progressive: true }).toBuffer(), jpegTolerance),
  kind('JPEG of coarse colours', () => codecOf(picture).jpeg({ chromaSubsampling: '4:2:0' }).toBuffer(), jpegTolerance),
  kind('JPEG, arithmetic', () => Buffer.from(arithmeticJpeg, 'base64'), jpegTolerance),
  kind(
    'JPEG, extended sequential',
    async () => withFrame(await jpegOf(picture), (f) => f.fill(0xc1, 1, 2)),
    jpegTolerance,
  ),
  kind('JPEG of grey', () => codecOf(picture).toColourspace('b-w').jpeg().toBuffer(), jpegTolerance),
  kind('JPEG with another file behind it', async () => Buffer.concat([await jpegOf(picture), await jpegOf(picture)])),
  ...[null, 0, 1, 2].map((transform) =>
    kind(
      `CMYK JPEG, ${transform === null ? 'no Adobe segment' : `Adobe transform ${transform}`}`,
      () => cmykJpeg(transform),
      jpegTolerance,
    ),
  ),
  kind(
    'CMYK JPEG of orientation 6',
    async () => withSegments(await cmykJpeg(0), exifSegment(orientationTiff(6))),
    jpegTolerance,
  ),
  kind(
    'CMYK JPEG with a profile of RGB',
    async () => {
      const { icc } = await sharp(await inDisplayP3('jpeg')).metadata();
      return withSegments(await cmykJpeg(0), jpegSegment(0xe2, 'ICC_PROFILE\0', Buffer.of(1, 1), icc ?? ''));
    },
    jpegTolerance,
  ),
];
