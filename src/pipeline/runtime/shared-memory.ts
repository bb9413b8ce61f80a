// SPDX-License-Identifier: MIT

const accepting = new WeakSet<GPUDevice>();

/**
 * onnxruntime's memory is a SharedArrayBuffer, and uploading from one crashes Dawn for Node (webgpu 0.6). Outside browsers a queue
 * gets a `writeBuffer` that copies such memory first.
 */
export function acceptSharedMemory(device: GPUDevice): void {
  const inBrowser = 'document' in globalThis || 'importScripts' in globalThis;
  if (inBrowser || accepting.has(device)) return;
  accepting.add(device);
  const { queue } = device;
  const writeBuffer = queue.writeBuffer.bind(queue);
  queue.writeBuffer = (buffer, offset, data, dataOffset, size) =>
    writeBuffer(buffer, offset, unshared(data, dataOffset ?? 0, size));
}

/** The bytes that `writeBuffer` would take; its offset and size count elements of a typed array, bytes of a buffer. */
function unshared(data: AllowSharedBufferSource, offset: number, size: number | undefined): Uint8Array<ArrayBuffer> {
  const view = ArrayBuffer.isView(data) ? data : new Uint8Array(data);
  const unit = 'BYTES_PER_ELEMENT' in view ? (view.BYTES_PER_ELEMENT as number) : 1;
  const start = view.byteOffset + offset * unit;
  const bytes = size === undefined ? view.byteLength - offset * unit : size * unit;
  const source = new Uint8Array(view.buffer, start, bytes);
  return view.buffer instanceof SharedArrayBuffer
    ? (source.slice() as Uint8Array<ArrayBuffer>)
    : (source as Uint8Array<ArrayBuffer>);
}
