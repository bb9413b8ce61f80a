// SPDX-License-Identifier: MIT

import { Failure } from '../../failure.js';
import { decode, readMetadata, turnUpright } from './codec.js';
import type { ImageFile, ImageFormat } from './image-file.js';
import { encodePngChunks, pngChunks } from './png-chunks.js';
import { type ColourConversion, convertColours } from './png-colour.js';

export interface Rgba {
  data: Uint8ClampedArray;
  width: number;
  height: number;
}

/** An image's pixels as Chromium shows them: upright, as sRGB, 8 bits a channel, straight alpha. */
export async function decodePhotograph(
  format: ImageFormat,
  image: ImageFile & { colours?: ColourConversion },
): Promise<Rgba> {
  const { orientation, colours } = image;
  const { space, icc, depth, channels } = await readMetadata(format, image.bytes);
  const profile = icc?.toString('latin1', 16, 20).trim();
  if (space === 'cmyk') return await decodeCmyk(format, image, profile);
  const isGrey = space === 'b-w' || space === 'grey16';
  // Chromium passes over profiles of another kind of colours; and over all for grey of 16 bits without alpha.
  const ignoreIcc = profile !== (isGrey ? 'GRAY' : 'RGB') || (space === 'grey16' && channels === 1);
  const bytes = depth === 'ushort' && !ignoreIcc ? await reduceDepth(image.bytes, isGrey) : image.bytes;
  const rgba = await decodeRaw(format, bytes, ignoreIcc, (steps) =>
    turnUpright(steps, orientation).toColourspace('srgb').ensureAlpha(),
  );
  if (colours) convertColours(rgba.data, colours);
  return rgba;
}

async function decodeRaw(
  format: ImageFormat,
  bytes: Uint8Array,
  ignoreIcc: boolean,
  steps: Parameters<typeof decode>[3],
): Promise<Rgba> {
  const { data, info } = await decode(format, bytes, { ignoreIcc }, (image) => steps(image).raw());
  const { width, height, channels } = info;
  if (channels !== 4) throw new Error(`the codec gave ${channels} channels, expected 4`);
  return { data: new Uint8ClampedArray(data.buffer, data.byteOffset, data.length), width, height };
}

/** A PNG of 16 bits as one of 8 with the same colour profile: the codec applies profiles to 8 bits only. */
async function reduceDepth(bytes: Uint8Array, isGrey: boolean): Promise<Uint8Array> {
  const { data } = await decode('PNG', bytes, { ignoreIcc: true }, (image) =>
    image.toColourspace(isGrey ? 'b-w' : 'srgb').png({ compressionLevel: 0 }),
  );
  const [header, ...rest] = pngChunks(data);
  return encodePngChunks([header, ...[...pngChunks(bytes)].filter(({ type }) => type === 'iCCP'), ...rest]);
}

/** Inks over one another, as Chromium mixes them where no profile says more. */
async function decodeCmyk(
  format: ImageFormat,
  { bytes, orientation }: ImageFile,
  profile: string | undefined,
): Promise<Rgba> {
  if (profile === 'CMYK') {
    throw new Failure(`not supported: a CMYK ${format} with a colour profile; convert it to sRGB`);
  }
  const rgba = await decodeRaw(format, bytes, true, (image) =>
    turnUpright(image.pipelineColourspace('cmyk'), orientation).toColourspace('cmyk'),
  );
  const { data } = rgba;
  for (let i = 0; i < data.length; i += 4) {
    const light = 255 - data[i + 3];
    for (let c = 0; c < 3; c++) data[i + c] = Math.floor(((255 - data[i + c]) * light) / 255);
    data[i + 3] = 255;
  }
  return rgba;
}
