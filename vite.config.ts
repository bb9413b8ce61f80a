// SPDX-License-Identifier: MIT

import { defineConfig } from 'vite';

/** The demo: served by `npm start`, built as a static site by `npm run build:demo`. */
export default defineConfig({
  root: 'demo',
  // Relative addresses, so that the built site works in any folder of any server.
  base: './',
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
