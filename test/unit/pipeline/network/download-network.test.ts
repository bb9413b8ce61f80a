// SPDX-License-Identifier: MIT

import { gzipSync } from 'node:zlib';
import { describe, expect, test, vi } from 'vitest';
import {
  type DownloadProgress,
  fetchNetwork,
  type NetworkFile,
} from '../../../../src/pipeline/network/fetch-network.js';
import { ArgumentError } from '../../../../src/problem/errors.js';
import { errorOf, expectModel, ModelHost, memoryCache, model, sha256 } from '../../../support/model-host.js';

const host = new ModelHost();

describe('a download', () => {
  test('gives the bytes of the file, checked', async () => {
    expectModel(await fetchNetwork(host.described()));
    expectModel(await fetchNetwork(host.described({ sha256, byteLength: model.length })));
    expectModel(await fetchNetwork(host.described({ sha256: sha256.toUpperCase() })));
  });

  test('takes another fetch', async () => {
    const asked: string[] = [];
    const fetch = async (address: string) => {
      asked.push(address);
      return new Response(model);
    };
    const bytes = await fetchNetwork({ name: 'mine', url: 'https://models.invalid/a.onnx', sha256 }, { fetch });
    expectModel(bytes);
    expect(asked).toEqual(['https://models.invalid/a.onnx']);
  });

  test('resolves relative addresses from the page, and says so where there is none', async () => {
    const relative = { name: 'mine', url: 'models/../mine.onnx', sha256 };
    await expect(fetchNetwork(relative)).rejects.toThrow(
      'url: got "models/../mine.onnx", expected an absolute address, as there is no page',
    );
    const asked: (string | undefined)[] = [];
    host.answer = (response, request) => {
      asked.push(request.url);
      response.end(model);
    };
    vi.stubGlobal('document', { baseURI: new URL('page/index.html', host.url).href });
    expectModel(await fetchNetwork(relative));
    vi.unstubAllGlobals();
    vi.stubGlobal('location', { href: new URL('worker.js', host.url).href });
    expectModel(await fetchNetwork(relative));
    expect(asked).toEqual(['/page/mine.onnx', '/mine.onnx']);
  });

  test('needs an address', async () => {
    await expect(fetchNetwork({ name: 'mine' })).rejects.toThrow(ArgumentError);
  });
});

describe('progress', () => {
  async function progressOf(file: NetworkFile): Promise<DownloadProgress[]> {
    const all: DownloadProgress[] = [];
    await fetchNetwork(file, { onProgress: (progress) => all.push(progress) });
    for (const { loadedBytes, totalBytes } of all) {
      expect(loadedBytes).toBeGreaterThanOrEqual(0);
      if (totalBytes !== undefined) expect(loadedBytes / totalBytes).toBeLessThanOrEqual(1);
    }
    expect(all.map(({ loadedBytes }) => loadedBytes)).toEqual(
      all.map(({ loadedBytes }) => loadedBytes).sort((a, b) => a - b),
    );
    expect(all.at(-1)).toEqual({ loadedBytes: model.length, totalBytes: model.length, from: 'network' });
    return all;
  }

  test('counts bytes up to the length that the server says', async () => {
    const all = await progressOf(host.described());
    expect(all.length).toBeGreaterThan(2);
    expect(all[0]).toEqual({ loadedBytes: 0, totalBytes: model.length, from: 'network' });
  });

  test('has no total where the server says none', async () => {
    host.answer = (response) => {
      response.write(model.subarray(0, 1000));
      response.end(model.subarray(1000));
    };
    const all = await progressOf(host.described());
    expect(all[0]).toEqual({ loadedBytes: 0, from: 'network' });
  });

  test('takes the total from the description', async () => {
    host.answer = (response) => response.end(model);
    const all = await progressOf(host.described({ byteLength: model.length }));
    expect(all[0]).toEqual({ loadedBytes: 0, totalBytes: model.length, from: 'network' });
  });

  test('takes the length of what is compressed for no total', async () => {
    const compressed = gzipSync(model);
    host.answer = (response) => {
      response.setHeader('content-encoding', 'gzip').setHeader('content-length', compressed.length).end(compressed);
    };
    const all = await progressOf(host.described());
    expect(all[0]).toEqual({ loadedBytes: 0, from: 'network' });
  });

  test('never exceeds a total that is too small: from there it is unknown', async () => {
    const all: DownloadProgress[] = [];
    // What a page sees of another site that compresses: a length, and no encoding.
    const fetch = async () => new Response(model, { headers: { 'content-length': '1000' } });
    await fetchNetwork(host.described(), { fetch, onProgress: (progress) => all.push(progress) });
    expect(all[0]).toEqual({ loadedBytes: 0, totalBytes: 1000, from: 'network' });
    for (const { loadedBytes, totalBytes } of all)
      expect(totalBytes ?? loadedBytes).toBeGreaterThanOrEqual(loadedBytes);
    expect(all).toContainEqual({ loadedBytes: model.length, from: 'network' });
  });
});

