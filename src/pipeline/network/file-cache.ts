// SPDX-License-Identifier: MIT

/** Keeps files by address. Any of the three may reject; whoever uses it then goes on without. */
export interface FileCache {
  /** undefined where there is no copy. */
  get(url: string): Promise<Uint8Array | undefined>;
  /** Keeps a copy. */
  put(url: string, bytes: Uint8Array): Promise<void>;
  /** Forgets the copy, where there is one. */
  remove(url: string): Promise<void>;
}

/** The browser's Cache API. undefined where there is none: in Node, and in pages that are neither https nor localhost. */
export async function openFileCache(name: string): Promise<FileCache | undefined> {
  // Its mere mention throws in a sandboxed frame.
  const cache = await globalThis.caches?.open(name);
  if (cache === undefined) return undefined;
  return {
    async get(url) {
      const response = await cache.match(url);
      return response && new Uint8Array(await response.arrayBuffer());
    },
    async put(url, bytes) {
      const headers = { 'content-type': 'application/octet-stream', 'content-length': String(bytes.length) };
      await cache.put(url, new Response(bytes as Uint8Array<ArrayBuffer>, { headers }));
    },
    async remove(url) {
      await cache.delete(url);
    },
  };
}
