// SPDX-License-Identifier: MIT

import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import path from 'node:path';
import { findPagePackages, type PagePackages } from './packages.js';

/** Where the page's script lies. */
export interface PageFiles {
  folder: string;
  /** The module that the page loads, relative to the folder. */
  entry: string;
}

/**
 * Serves the page's script, and carries arrays to the page and back: Chromium's debugging protocol would take them as
 * JSON. Reachable from this computer only, under a name that nobody can guess.
 */
export class PageServer {
  readonly #secret = randomBytes(16).toString('hex');
  readonly #files: PageFiles;
  readonly #packages: PagePackages = findPagePackages();
  readonly #server: Server;
  #outgoing: readonly Uint8Array[] = [];
  #incoming = new Map<number, ArrayBuffer>();

  private constructor(files: PageFiles) {
    this.#files = files;
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch((error: unknown) => {
        if (!response.headersSent) response.writeHead(500);
        response.end(String(error));
      });
    });
    // An array that takes minutes is no reason to hang up.
    this.#server.requestTimeout = 0;
  }

  static async start(files: PageFiles): Promise<PageServer> {
    const server = new PageServer({ ...files, folder: await realpath(files.folder) });
    await new Promise<void>((resolve, reject) => {
      server.#server.once('error', reject);
      server.#server.listen(0, '127.0.0.1', resolve);
    });
    return server;
  }

  /** The page's address. */
  get url(): string {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the server is not listening');
    return `http://127.0.0.1:${address.port}/${this.#secret}/`;
  }

  /** The arrays that the page may fetch from now on; those it sent for the job before are forgotten. */
  offer(arrays: readonly Uint8Array[]): void {
    this.#outgoing = arrays;
    this.#incoming = new Map();
  }

  /** The bytes that the page has sent under this index. */
  take(index: number): ArrayBuffer {
    const bytes = this.#incoming.get(index);
    if (!bytes) throw new Error(`the page sent no array ${index}`);
    this.#incoming.delete(index);
    return bytes;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', 'http://127.0.0.1');
    const prefix = `/${this.#secret}/`;
    if (!pathname.startsWith(prefix)) {
      response.writeHead(404).end();
      return;
    }
    const name = decodeURIComponent(pathname.slice(prefix.length));
    const array = /^arrays\/(\d+)$/.exec(name);
    if (array && request.method === 'PUT') await this.#receive(Number(array[1]), request, response);
    else if (array) this.#send(this.#outgoing[Number(array[1])], response);
    else if (name === '') sendPage(this.#files.entry, this.#packages, response);
    else await this.#sendFile(name, response);
  }

  #send(bytes: Uint8Array | undefined, response: ServerResponse): void {
    if (!bytes) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, {
      'Content-Type': 'application/octet-stream',
      'Content-Length': bytes.length,
      'Cache-Control': 'no-store',
    });
    response.end(bytes);
  }

  async #receive(index: number, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const bytes = new Uint8Array(Number(request.headers['content-length'] ?? 0));
    let length = 0;
    for await (const piece of request as AsyncIterable<Uint8Array>) {
      bytes.set(piece, length);
      length += piece.length;
    }
    if (length !== bytes.length) throw new Error(`${length} of ${bytes.length} bytes arrived`);
    this.#incoming.set(index, bytes.buffer);
    response.writeHead(204).end();
  }

  /** A script of the page's own, or a file of a package that it imports. */
  async #sendFile(name: string, response: ServerResponse): Promise<void> {
    const [, packageName = '', rest = name] = /^packages\/((?:@[^/]+\/)?[^/]+)\/(.+)$/.exec(name) ?? [];
    const folder = packageName === '' ? this.#files.folder : this.#packages.folders.get(packageName);
    const type = contentTypes[path.extname(rest)];
    const root = folder && (await realpath(folder));
    const file = root && (await realpath(path.join(root, rest)).catch(() => undefined));
    if (!type || !root || !file?.startsWith(root + path.sep)) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { 'Content-Type': type, 'Cache-Control': 'no-store' });
    createReadStream(file).pipe(response);
  }
}

const contentTypes: Readonly<Record<string, string>> = {
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
  '.onnx': 'application/octet-stream',
};

function sendPage(entry: string, { imports }: PagePackages, response: ServerResponse): void {
  const html = [
    '<!doctype html><title>meanfield</title>',
    // An empty icon, or the browser asks for /favicon.ico.
    '<link rel="icon" href="data:,">',
    `<script type="importmap">${JSON.stringify({ imports })}</script>`,
    `<script type="module" src="${entry}"></script>`,
  ].join('');
  response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' });
  response.end(html);
}
