// SPDX-License-Identifier: MIT

import { BufferSet } from '../../gpu/buffers.js';
import { textureUsage } from '../../gpu/given-objects.js';
import type { ScopedDevice } from '../../gpu/scoped-device.js';
import { DeviceError } from '../../problem/errors.js';
import type { RgbaImage } from '../../problem/types.js';
import type { ViewTarget } from './target.js';

/** Rows of a copied texture begin at multiples of this, in bytes. */
const rowAlignment = 256;

/** Draws into a texture that lives for this, and reads it back. */
export async function readTexture(
  device: ScopedDevice,
  { width, height, format }: Omit<ViewTarget, 'view'>,
  encode: (encoder: GPUCommandEncoder, target: ViewTarget) => void,
): Promise<RgbaImage> {
  const limit = device.limits.maxTextureDimension2D;
  if (Math.max(width, height) > limit) {
    throw new DeviceError(`a picture of ${width}×${height}: the device's maxTextureDimension2D is ${limit}`);
  }
  const buffers = new BufferSet(device);
  const bytesPerRow = Math.ceil((4 * width) / rowAlignment) * rowAlignment;
  let texture: GPUTexture | undefined;
  try {
    const mapped = await device.mapped('reading the picture back', bytesPerRow * height, () => {
      const usage = textureUsage.renderAttachment | textureUsage.copySource;
      const drawn = device.createTexture({ label: 'Painter.export', size: [width, height], format, usage });
      texture = drawn;
      const staging = buffers.readback('Painter.export', bytesPerRow * height);
      device.submit('Painter.export', (encoder) => {
        encode(encoder, { view: drawn.createView(), width, height, format });
        encoder.copyTextureToBuffer({ texture: drawn }, { buffer: staging, bytesPerRow }, [width, height]);
      });
      return staging;
    });
    const rows = new Uint8Array(mapped.getMappedRange());
    const data = new Uint8ClampedArray(4 * width * height);
    for (let y = 0; y < height; y++) {
      data.set(rows.subarray(y * bytesPerRow, y * bytesPerRow + 4 * width), 4 * width * y);
    }
    return { data, width, height };
  } finally {
    texture?.destroy();
    buffers.destroy();
  }
}