describe('bytes that are already there', () => {
  test('are checked like the others', async () => {
    const bytes = new Uint8Array(model);
    expect(await fetchNetwork({ name: 'mine', bytes, sha256 })).toBe(bytes);
    const error = await errorOf(fetchNetwork({ name: 'mine', bytes, sha256: 'ab'.repeat(32) }));
    expect(error.message).toContain('network "mine": another file than described');
    expect(host.requests).toBe(0);
  });

  test('may come from a function, asked once', async () => {
    const load = vi.fn(async () => new Uint8Array(model));
    const onProgress = vi.fn();
    expectModel(await fetchNetwork({ name: 'mine', bytes: load, sha256 }, { onProgress }));
    expect(load).toHaveBeenCalledOnce();
    expect(onProgress.mock.calls).toEqual([[{ loadedBytes: model.length, totalBytes: model.length, from: 'memory' }]]);
  });
});

describe('the cache', () => {
  test('keeps what was downloaded, and is asked first', async () => {
    const { cache, calls } = memoryCache();
    const onProgress = vi.fn();
    await fetchNetwork(host.described({ sha256 }), { cache });
    const again = await fetchNetwork(host.described({ sha256 }), { cache, onProgress });
    expectModel(again);
    expect(host.requests).toBe(1);
    expect(calls).toEqual(['get', 'put', 'get']);
    expect(onProgress.mock.calls).toEqual([[{ loadedBytes: model.length, totalBytes: model.length, from: 'cache' }]]);
  });

  test('is left alone without a hash, which alone tells an old file from a new one', async () => {
    const { cache, calls } = memoryCache();
    await fetchNetwork(host.described(), { cache });
    expect(calls).toEqual([]);
  });

  test('gives up a bad copy, and the file is downloaded once', async () => {
    const { cache, calls, files } = memoryCache({ [host.url]: model.subarray(0, 1000) });
    expectModel(await fetchNetwork(host.described({ sha256 }), { cache }));
    expect(calls).toEqual(['get', 'remove', 'put']);
    expect(files.get(host.url)?.length).toBe(model.length);
    expect(host.requests).toBe(1);
  });

  test('never gets a file that is not the right one', async () => {
    const { cache, calls, files } = memoryCache({ [host.url]: new Uint8Array(5) });
    const error = await errorOf(fetchNetwork(host.described({ sha256: 'ab'.repeat(32) }), { cache }));
    expect(error.reason).toBe('hash');
    expect(calls).toEqual(['get', 'remove']);
    expect(files.size).toBe(0);
    expect(host.requests).toBe(1);
  });

  test.each(['get', 'put', 'remove'] as const)('may fail: %s', async (method) => {
    const { cache } = memoryCache({ [host.url]: new Uint8Array(5) });
    cache[method] = async () => {
      throw new DOMException('no room', 'QuotaExceededError');
    };
    expectModel(await fetchNetwork(host.described({ sha256 }), { cache }));
  });

  test('may be missing, forbidden, or not wanted', async () => {
    expect(globalThis.caches).toBeUndefined();
    expectModel(await fetchNetwork(host.described({ sha256 })));
    const open = vi.fn(async () => {
      throw new DOMException('The operation is insecure.', 'SecurityError');
    });
    vi.stubGlobal('caches', { open });
    expectModel(await fetchNetwork(host.described({ sha256 })));
    expect(open).toHaveBeenCalledOnce();
    expectModel(await fetchNetwork(host.described({ sha256 }), { cache: false }));
    expect(open).toHaveBeenCalledOnce();
  });
});
