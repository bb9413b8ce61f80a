// SPDX-License-Identifier: MIT

import { orientationTiff } from '../exif.js';
import {
  codecOf,
  extendedWebp,
  losslessWebpOf,
  pixelsOfWebp,
  testPicture,
  webpAnimation,
  webpChunk,
  webpFrame,
} from '../images.js';
import { type ImageKind, jpegTolerance, kind, picture, roundingTolerance } from './kind.js';

const transparent = {
  ...picture,
  data: picture.data.map((value, i) => (i % 4 === 3 ? (i * 3) % 256 : value)),
};

export const webpKinds: ImageKind[] = [
  kind('WebP, lossless', () => losslessWebpOf(picture)),
  kind('WebP, lossy', () => codecOf(picture).webp({ quality: 80 }).toBuffer(), jpegTolerance),
  kind('WebP, transparent', () => losslessWebpOf(transparent), roundingTolerance),
  ...[3, 6, 9].map((value) =>
    kind(`WebP with EXIF orientation ${value}`, async () =>
      extendedWebp(8, 32, 20, pixelsOfWebp(await losslessWebpOf(picture)), webpChunk('EXIF', orientationTiff(value))),
    ),
  ),
  kind('WebP, animated', async () => {
    const [first, second] = await Promise.all([picture, testPicture(16, 10)].map(asFrame));
    return extendedWebp(2, 32, 20, webpAnimation(), webpFrame(0, 0, first), webpFrame(4, 4, second));
  }),
  kind('WebP, animated, its first frame smaller than the picture', async () => {
    const [first, second] = await Promise.all([testPicture(16, 10), picture].map(asFrame));
    return extendedWebp(18, 32, 20, webpAnimation(), webpFrame(6, 4, first), webpFrame(0, 0, second));
  }),
  kind('WebP, animated, of one frame', async () =>
    extendedWebp(2, 32, 20, webpAnimation(), webpFrame(0, 0, await asFrame(picture))),
  ),
];

async function asFrame(frame: typeof picture) {
  return { ...frame, webp: await losslessWebpOf(frame) };
}
