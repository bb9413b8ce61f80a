// SPDX-License-Identifier: MIT

import { afterAll, beforeAll, expect, test } from 'vitest';
import { image } from '../../../src/stages/image.js';
import { randomImage } from '../../support/random.js';
import { StageDevice } from '../../support/stage-device.js';

let gpu: StageDevice;
beforeAll(async () => {
  gpu = await StageDevice.create();
});
afterAll(() => gpu.finish());

test.each([1, 2, 3, 64])('workgroups of %i pack every byte of a texture', async (workgroupSize) => {
  const [width, height] = [7, 5];
  const rgba = randomImage(width * height, 3).map((byte, i) => (i % 4 === 3 ? (i * 7) % 256 : byte));
  const packed = gpu.filled(width * height + 1, 5);
  await gpu.run(image, {
    constants: { workgroupSize },
    bindings: { source: gpu.texture(rgba, width, height).createView(), image: packed },
    items: width * height,
  });
  const words = await gpu.words(packed, width * height + 1);
  expect(new Uint8ClampedArray(words.buffer, 0, rgba.length)).toEqual(rgba);
  // The word behind the last pixel is nobody's.
  expect(words[width * height]).toBe(new Uint32Array(Float32Array.of(5).buffer)[0]);
});
