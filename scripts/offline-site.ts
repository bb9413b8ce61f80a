// SPDX-License-Identifier: MIT

import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { build, type Plugin } from 'vite';

/** Bytes: larger files, networks and onnxruntime, are kept when somebody uses them, not by everybody who comes by. */
const largest = 1_000_000;

/** Adds the service worker to a built site, with the names of the files that it keeps. */
export function offlineSite(source: string): Plugin {
  let publicFolder = '';
  return {
    name: 'offline-site',
    apply: 'build',
    configResolved({ publicDir }) {
      publicFolder = publicDir;
    },
    generateBundle: {
      // The page itself is written last.
      order: 'post',
      async handler(_, bundle) {
        const files = new Map<string, string | Uint8Array>();
        for (const [name, file] of Object.entries(bundle))
          files.set(name, file.type === 'chunk' ? file.code : file.source);
        for (const name of await readdir(publicFolder, { recursive: true, withFileTypes: true })) {
          if (!name.isFile()) continue;
          const file = path.join(name.parentPath, name.name);
          files.set(path.relative(publicFolder, file).split(path.sep).join('/'), await readFile(file));
        }
        const kept = [...files].filter(([name, content]) => content.length <= largest && !name.endsWith('.md'));
        const hash = createHash('sha256');
        for (const [name, content] of kept.sort(([a], [b]) => (a < b ? -1 : 1))) hash.update(name).update(content);
        const site = {
          version: hash.digest('hex').slice(0, 16),
          // The page under the address that people open.
          files: kept.map(([name]) => (name === 'index.html' ? './' : name)),
        };
        this.emitFile({ type: 'asset', fileName: 'service-worker.js', source: await compiled(source, site) });
      },
    },
  };
}

/** As one classic script. */
async function compiled(source: string, site: object): Promise<string> {
  const result = await build({
    configFile: false,
    publicDir: false,
    logLevel: 'error',
    define: { builtSite: JSON.stringify(site) },
    build: { write: false, target: 'es2022', lib: { entry: source, formats: ['iife'], name: 'serviceWorker' } },
  });
  const [output] = [result].flat();
  if (!output || !('output' in output)) throw new Error(`Vite gave nothing for ${source}.`);
  return output.output[0].code;
}
