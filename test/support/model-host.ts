// SPDX-License-Identifier: MIT

import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, vi } from 'vitest';
import { DownloadError } from '../../src/pipeline/network/download-error.js';
import type { NetworkFile } from '../../src/pipeline/network/fetch-network.js';
import type { FileCache } from '../../src/pipeline/network/file-cache.js';
import { floats, node, onnxModel, value } from './onnx.js';
import { randomFloats } from './random.js';

/** 260 kB, more than one piece. */
export const model = onnxModel({
  input: [value('x', [65_000])],
  output: [value('y', [65_000])],
  node: [node('Add', ['x', 'w'], ['y'])],
  initializer: [floats('w', [...randomFloats(65_000, 1)])],
});
export const sha256 = hashOf(model);

/** One line where they differ, instead of 260,000. */
export function expectModel(bytes: Uint8Array): void {
  expect(bytes.length).toBe(model.length);
  expect(hashOf(bytes)).toBe(sha256);
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Serves the model to each test of a file, anew, as long as the test does not say otherwise. */
export class ModelHost {
  url = '';
  requests = 0;
  answer: (response: ServerResponse, request: IncomingMessage) => void = () => undefined;
  #server: Server | undefined;

  constructor() {
    beforeEach(() => this.#start());
    afterEach(() => this.#stop());
  }

  /** A network's file, at this host. */
  described(rest: Partial<NetworkFile> = {}): NetworkFile {
    return { name: 'mine', url: this.url, ...rest };
  }

  async #start(): Promise<void> {
    this.requests = 0;
    this.answer = (response) => response.setHeader('content-length', model.length).end(model);
    const server = createServer((request, response) => {
      this.requests++;
      this.answer(response, request);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mine.onnx`;
    this.#server = server;
  }

  async #stop(): Promise<void> {
    vi.unstubAllGlobals();
    this.#server?.closeAllConnections();
    await new Promise((resolve) => this.#server?.close(resolve));
  }
}

/** The error of a download that fails. */
export async function errorOf(promise: Promise<unknown>): Promise<DownloadError> {
  const error = await promise.then(
    () => new Error('nothing was thrown'),
    (reason: unknown) => reason,
  );
  if (error instanceof DownloadError) return error;
  throw error;
}

/** A cache in memory that remembers what was asked of it. */
export function memoryCache(copies: Record<string, Uint8Array> = {}) {
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
