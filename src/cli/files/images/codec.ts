// SPDX-License-Identifier: MIT

import type { Metadata, OutputInfo, Sharp, SharpOptions } from 'sharp';
import { Failure, messageOf } from '../../failure.js';
import type { ImageFormat } from './image-file.js';

/** What libvips (through sharp) makes of image files. Sizes are checked before: it is let decode any. */

type Codec = typeof import('sharp').default;

let codec: Promise<Codec> | undefined;

/** Loaded by who needs it: a native library takes its time. */
export function loadCodec(): Promise<Codec> {
  codec ??= import('sharp').then(({ default: sharp }) => {
    // Each file is looked at once; what is kept of the last ones is memory lost.
    sharp.cache(false);
    return sharp;
  });
  return codec;
}

/** What a JPEG's decoder complains of where pixels are lost. Its other complaints are of habits that cameras have. */
const lostPixels = /premature end|bad (Huffman|arithmetic) code|found marker/i;

export async function decode(
  format: ImageFormat,
  bytes: Uint8Array,
  options: SharpOptions,
  steps: (image: Sharp) => Sharp,
): Promise<{ data: Buffer; info: OutputInfo }> {
  const sharp = await loadCodec();
  const run = (failOn: 'warning' | 'error') =>
    steps(sharp(bytes, { ...options, limitInputPixels: false, failOn })).toBuffer({ resolveWithObject: true });
  try {
    if (format !== 'JPEG') return await run('error');
    return await run('warning').catch((error: unknown) => {
      if (lostPixels.test(messageOf(error))) throw error;
      return run('error');
    });
  } catch (error) {
    throw damaged(format, error);
  }
}

/** Reads headers only. */
export async function readMetadata(format: ImageFormat, bytes: Uint8Array): Promise<Metadata> {
  const sharp = await loadCodec();
  try {
    return await sharp(bytes, { limitInputPixels: false, failOn: 'none' }).metadata();
  } catch (error) {
    throw damaged(format, error);
  }
}

/** The codec's first words, without the names of its own parts. */
function damaged(format: ImageFormat, error: unknown): Failure {
  const [first] = messageOf(error).split('\n');
  const reason = first.replace(/^Input \w+ has corrupt header:\s*/, '').replace(/^\w+: /, '');
  const isKnown = reason !== '' && reason !== 'libpng read error';
  return new Failure(`a damaged ${format}: ${isKnown ? reason : 'its pixels cannot be decoded'}`);
}

/** What makes a picture upright, by EXIF's orientation: a mirror (flip: up and down), then a turn clockwise in degrees. */
const turns: Readonly<Record<number, { mirror?: 'flip' | 'flop'; degrees: number }>> = {
  2: { mirror: 'flop', degrees: 0 },
  3: { degrees: 180 },
  4: { mirror: 'flip', degrees: 0 },
  5: { mirror: 'flip', degrees: 90 },
  6: { degrees: 90 },
  7: { mirror: 'flop', degrees: 90 },
  8: { degrees: 270 },
};

export function turnUpright(image: Sharp, orientation: number): Sharp {
  const turn = turns[orientation];
  if (!turn) return image;
  const { mirror, degrees } = turn;
  // The codec mirrors first, in whatever order the two are asked for.
  const mirrored = mirror ? image[mirror]() : image;
  return degrees === 0 ? mirrored : mirrored.rotate(degrees);
}
