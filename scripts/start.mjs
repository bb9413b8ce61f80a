// SPDX-License-Identifier: MIT

// npm start: installs what is missing, then serves the demo. Vite's own options are passed on,
// for example: npm start -- --port 8080 --host --open

import { ensureInstalled } from './setup.mjs';

await ensureInstalled();

const hasDisplay = process.platform !== 'linux' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
const viteArguments = process.argv.slice(2).filter((argument) => hasDisplay || argument !== '--open');
process.argv = [process.execPath, 'vite', ...viteArguments];
// @ts-expect-error Vite's program has no types; it reads process.argv.
await import('../node_modules/vite/bin/vite.js');
