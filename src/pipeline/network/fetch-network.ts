// SPDX-License-Identifier: MIT

import { unlessAborted } from '../../gpu/abort.js';
import { checkCallback } from '../../problem/checks.js';
import { ArgumentError } from '../../problem/errors.js';
import { checkSignal, hasMethods } from '../../problem/platform-objects.js';
import { readOptions, readProperties } from '../../problem/reading.js';
import { viewName } from '../../problem/typed-arrays.js';
import { checkFolderAddress, pageAddress } from '../folder-address.js';
import { readModel, recognizeOther } from '../onnx/model.js';
import { checkBytes, checkFile, fileKeys } from './check-network.js';
import type { NetworkDescription } from './description.js';
import { download } from './download.js';
import { DownloadError } from './download-error.js';
import { type FileCache, openFileCache } from './file-cache.js';
import { atModelBase } from './model-base.js';

/** What of a description says which file is meant. */
export type NetworkFile = Pick<NetworkDescription, 'name' | 'url' | 'bytes' | 'sha256' | 'byteLength'>;

/** How far a download has come. */
export interface DownloadProgress {
  /** Bytes so far. */
  loadedBytes: number;
  /** Bytes in all; left out while nobody knows. Never less than `loadedBytes`. */
  totalBytes?: number;
  /** Where the bytes come from. */
  from: 'memory' | 'cache' | 'network';
}

/** What `fetchNetwork` takes beside the network. */
export interface FetchNetworkOptions {
  /** Ends the download; the promise is then rejected with the signal's reason. */
  signal?: AbortSignal;
  /** Called with every piece that arrives, and once when all is there. */
  onProgress?: (progress: DownloadProgress) => void;
  /**
   * Where files with a known hash are kept. Default: the browser's cache of this name, 'meanfield-networks'; where there is none (Node,
   * some private windows) or it is full, every call downloads. `false` keeps nothing.
   */
  cache?: FileCache | false;
  /** Default: the platform's own. */
  fetch?: (url: string, init: { signal?: AbortSignal }) => Promise<Response>;
  /**
   * Address of a folder that presets are downloaded from, in place of their own addresses: `deeplab-voc` is `deeplab-voc.onnx` there, the same file, whose
   * hash is checked. Relative addresses in a description are meant from there, too. Relative to the page.
   */
  modelBase?: string | URL;
}

/**
 * The ONNX file of a network: its `bytes`, or from the cache, or from its `url`; complete, and with the hash that the
 * description asks for. A copy in the cache with another hash is removed, and the file downloaded anew, once.
 *
 * A hash needs WebCrypto, which browsers have on https and localhost only, like WebGPU itself. Without it a description with
 * `sha256` is refused before anything is downloaded.
 *
 * @throws DownloadError, whose `reason` says why the file could not be had
 * @throws ArgumentError for a `url` that is no address
 * @throws the signal's reason, by default a DOMException named AbortError
 */
export async function fetchNetwork(network: NetworkFile, options?: FetchNetworkOptions): Promise<Uint8Array> {
  const checked = checkFetchOptions(options);
  return fetchFile(
    atModelBase(checkFile(readProperties('network', network, fileKeys)), network, checked.modelBase),
    checked,
  );
}

/** `modelBase` is absolute. */
export type CheckedFetchOptions = Omit<FetchNetworkOptions, 'modelBase'> & { modelBase?: string };

/** Throws ArgumentError, which names the option. */
export function checkFetchOptions(options: FetchNetworkOptions | undefined): CheckedFetchOptions {
  if (options === undefined) return {};
  const given = readOptions('options', options, ['signal', 'onProgress', 'cache', 'fetch', 'modelBase']);
  const { signal, onProgress, cache, fetch } = given as FetchNetworkOptions;
  checkSignal('options.signal', signal);
  checkCallback('options.onProgress', onProgress);
  checkCallback('options.fetch', fetch);
  if (cache !== undefined && cache !== false && !hasMethods('options.cache', cache, 'get', 'put', 'remove')) {
    throw new ArgumentError('options.cache', cache, 'false, or an object with get, put and remove');
  }
  return {
    ...(signal === undefined ? undefined : { signal }),
    ...(onProgress === undefined ? undefined : { onProgress }),
    ...(cache === undefined ? undefined : { cache }),
    ...(fetch === undefined ? undefined : { fetch }),
    ...(given.modelBase === undefined
      ? undefined
      : { modelBase: checkFolderAddress('options.modelBase', given.modelBase) }),
  };
}

async function fetchFile(network: NetworkFile, options: FetchNetworkOptions): Promise<Uint8Array> {
  const { signal } = options;
  signal?.throwIfAborted();
  const { sha256 } = network;
  if (sha256 !== undefined && globalThis.crypto?.subtle === undefined) {
    throw new DownloadError(
      'unverifiable',
      network.name,
      network.url,
      'its sha256 can only be checked on https or localhost (no crypto.subtle here)',
    );
  }
  if (network.bytes !== undefined) return fromMemory(network, network.bytes, options);
  const url = resolveUrl(network.url);
  const cache = sha256 !== undefined && /^https?:/.test(url) ? await cacheOf(options, signal) : undefined;
  return (await fromCache(cache, url, network, options)) ?? (await fromNetwork(cache, url, network, options));
}

