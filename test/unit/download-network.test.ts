// SPDX-License-Identifier: MIT

import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ArgumentError } from '../../src/crf/errors.js';
import { DownloadError } from '../../src/pipeline/network/download-error.js';
import { type DownloadProgress, fetchNetwork, type NetworkFile } from '../../src/pipeline/network/fetch-network.js';
import type { FileCache } from '../../src/pipeline/network/file-cache.js';
import { floats, node, onnxModel, value } from '../support/onnx.js';
import { randomFloats } from '../support/random.js';

/** 260 kB, more than one piece. */
const model = onnxModel({
  input: [value('x', [65_000])],
  output: [value('y', [65_000])],
  node: [node('Add', ['x', 'w'], ['y'])],
  initializer: [floats('w', [...randomFloats(65_000, 1)])],
});
const sha256 = hashOf(model);

/** One line where they differ, instead of 260,000. */
function expectModel(bytes: Uint8Array): void {
  expect(bytes.length).toBe(model.length);
  expect(hashOf(bytes)).toBe(sha256);
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

let server: Server;
let url: string;
let answer: (response: ServerResponse, request: IncomingMessage) => void;
let requests: number;

beforeEach(async () => {
  requests = 0;
  answer = (response) => response.setHeader('content-length', model.length).end(model);
  server = createServer((request, response) => {
    requests++;
    answer(response, request);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mine.onnx`;
});

afterEach(async () => {
  vi.unstubAllGlobals();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function described(rest: Partial<NetworkFile> = {}): NetworkFile {
  return { name: 'mine', url, ...rest };
}

async function errorOf(promise: Promise<unknown>): Promise<DownloadError> {
  const error = await promise.then(
    () => new Error('nothing was thrown'),
    (reason: unknown) => reason,
  );
  if (error instanceof DownloadError) return error;
  throw error;
}

/** A cache in memory that remembers what was asked of it. */
function memoryCache(copies: Record<string, Uint8Array> = {}) {
  const files = new Map(Object.entries(copies));
  const calls: string[] = [];
  const cache: FileCache = {
    async get(address) {
      calls.push('get');
      return files.get(address);
    },
    async put(address, bytes) {
      calls.push('put');
      files.set(address, bytes);
    },
    async remove(address) {
      calls.push('remove');
      files.delete(address);
    },
  };
  return { cache, calls, files };
}

describe('a download', () => {
  test('gives the bytes of the file, checked', async () => {
    expectModel(await fetchNetwork(described()));
    expectModel(await fetchNetwork(described({ sha256, byteLength: model.length })));
    expectModel(await fetchNetwork(described({ sha256: sha256.toUpperCase() })));
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
    answer = (response, request) => {
      asked.push(request.url);
      response.end(model);
    };
    vi.stubGlobal('document', { baseURI: new URL('page/index.html', url).href });
    expectModel(await fetchNetwork(relative));
    vi.unstubAllGlobals();
    vi.stubGlobal('location', { href: new URL('worker.js', url).href });
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
    const all = await progressOf(described());
    expect(all.length).toBeGreaterThan(2);
    expect(all[0]).toEqual({ loadedBytes: 0, totalBytes: model.length, from: 'network' });
  });

  test('has no total where the server says none', async () => {
    answer = (response) => {
      response.write(model.subarray(0, 1000));
      response.end(model.subarray(1000));
    };
    const all = await progressOf(described());
    expect(all[0]).toEqual({ loadedBytes: 0, from: 'network' });
  });

  test('takes the total from the description', async () => {
    answer = (response) => response.end(model);
    const all = await progressOf(described({ byteLength: model.length }));
    expect(all[0]).toEqual({ loadedBytes: 0, totalBytes: model.length, from: 'network' });
  });

  test('takes the length of what is compressed for no total', async () => {
    const compressed = gzipSync(model);
    answer = (response) => {
      response.setHeader('content-encoding', 'gzip').setHeader('content-length', compressed.length).end(compressed);
    };
    const all = await progressOf(described());
    expect(all[0]).toEqual({ loadedBytes: 0, from: 'network' });
  });

  test('never exceeds a total that is too small: from there it is unknown', async () => {
    const all: DownloadProgress[] = [];
    // What a page sees of another site that compresses: a length, and no encoding.
    const fetch = async () => new Response(model, { headers: { 'content-length': '1000' } });
    await fetchNetwork(described(), { fetch, onProgress: (progress) => all.push(progress) });
    expect(all[0]).toEqual({ loadedBytes: 0, totalBytes: 1000, from: 'network' });
    for (const { loadedBytes, totalBytes } of all)
      expect(totalBytes ?? loadedBytes).toBeGreaterThanOrEqual(loadedBytes);
    expect(all).toContainEqual({ loadedBytes: model.length, from: 'network' });
  });
});

describe('errors', () => {
  test('404 and 500', async () => {
    answer = (response) => response.writeHead(404).end('nothing here');
    const error = await errorOf(fetchNetwork(described({ sha256 })));
    expect(error.message).toBe(`network "mine", ${url}: the server answered 404 Not Found`);
    expect(error).toMatchObject({ reason: 'status', network: 'mine', url });
    answer = (response) => response.writeHead(500).end();
    expect((await errorOf(fetchNetwork(described()))).message).toContain('500 Internal Server Error');
  });

  test('a web page in the place of the model, by its type', async () => {
    answer = (response) =>
      response.setHeader('content-type', 'text/html; charset=utf-8').end('<!doctype html><p>Hello');
    const error = await errorOf(fetchNetwork(described({ sha256 })));
    expect(error.reason).toBe('content');
    expect(error.message).toContain('expected an ONNX model, got an HTML page (text/html)');
  });

  test('a web page in the place of the model, by its looks', async () => {
    answer = (response) => response.end('<!DOCTYPE html><html></html>');
    const error = await errorOf(fetchNetwork(described({ sha256 })));
    expect(error.message).toContain('got 28 bytes that are an HTML page');
    answer = (response) => response.end('version https://git-lfs.github.com/spec/v1');
    expect((await errorOf(fetchNetwork(described()))).message).toContain('a pointer of Git LFS');
    answer = (response) => response.end();
    expect((await errorOf(fetchNetwork(described()))).message).toContain('got 0 bytes that are empty');
  });

  test('a connection that breaks', async () => {
    answer = (response) => {
      response.setHeader('content-length', model.length);
      response.write(model.subarray(0, 100_000), () => response.destroy());
    };
    const error = await errorOf(fetchNetwork(described({ sha256 })));
    expect(error.reason).toBe('incomplete');
    expect(error.message).toMatch(/the connection broke after \d+ bytes of 260/);
    expect(error.cause).toBeDefined();
  });

  test('a truncated file, however little is known of the whole one', async () => {
    answer = (response) => response.end(model.subarray(0, 1000));
    const byLength = await errorOf(fetchNetwork(described({ byteLength: model.length })));
    expect(byLength.message).toContain(`got 1000 bytes, expected ${model.length}`);
    expect(byLength.reason).toBe('incomplete');
    const byHash = await errorOf(fetchNetwork(described({ sha256 })));
    expect(byHash.reason).toBe('hash');
    const byContent = await errorOf(fetchNetwork(described()));
    expect(byContent.reason).toBe('incomplete');
    expect(byContent.message).toContain('got 1000 bytes that are no whole ONNX model');
  });

  test('a file that is too long, before it is all there', async () => {
    let closed = false;
    answer = (response) => {
      response.on('close', () => {
        closed = true;
      });
      response.write(model);
    };
    const error = await errorOf(fetchNetwork(described({ byteLength: 1000 })));
    expect(error.message).toContain('got more than the expected 1000 bytes');
    await vi.waitFor(() => expect(closed).toBe(true));
  });

  test('another file than described', async () => {
    const other = 'ab'.repeat(32);
    const error = await errorOf(fetchNetwork(described({ sha256: other })));
    expect(error.reason).toBe('hash');
    expect(error.message).toContain(`its sha256 is ${sha256}, expected ${other}`);
    expect(requests).toBe(1);
  });

  test('nobody there, and nobody reachable', async () => {
    const gone = { name: 'mine', url: 'http://127.0.0.1:9/mine.onnx' };
    const error = await errorOf(fetchNetwork(gone));
    expect(error.reason).toBe('unreachable');
    expect(error.message).toContain("can't be reached: no connection, or the server lets no other site read its files");
    vi.stubGlobal('navigator', { onLine: false });
    expect((await errorOf(fetchNetwork(gone))).message).toContain('the browser is offline');
  });

  test('a hash where nobody can compute it, before anything is downloaded', async () => {
    vi.stubGlobal('crypto', {});
    const error = await errorOf(fetchNetwork(described({ sha256 })));
    expect(error.reason).toBe('unverifiable');
    expect(requests).toBe(0);
    // Whoever asks for none gets the file.
    expectModel(await fetchNetwork(described()));
  });
});

describe('bytes that are already there', () => {
  test('are checked like the others', async () => {
    const bytes = new Uint8Array(model);
    expect(await fetchNetwork({ name: 'mine', bytes, sha256 })).toBe(bytes);
    const error = await errorOf(fetchNetwork({ name: 'mine', bytes, sha256: 'ab'.repeat(32) }));
    expect(error.message).toContain('network "mine": another file than described');
    expect(requests).toBe(0);
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
    await fetchNetwork(described({ sha256 }), { cache });
    const again = await fetchNetwork(described({ sha256 }), { cache, onProgress });
    expectModel(again);
    expect(requests).toBe(1);
    expect(calls).toEqual(['get', 'put', 'get']);
    expect(onProgress.mock.calls).toEqual([[{ loadedBytes: model.length, totalBytes: model.length, from: 'cache' }]]);
  });

  test('is left alone without a hash, which alone tells an old file from a new one', async () => {
    const { cache, calls } = memoryCache();
    await fetchNetwork(described(), { cache });
    expect(calls).toEqual([]);
  });

  test('gives up a bad copy, and the file is downloaded once', async () => {
    const { cache, calls, files } = memoryCache({ [url]: model.subarray(0, 1000) });
    expectModel(await fetchNetwork(described({ sha256 }), { cache }));
    expect(calls).toEqual(['get', 'remove', 'put']);
    expect(files.get(url)?.length).toBe(model.length);
    expect(requests).toBe(1);
  });

  test('never gets a file that is not the right one', async () => {
    const { cache, calls, files } = memoryCache({ [url]: new Uint8Array(5) });
    const error = await errorOf(fetchNetwork(described({ sha256: 'ab'.repeat(32) }), { cache }));
    expect(error.reason).toBe('hash');
    expect(calls).toEqual(['get', 'remove']);
    expect(files.size).toBe(0);
    expect(requests).toBe(1);
  });

  test.each(['get', 'put', 'remove'] as const)('may fail: %s', async (method) => {
    const { cache } = memoryCache({ [url]: new Uint8Array(5) });
    cache[method] = async () => {
      throw new DOMException('no room', 'QuotaExceededError');
    };
    expectModel(await fetchNetwork(described({ sha256 }), { cache }));
  });

  test('may be missing, forbidden, or not wanted', async () => {
    expect(globalThis.caches).toBeUndefined();
    expectModel(await fetchNetwork(described({ sha256 })));
    const open = vi.fn(async () => {
      throw new DOMException('The operation is insecure.', 'SecurityError');
    });
    vi.stubGlobal('caches', { open });
    expectModel(await fetchNetwork(described({ sha256 })));
    expect(open).toHaveBeenCalledOnce();
    expectModel(await fetchNetwork(described({ sha256 }), { cache: false }));
    expect(open).toHaveBeenCalledOnce();
  });
});

describe('abort', () => {
  const never = new Promise<never>(() => {});

  /** Rejects with the very reason, though the work that it waits for goes on forever. */
  async function expectAbort(start: (signal: AbortSignal) => Promise<unknown>, when?: Promise<unknown>): Promise<void> {
    const controller = new AbortController();
    const promise = start(controller.signal);
    promise.catch(() => {});
    await when;
    controller.abort(new Error('enough'));
    await expect(promise).rejects.toThrow('enough');
  }

  test('before it began', async () => {
    await expect(fetchNetwork(described(), { signal: AbortSignal.abort() })).rejects.toThrow(
      expect.objectContaining({ name: 'AbortError' }),
    );
    expect(requests).toBe(0);
  });

  test('while the cache is asked, or written', async () => {
    const silent = { get: () => never, put: () => never, remove: () => never };
    await expectAbort((signal) => fetchNetwork(described({ sha256 }), { signal, cache: silent }));
    let written = () => {};
    const writing = new Promise<void>((resolve) => {
      written = resolve;
    });
    const { cache } = memoryCache();
    cache.put = () => {
      written();
      return never;
    };
    await expectAbort((signal) => fetchNetwork(described({ sha256 }), { signal, cache }), writing);
  });

  test('while the server thinks, and the connection is closed', async () => {
    let closed = () => {};
    const closing = new Promise<void>((resolve) => {
      closed = resolve;
    });
    const asked = new Promise<void>((resolve) => {
      answer = (response) => {
        response.on('close', closed);
        resolve();
      };
    });
    await expectAbort((signal) => fetchNetwork(described(), { signal }), asked);
    await closing;
  });

  test('between two pieces, and the connection is closed', async () => {
    let closed = () => {};
    const closing = new Promise<void>((resolve) => {
      closed = resolve;
    });
    answer = (response) => {
      response.on('close', closed);
      response.write(model.subarray(0, 1000));
    };
    let arrived = () => {};
    const arriving = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const onProgress = ({ loadedBytes }: DownloadProgress) => {
      if (loadedBytes > 0) arrived();
    };
    await expectAbort((signal) => fetchNetwork(described(), { signal, onProgress }), arriving);
    await closing;
  });

  test('of a fetch that knows nothing of signals', async () => {
    let cancelled = false;
    const body = new ReadableStream<Uint8Array>({
      pull: () => never,
      cancel: () => {
        cancelled = true;
      },
    });
    let answered = () => {};
    const answering = new Promise<void>((resolve) => {
      answered = resolve;
    });
    const fetch = async () => new Response(body);
    await expectAbort((signal) => fetchNetwork(described(), { signal, fetch, onProgress: answered }), answering);
    expect(cancelled).toBe(true);
  });

  test('while bytes are loaded from elsewhere', async () => {
    await expectAbort((signal) => fetchNetwork({ name: 'mine', bytes: () => never }, { signal }));
  });
});

test('what onProgress throws ends the download', async () => {
  const onProgress = () => {
    throw new Error('mine');
  };
  await expect(fetchNetwork(described(), { onProgress })).rejects.toThrow('mine');
});
