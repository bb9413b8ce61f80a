// SPDX-License-Identifier: MIT

// Keeps the site, so that it opens without a network. The built site has it beside index.html, as one classic script.

/** What the build leaves here: names relative to this script. */
declare const builtSite: {
  /** Another one when any file is another. */
  version: string;
  /** Kept at once; all others when they are first used. */
  files: readonly string[];
};

interface ExtendableEvent extends Event {
  waitUntil(work: Promise<unknown>): void;
}

interface FetchEvent extends ExtendableEvent {
  readonly request: Request;
  respondWith(response: Promise<Response>): void;
}

declare const clients: { claim(): Promise<void> };

const { version, files } = builtSite;
const prefix = 'meanfield-site ';
const cacheName = `${prefix}${version} ${location.pathname}`;
const start = new URL('./', location.href).href;

on<ExtendableEvent>('install', (event) => event.waitUntil(keepSite()));
on<ExtendableEvent>('activate', (event) => event.waitUntil(dropOlder().then(() => clients.claim())));
on<FetchEvent>('fetch', (event) => {
  const { method, url } = event.request;
  if (method === 'GET' && url.startsWith(start)) event.respondWith(answer(event.request));
});

function on<Kind extends Event>(name: string, listener: (event: Kind) => void): void {
  addEventListener(name, listener as EventListener);
}

async function keepSite(): Promise<void> {
  const cache = await caches.open(cacheName);
  // Names with a hash in them may come from the browser's own cache; the others must be those of this version.
  const requests = files.map(
    (name) => new Request(name, { cache: name.startsWith('assets/') ? 'default' : 'no-cache' }),
  );
  await cache.addAll(requests);
}

/** Those of other sites on this host are theirs. */
async function dropOlder(): Promise<void> {
  const names = await caches.keys();
  const older = names.filter(
    (name) => name.startsWith(prefix) && name.endsWith(` ${location.pathname}`) && name !== cacheName,
  );
  await Promise.all(older.map((name) => caches.delete(name)));
}

/** The copy, so that all files are of one version; what is new here comes with the next visit. */
async function answer(request: Request): Promise<Response> {
  const cache = await caches.open(cacheName);
  const isPage = request.mode === 'navigate';
  const kept = await cache.match(isPage ? start : request, { ignoreSearch: isPage });
  if (kept) return kept;
  const response = await fetch(request);
  if (response.ok && new URL(request.url).pathname.includes('/assets/')) await cache.put(request, response.clone());
  return response;
}
