// SPDX-License-Identifier: MIT

import { builtinModules } from 'node:module';
import path from 'node:path';
import { defineConfig, type Plugin } from 'vite';
import manifest from './cli/package.json' with { type: 'json' };
import libraryManifest from './package.json' with { type: 'json' };

/** The program, the script of the page in which it uses WebGPU, and the programs of threads: nobody imports those. */
const entries = ['main', 'page/main', 'evaluate/network-worker', 'evaluate/measure-worker', 'segment/segment-worker'];

/** The library's doors, by the file in the repository that each is built from. */
const doors = new Map(
  Object.entries<string | { default: string }>(libraryManifest.exports).flatMap(([name, target]) => {
    const built = typeof target === 'string' ? target : target.default;
    const stem = /^\.\/dist\/(.+)\.js$/.exec(built)?.[1];
    return stem === undefined
      ? []
      : [[path.join(import.meta.dirname, 'src', `${stem}.ts`), path.posix.join('meanfield', name)]];
  }),
);

/** In the repository the command line imports the library's source; as a package it imports the package. */
const importPackage: Plugin = {
  name: 'import-package',
  enforce: 'pre',
  async resolveId(source, importer, options) {
    if (importer === undefined || !source.startsWith('.')) return null;
    const resolved = await this.resolve(source, importer, { ...options, skipSelf: true });
    const door = resolved && doors.get(path.normalize(resolved.id));
    return door === undefined || door === null ? null : { id: door, external: true };
  },
};

/** The package meanfield-cli, from src/cli. */
export default defineConfig({
  publicDir: false,
  plugins: [importPackage],
  build: {
    lib: { entry: Object.fromEntries(entries.map((name) => [name, `src/cli/${name}.ts`])), formats: ['es'] },
    outDir: 'cli/dist',
    target: 'es2022',
    minify: false,
    sourcemap: false,
    emptyOutDir: true,
    rolldownOptions: {
      external: [
        /^node:/,
        ...builtinModules,
        ...Object.keys(manifest.dependencies).map((name) => new RegExp(`^${name}(/|$)`)),
      ],
      output: { entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
    },
  },
});
