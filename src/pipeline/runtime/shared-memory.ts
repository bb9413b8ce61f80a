// SPDX-License-Identifier: MIT

/** Whether `writeBuffer` takes a SharedArrayBuffer, which onnxruntime's memory is: uploading from one crashes Dawn for Node (webgpu 0.6). */
export function acceptsSharedMemory(): boolean {
  return 'document' in globalThis || 'importScripts' in globalThis;
}

/** A copy of the bytes that `writeBuffer` would take; its offset and size count elements of a typed array, bytes of a buffer. */
export function unshared(
  data: AllowSharedBufferSource,
  offset: number,
  size: number | undefined,
): Uint8Array<ArrayBuffer> {
  const view = ArrayBuffer.isView(data) ? data : new Uint8Array(data);
  const unit = 'BYTES_PER_ELEMENT' in view ? (view.BYTES_PER_ELEMENT as number) : 1;
  const start = view.byteOffset + offset * unit;
  const bytes = size === undefined ? view.byteLength - offset * unit : size * unit;
  const source = new Uint8Array(view.buffer, start, bytes);
  return view.buffer instanceof SharedArrayBuffer
    ? (source.slice() as Uint8Array<ArrayBuffer>)
    : (source as Uint8Array<ArrayBuffer>);
}
