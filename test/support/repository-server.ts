// SPDX-License-Identifier: MIT

import path from 'node:path';
import { createServer, type Plugin } from 'vite';

/** Headers that a page is to be answered with, as JSON: of its address. */
export const headersParameter = 'headers';

const askedHeaders: Plugin = {
  name: 'asked-headers',
  configureServer({ middlewares }) {
    middlewares.use((request, response, next) => {
      const asked = new URL(request.url ?? '/', 'http://localhost').searchParams.get(headersParameter);
      for (const [name, value] of Object.entries(asked ? JSON.parse(asked) : {}))
        response.setHeader(name, String(value));
      next();
    });
  },
};

/**
 * Vite, serving the repository's root to pages of tests.
 *
 * @param cacheDir its own: two servers must not bundle packages into one folder
 * @returns the address, which ends with a slash
 */
export async function serveRepository(cacheDir: string): Promise<{ url: string; close: () => Promise<void> }> {
  const server = await createServer({
    configFile: false,
    root: path.resolve(import.meta.dirname, '../..'),
    // The tests' pages are no application: nothing is there to fall back to.
    appType: 'mpa',
    logLevel: 'warn',
    plugins: [askedHeaders],
    server: { port: 0, host: '127.0.0.1', hmr: false, watch: null },
    // All that pages import, so that Vite bundles packages once and before the first page: a package found later makes void what other
    // pages are loading. The default would scan every .html file of the repository.
    optimizeDeps: {
      entries: [
        'test/browser/harness.html',
        'test/support/*-page.ts',
        'test/support/*-worker.ts',
        'src/index.ts',
        'src/*/index.ts',
      ],
    },
    cacheDir,
  });
  await server.listen();
  const url = server.resolvedUrls?.local[0];
  if (!url) throw new Error('Vite gave no address.');
  return { url, close: () => server.close() };
}
