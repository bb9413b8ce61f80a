// SPDX-License-Identifier: MIT

import { describe, expect, test, vi } from 'vitest';
import { type DownloadProgress, fetchNetwork } from '../../../../src/pipeline/network/fetch-network.js';
import { errorOf, expectModel, ModelHost, memoryCache, model, sha256 } from '../../../support/model-host.js';

const host = new ModelHost();

describe('errors', () => {
  test('404 and 500', async () => {
    host.answer = (response) => response.writeHead(404).end('nothing here');
    const error = await errorOf(fetchNetwork(host.described({ sha256 })));
    expect(error.message).toBe(`network "mine", ${host.url}: the server answered 404 Not Found`);
    expect(error).toMatchObject({ reason: 'status', network: 'mine', url: host.url });
    host.answer = (response) => response.writeHead(500).end();
    expect((await errorOf(fetchNetwork(host.described()))).message).toContain('500 Internal Server Error');
  });

  test('a web page in the place of the model, by its type', async () => {
    host.answer = (response) =>
      response.setHeader('content-type', 'text/html; charset=utf-8').end('<!doctype html><p>Hello');
    const error = await errorOf(fetchNetwork(host.described({ sha256 })));
    expect(error.reason).toBe('content');
    expect(error.message).toContain('expected an ONNX model, got an HTML page (text/html)');
  });

  test('a web page in the place of the model, by its looks', async () => {
    host.answer = (response) => response.end('<!DOCTYPE html><html></html>');
    const error = await errorOf(fetchNetwork(host.described({ sha256 })));
    expect(error.message).toContain('got 28 bytes that are an HTML page');
    host.answer = (response) => response.end('version https://git-lfs.github.com/spec/v1');
    expect((await errorOf(fetchNetwork(host.described()))).message).toContain('a pointer of Git LFS');
    host.answer = (response) => response.end();
    expect((await errorOf(fetchNetwork(host.described()))).message).toContain('got 0 bytes that are empty');
  });

  test('a connection that breaks', async () => {
    host.answer = (response) => {
      response.setHeader('content-length', model.length);
      response.write(model.subarray(0, 100_000), () => response.destroy());
    };
    const error = await errorOf(fetchNetwork(host.described({ sha256 })));
    expect(error.reason).toBe('incomplete');
    expect(error.message).toMatch(/the connection broke after \d+ bytes of 260/);
    expect(error.cause).toBeDefined();
  });

  test('a truncated file, however little is known of the whole one', async () => {
    host.answer = (response) => response.end(model.subarray(0, 1000));
    const byLength = await errorOf(fetchNetwork(host.described({ byteLength: model.length })));
    expect(byLength.message).toContain(`got 1000 bytes, expected ${model.length}`);
    expect(byLength.reason).toBe('incomplete');
    const byHash = await errorOf(fetchNetwork(host.described({ sha256 })));
    expect(byHash.reason).toBe('hash');
    const byContent = await errorOf(fetchNetwork(host.described()));
    expect(byContent.reason).toBe('incomplete');
    expect(byContent.message).toContain('got 1000 bytes that are no whole ONNX model');
  });

  test('a file that is too long, before it is all there', async () => {
    const closed = new Promise<void>((resolve) => {
      host.answer = (response) => {
        response.on('close', resolve);
        response.write(model);
      };
    });
    const error = await errorOf(fetchNetwork(host.described({ byteLength: 1000 })));
    expect(error.message).toContain('got more than the expected 1000 bytes');
    await closed;
  });

  test('another file than described', async () => {
    const other = 'ab'.repeat(32);
    const error = await errorOf(fetchNetwork(host.described({ sha256: other })));
    expect(error.reason).toBe('hash');
    expect(error.message).toContain(`its sha256 is ${sha256}, expected ${other}`);
    expect(host.requests).toBe(1);
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
    const error = await errorOf(fetchNetwork(host.described({ sha256 })));
    expect(error.reason).toBe('unverifiable');
    expect(host.requests).toBe(0);
    // Whoever asks for none gets the file.
    expectModel(await fetchNetwork(host.described()));
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
    await expect(fetchNetwork(host.described(), { signal: AbortSignal.abort() })).rejects.toThrow(
      expect.objectContaining({ name: 'AbortError' }),
    );
    expect(host.requests).toBe(0);
  });

  test('while the cache is asked, or written', async () => {
    const silent = { get: () => never, put: () => never, remove: () => never };
    await expectAbort((signal) => fetchNetwork(host.described({ sha256 }), { signal, cache: silent }));
    let written = () => {};
    const writing = new Promise<void>((resolve) => {
      written = resolve;
    });
    const { cache } = memoryCache();
    cache.put = () => {
      written();
      return never;
    };
    await expectAbort((signal) => fetchNetwork(host.described({ sha256 }), { signal, cache }), writing);
  });

  test('while the server thinks, and the connection is closed', async () => {
    let closed = () => {};
    const closing = new Promise<void>((resolve) => {
      closed = resolve;
    });
    const asked = new Promise<void>((resolve) => {
      host.answer = (response) => {
        response.on('close', closed);
        resolve();
      };
    });
    await expectAbort((signal) => fetchNetwork(host.described(), { signal }), asked);
    await closing;
  });

  test('between two pieces, and the connection is closed', async () => {
    let closed = () => {};
    const closing = new Promise<void>((resolve) => {
      closed = resolve;
    });
    host.answer = (response) => {
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
    await expectAbort((signal) => fetchNetwork(host.described(), { signal, onProgress }), arriving);
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
    await expectAbort((signal) => fetchNetwork(host.described(), { signal, fetch, onProgress: answered }), answering);
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
  await expect(fetchNetwork(host.described(), { onProgress })).rejects.toThrow('mine');
});