async function fromMemory(
  network: NetworkFile,
  source: NonNullable<NetworkFile['bytes']>,
  { signal, onProgress }: FetchNetworkOptions,
): Promise<Uint8Array> {
  const given = typeof source === 'function' ? await unlessAborted(Promise.resolve(source()), signal) : source;
  const bytes = checkBytes('bytes', given);
  await verify(network, undefined, bytes, signal);
  onProgress?.({ loadedBytes: bytes.length, totalBytes: bytes.length, from: 'memory' });
  return bytes;
}

async function fromCache(
  cache: FileCache | undefined,
  url: string,
  network: NetworkFile,
  { signal, onProgress }: FetchNetworkOptions,
): Promise<Uint8Array | undefined> {
  const bytes = await ignoringFailure(cache?.get(url), signal);
  // Whatever else somebody's cache gives is no copy.
  if (cache === undefined || bytes === undefined || viewName(bytes) !== 'Uint8Array') return undefined;
  if (!(await hasHash(bytes, network.sha256, signal))) {
    await ignoringFailure(cache.remove(url), signal);
    return undefined;
  }
  onProgress?.({ loadedBytes: bytes.length, totalBytes: bytes.length, from: 'cache' });
  return bytes;
}

async function fromNetwork(
  cache: FileCache | undefined,
  url: string,
  network: NetworkFile,
  { signal, onProgress, fetch = (address, init) => globalThis.fetch(address, init) }: FetchNetworkOptions,
): Promise<Uint8Array> {
  const fail = (...[reason, what, cause]: Parameters<Parameters<typeof download>[1]['fail']>) =>
    new DownloadError(reason, network.name, url, what, { cause });
  const bytes = await download(url, {
    fetch,
    fail,
    ...(signal ? { signal } : undefined),
    ...(network.byteLength === undefined ? undefined : { byteLength: network.byteLength }),
    onProgress: (loadedBytes, totalBytes) =>
      onProgress?.({ loadedBytes, ...(totalBytes === undefined ? undefined : { totalBytes }), from: 'network' }),
  });
  await verify(network, url, bytes, signal);
  if (network.sha256 === undefined) {
    try {
      readModel(bytes);
    } catch (error) {
      throw fail('incomplete', `got ${bytes.length} bytes that are no whole ONNX model`, error);
    }
  }
  await ignoringFailure(cache?.put(url, bytes), signal);
  onProgress?.({ loadedBytes: bytes.length, totalBytes: bytes.length, from: 'network' });
  return bytes;
}

async function verify(
  { name, byteLength, sha256 }: NetworkFile,
  url: string | undefined,
  bytes: Uint8Array,
  signal: AbortSignal | undefined,
): Promise<void> {
  const fail = (...[reason, what]: [DownloadError['reason'], string]) => new DownloadError(reason, name, url, what);
  const other = recognizeOther(bytes);
  if (other !== undefined) throw fail('content', `expected an ONNX model, got ${bytes.length} bytes that are ${other}`);
  if (byteLength !== undefined && bytes.length !== byteLength) {
    throw fail('incomplete', `got ${bytes.length} bytes, expected ${byteLength}`);
  }
  if (!(await hasHash(bytes, sha256, signal))) {
    throw fail('hash', `another file than described: its sha256 is ${await hashOf(bytes)}, expected ${sha256}`);
  }
}

async function hasHash(
  bytes: Uint8Array,
  sha256: string | undefined,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  return sha256 === undefined || (await unlessAborted(hashOf(bytes), signal)) === sha256.toLowerCase();
}

async function hashOf(bytes: Uint8Array): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

async function cacheOf(
  { cache }: FetchNetworkOptions,
  signal: AbortSignal | undefined,
): Promise<FileCache | undefined> {
  if (cache === false) return undefined;
  return cache ?? (await ignoringFailure(openFileCache('meanfield-networks'), signal));
}

function resolveUrl(url: string | undefined): string {
  const base = pageAddress();
  if (url !== undefined && URL.canParse(url, base)) return new URL(url, base).href;
  throw new ArgumentError('url', url, base === undefined ? 'an absolute address, as there is no page' : 'an address');
}

/** A cache is a convenience: full, forbidden or broken it is as good as none. An abort is still an abort. */
async function ignoringFailure<Result>(
  promise: Promise<Result> | undefined,
  signal: AbortSignal | undefined,
): Promise<Result | undefined> {
  if (promise === undefined) return undefined;
  return unlessAborted(
    promise.catch(() => undefined),
    signal,
  );
}
