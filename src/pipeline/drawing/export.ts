// SPDX-License-Identifier: MIT

import { BufferSet } from '../../gpu/buffers.js';
import { DeviceError } from '../../problem/errors.js';
import type { RgbaImage } from '../../problem/types.js';
import type { ViewTarget } from './target.js';

/** Rows of a copied texture begin at multiples of this, in bytes. */
const rowAlignment = 256;

/** Draws into a texture that lives for this, and reads it back. */
export async function readTexture(
  device: GPUDevice,
  { width, height, format }: Omit<ViewTarget, 'view'>,
  encode: (encoder: GPUCommandEncoder, target: ViewTarget) => void,
): Promise<RgbaImage> {
  const limit = device.limits.maxTextureDimension2D;
  if (Math.max(width, height) > limit) {
    throw new DeviceError(`a picture of ${width}×${height}: the device's maxTextureDimension2D is ${limit}`);
  }
  const buffers = new BufferSet(device);
  // RENDER_ATTACHMENT | COPY_SRC
  const texture = device.createTexture({ label: 'Painter.export', size: [width, height], format, usage: 0x10 | 0x1 });
  try {
    const bytesPerRow = Math.ceil((4 * width) / rowAlignment) * rowAlignment;
    const staging = buffers.readback('Painter.export', bytesPerRow * height);
    const encoder = device.createCommandEncoder({ label: 'Painter.export' });
    encode(encoder, { view: texture.createView(), width, height, format });
    encoder.copyTextureToBuffer({ texture }, { buffer: staging, bytesPerRow }, [width, height]);
    device.queue.submit([encoder.finish()]);
    await staging.mapAsync(1).catch((error: Error) => {
      throw new DeviceError(`reading the picture back failed: ${error.message}`);
    });
    const rows = new Uint8Array(staging.getMappedRange());
    const data = new Uint8ClampedArray(4 * width * height);
    for (let y = 0; y < height; y++) {
      data.set(rows.subarray(y * bytesPerRow, y * bytesPerRow + 4 * width), 4 * width * y);
    }
    staging.unmap();
    return { data, width, height };
  } finally {
    texture.destroy();
    buffers.destroy();
  }
}
