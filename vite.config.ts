// SPDX-License-Identifier: MIT

import path from 'node:path';
import { defineConfig, type Plugin } from 'vite';
import { offlineSite } from './scripts/offline-site.js';
import { projectLinks } from './scripts/project-links.js';

/** Where networks are downloaded from, when somebody asks for one. */
const networkHosts = ['https://raw.githubusercontent.com', 'https://huggingface.co', 'https://*.hf.co'];

/**
 * What the built page may do: run its own scripts and WebAssembly, and fetch from its own site and, on request, networks. In a
 * meta element, so that any host of static files will do. The development server puts styles and scripts into the page itself,
 * so it goes without.
 */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  'media-src blob:',
  "font-src 'self'",
  `connect-src 'self' ${networkHosts.join(' ')}`,
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

const addPolicy: Plugin = {
  name: 'content-security-policy',
  apply: 'build',
  transformIndexHtml: () => [
    {
      tag: 'meta',
      attrs: { 'http-equiv': 'Content-Security-Policy', content: contentSecurityPolicy },
      injectTo: 'head-prepend',
    },
  ],
};

/** The demo: served by `npm start`, built as a static site by `npm run build:demo`. */
export default defineConfig({
  root: 'demo',
  // Relative addresses, so that the built site works in any folder of any server.
  base: './',
  plugins: [addPolicy, projectLinks, offlineSite(path.resolve(import.meta.dirname, 'demo/offline/service-worker.ts'))],
  server: {
    // The library's source lies beside the demo's root.
    fs: { allow: ['..'] },
  },
  build: {
    outDir: '../site',
    emptyOutDir: true,
    // Every browser with WebGPU knows it.
    target: 'es2022',
  },
  worker: { format: 'es' },
});
