// SPDX-License-Identifier: MIT

import { DeviceError } from '../../problem/errors.js';

/** Address of a WebAssembly file, or its bytes. */
export type WasmSource = string | URL | ArrayBuffer;

/** Undefined: whoever bundles knows where it is. */
export async function bytesOfWasm(wasm: WasmSource | undefined): Promise<ArrayBuffer | undefined> {
  return wasm === undefined || wasm instanceof ArrayBuffer ? wasm : await fetchWasm(wasm);
}

const attempts = 3;

/** A failed load inside onnxruntime is for good: so the bytes are brought here, more than once if need be. */
async function fetchWasm(url: string | URL): Promise<ArrayBuffer> {
  let reason = '';
  for (let attempt = 0; attempt < attempts; attempt++) {
    if (attempt > 0) await new Promise((resolve) => setTimeout(resolve, 300 * 4 ** attempt));
    try {
      const response = await fetch(url);
      if (response.ok) return await response.arrayBuffer();
      reason = `HTTP ${response.status}`;
      if (response.status < 500) break;
    } catch (error) {
      reason = (error as Error).message;
    }
  }
  throw new DeviceError(`onnxruntime's WebAssembly could not be fetched from ${url}: ${reason}`);
}
