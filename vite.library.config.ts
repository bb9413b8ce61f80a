// SPDX-License-Identifier: MIT

import { builtinModules } from 'node:module';
import { defineConfig } from 'vite';
import packageJson from './package.json' with { type: 'json' };

/** What nobody imports: the script of the page in which the command line uses WebGPU, and the program of the thread for networks. */
const startedByCommandLine = ['cli/page/main', 'cli/evaluate/network-worker'];

/**
 * The published modules. package.json is the only list of them: `exports` and `bin` name
 * `dist/NAME.js`, which is built from `src/NAME.ts`.
 */
function entries(): Record<string, string> {
  const targets = [
    ...Object.values<string | { default: string }>(packageJson.exports).map((target) =>
      typeof target === 'string' ? target : target.default,
    ),
    ...Object.values<string>(packageJson.bin),
  ];
  const names = [...targets.map((target) => /^(?:\.\/)?dist\/(.+)\.js$/.exec(target)?.[1]), ...startedByCommandLine];
  return Object.fromEntries(names.filter((name) => name !== undefined).map((name) => [name, `src/${name}.ts`]));
}

const packages: { dependencies?: object; peerDependencies?: object } = packageJson;

export default defineConfig({
  publicDir: false,
  build: {
    lib: { entry: entries(), formats: ['es'] },
    target: 'es2022',
    // Readable in a user's debugger; their bundler minifies.
    minify: false,
    sourcemap: true,
    emptyOutDir: true,
    rolldownOptions: {
      // A user's bundler must see one copy of each package, and onnxruntime-web would otherwise
      // put 70 MB into this one.
      external: [
        /^node:/,
        ...builtinModules,
        ...Object.keys({ ...packages.dependencies, ...packages.peerDependencies }).map(
          (name) => new RegExp(`^${name}(/|$)`),
        ),
      ],
      output: { entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
    },
  },
});
