// SPDX-License-Identifier: MIT

/** A buffer of these values with COPY_SRC, COPY_DST and what else is asked for; the caller destroys it. */
export function filledBuffer(device: GPUDevice, values: Uint32Array | Float32Array, usage = 0x4 | 0x8): GPUBuffer {
  const buffer = device.createBuffer({ label: 'test', size: values.byteLength, usage: usage | 0x8 });
  device.queue.writeBuffer(buffer, 0, values.buffer, values.byteOffset, values.byteLength);
  return buffer;
}
