// SPDX-License-Identifier: MIT

import { readFile } from 'node:fs/promises';
import { defineConfig, type Plugin } from 'vite';
import packageJson from './package.json' with { type: 'json' };
import { withoutComments } from './scripts/shader-comments.mjs';

/** The published modules. The manifest is the only list of them: `exports` names `dist/NAME.js`, which is built from `src/NAME.ts`. */
function entries(): Record<string, string> {
  const targets = Object.values<string | { default: string }>(packageJson.exports).map((target) =>
    typeof target === 'string' ? target : target.default,
  );
  const names = targets.map((target) => /^\.\/dist\/(.+)\.js$/.exec(target)?.[1]);
  return Object.fromEntries(names.filter((name) => name !== undefined).map((name) => [name, `src/${name}.ts`]));
}

/** Shaders travel to every visitor of a page as they are: no bundler knows how to make them smaller. */
const plainShaders: Plugin = {
  name: 'plain-shaders',
  enforce: 'pre',
  async load(id) {
    const file = /^(.*\.wgsl)\?raw$/.exec(id)?.[1];
    return file === undefined
      ? null
      : `export default ${JSON.stringify(withoutComments(await readFile(file, 'utf8')))};`;
  },
};

export default defineConfig({
  publicDir: false,
  plugins: [plainShaders],
  build: {
    lib: { entry: entries(), formats: ['es'] },
    target: 'es2022',
    // Readable in a user's debugger; their bundler minifies.
    minify: false,
    // It would double the package, and most of the networks' map would be the networks once more.
    sourcemap: false,
    emptyOutDir: true,
    rolldownOptions: {
      // A user's bundler must see one copy of each peer, and onnxruntime-web would otherwise put 70 MB into this one. All else is bundled: the
      // package installs no other.
      external: Object.keys(packageJson.peerDependencies).map((name) => new RegExp(`^${name}(/|$)`)),
      output: { entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
    },
  },
});
