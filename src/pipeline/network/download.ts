// SPDX-License-Identifier: MIT

import { describe } from '../../problem/describe.js';
import type { DownloadFailure } from './download-error.js';

export interface DownloadOptions {
  fetch: (url: string, init: { signal?: AbortSignal }) => Promise<Response>;
  signal?: AbortSignal;
  /** Bytes of the file, where they are known beforehand. */
  byteLength?: number;
  /** @param totalBytes undefined while nobody knows; never less than loadedBytes */
  onProgress: (loadedBytes: number, totalBytes: number | undefined) => void;
  /** Makes the error to throw. */
  fail: (reason: DownloadFailure, what: string, cause?: unknown) => Error;
}

/** All bytes of a file, reported as they come in. */
export async function download(url: string, options: DownloadOptions): Promise<Uint8Array> {
  const { fetch, signal, byteLength, onProgress, fail } = options;
  const response = await request(url, fetch, signal, fail);
  try {
    refuseOther(response, fail);
  } catch (error) {
    await response.body?.cancel();
    throw error;
  }
  // The one says it of the file, the other of what is sent: compressed, that is less.
  const expected = byteLength ?? declaredLength(response);
  const pieces: Uint8Array[] = [];
  let loaded = 0;
  onProgress(0, expected);
  for await (const piece of piecesOf(response, signal, (cause) =>
    fail('incomplete', `the connection broke after ${loaded} bytes${expected ? ` of ${expected}` : ''}`, cause),
  )) {
    pieces.push(piece);
    loaded += piece.length;
    if (byteLength !== undefined && loaded > byteLength) {
      throw fail('incomplete', `got more than the expected ${byteLength} bytes`);
    }
    onProgress(loaded, expected !== undefined && loaded <= expected ? expected : undefined);
  }
  return join(pieces, loaded);
}

async function request(
  url: string,
  fetch: DownloadOptions['fetch'],
  signal: AbortSignal | undefined,
  fail: DownloadOptions['fail'],
): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, signal ? { signal } : {});
  } catch (cause) {
    signal?.throwIfAborted();
    const offline = globalThis.navigator?.onLine === false;
    const why = offline ? 'the browser is offline' : 'no connection, or the server lets no other site read its files';
    throw fail('unreachable', `can't be reached: ${why}`, cause);
  }
  // `fetch` may be the user's own.
  if (isResponse(response)) return response;
  throw fail('content', `expected a Response of fetch, got ${describe(response)}`);
}

/** Of any implementation of fetch. */
function isResponse(value: unknown): boolean {
  try {
    const { headers, body, ok } = value as Partial<Response>;
    const hasBody = body === null || typeof body?.getReader === 'function';
    return typeof ok === 'boolean' && typeof headers?.get === 'function' && hasBody;
  } catch {
    return false;
  }
}

/** A server that answers every address with its start page is noticed before the page is taken for a short model. */
function refuseOther(response: Response, fail: DownloadOptions['fail']): void {
  if (!response.ok) {
    throw fail('status', `the server answered ${response.status} ${response.statusText}`.trimEnd());
  }
  const type = response.headers.get('content-type')?.split(';')[0].trim().toLowerCase();
  if (type === 'text/html' || type === 'application/xhtml+xml') {
    throw fail('content', `expected an ONNX model, got an HTML page (${type})`);
  }
}

function declaredLength({ headers }: Response): number | undefined {
  const text = headers.get('content-length');
  const encoding = headers.get('content-encoding') ?? 'identity';
  // Another site's server need not tell the encoding: then the number may be too small, and what exceeds it is unknown again.
  return text !== null && /^[1-9]\d*$/.test(text) && encoding === 'identity' ? Number(text) : undefined;
}

async function* piecesOf(
  { body }: Response,
  signal: AbortSignal | undefined,
  broken: (cause: unknown) => Error,
): AsyncGenerator<Uint8Array> {
  if (body === null) return;
  const reader = body.getReader();
  // A body that doesn't belong to the signal's own fetch must end, too: what is pending is then resolved as done.
  const stop = () => void reader.cancel(signal?.reason).catch(() => {});
  signal?.addEventListener('abort', stop, { once: true });
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((cause: unknown) => {
        signal?.throwIfAborted();
        throw broken(cause);
      });
      signal?.throwIfAborted();
      if (done) return;
      yield value;
    }
  } finally {
    signal?.removeEventListener('abort', stop);
    // Whoever stops listening in the middle lets the connection go.
    stop();
  }
}

function join(pieces: readonly Uint8Array[], length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const piece of pieces) {
    bytes.set(piece, offset);
    offset += piece.length;
  }
  return bytes;
}
