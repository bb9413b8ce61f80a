// SPDX-License-Identifier: MIT

import * as fc from 'fast-check';
import type { ImageInput } from '../../../src/problem/api.js';
import type { ProblemSize, RgbaImage } from '../../../src/problem/types.js';
import { randomNumbers } from '../../support/random.js';

/** An image in a few numbers: what a failure prints, and what shrinks. */
export interface GivenImage {
  /** How many colours it has: 1 for a constant one, 0 for noise. */
  colours: number;
  seed: number;
  as: 'Uint8Array' | 'Uint8ClampedArray' | 'buffer' | 'texture';
}

export function givenImage(sources: readonly GivenImage['as'][]): fc.Arbitrary<GivenImage> {
  return fc.record({
    colours: fc.constantFrom(3, 1, 2, 7, 0),
    seed: fc.nat(999),
    as: fc.constantFrom(...sources),
  });
}

/** RGBA, [y, x, 4]; alpha is noise, which nothing reads. */
export function imageBytes({ colours, seed }: GivenImage, { width, height }: ProblemSize): Uint8Array {
  const random = randomNumbers(seed);
  const palette = Array.from({ length: colours }, () => [random(), random(), random()].map((part) => 256 * part));
  const data = new Uint8Array(4 * width * height);
  for (let pixel = 0; pixel < width * height; pixel++) {
    // Stripes of one colour, so that pixels share simplices.
    const colour = palette[Math.floor((colours * ((pixel % width) + Math.floor(pixel / width))) / (width + height))];
    for (let channel = 0; channel < 4; channel++) {
      data[4 * pixel + channel] = channel < 3 && colour ? colour[channel] + 6 * random() : 256 * random();
    }
  }
  return data;
}

/** The image as a caller gives it. What it holds on the GPU goes to `owned`, for the caller to destroy. */
export function imageInput(
  given: GivenImage,
  bytes: Uint8Array,
  size: ProblemSize,
  device: GPUDevice | undefined,
  owned: { destroy(): void }[],
): ImageInput {
  const { width, height } = size;
  if (given.as === 'buffer' && device) {
    const buffer = device.createBuffer({ label: 'image', size: bytes.length, usage: 0x80 | 0x4 | 0x8 });
    device.queue.writeBuffer(buffer, 0, bytes as Uint8Array<ArrayBuffer>);
    owned.push(buffer);
    return buffer;
  }
  if (given.as === 'texture' && device) {
    const texture = device.createTexture({
      label: 'image',
      size: [width, height],
      format: 'rgba8unorm',
      usage: 0x4 | 0x2,
    });
    device.queue.writeTexture({ texture }, bytes as Uint8Array<ArrayBuffer>, { bytesPerRow: 4 * width }, [
      width,
      height,
    ]);
    owned.push(texture);
    return texture;
  }
  const data = given.as === 'Uint8ClampedArray' ? new Uint8ClampedArray(bytes) : bytes.slice();
  return { data, width, height } satisfies RgbaImage;
}
