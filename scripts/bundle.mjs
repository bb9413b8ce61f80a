// SPDX-License-Identifier: MIT

import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { threadId } from 'node:worker_threads';
import { projectFolder } from './setup.mjs';
import { hashOfSources } from './source-hash.mjs';

const cacheFolder = path.join(projectFolder, 'node_modules', '.cache', 'meanfield');

/** Bundles that nobody asked for in this time are removed; a program that runs meanwhile keeps its own. */
const KEEP_MS = 60 * 60 * 1000;

const entry = 'main.js';

/**
 * Bundles a page from the source: the command line's, or that of the measurements. The bundle's name is the hash of all
 * it can be made from, so an unchanged source costs no second build.
 *
 * @param {string} source the page's module, from the repository's root
 * @returns {Promise<{ folder: string, entry: string }>} where it lies
 */
export async function bundlePage(source) {
  // What the page's server has an import map for.
  const folder = await bundle('page', source, { rolldownOptions: { external: /^onnxruntime-web(\/|$)/ } });
  return { folder, entry };
}

/**
 * Bundles a program of a thread, as above: each thread would load Vite and module after module otherwise, which takes longer than most work.
 *
 * @param {string} source the program, from the repository's root
 * @returns {Promise<string>} the module to run
 */
export async function bundleThread(source) {
  const folder = await bundle('thread', source, {
    rolldownOptions: {
      // All packages, and what comes with Node.
      external: /^[\w@](?!:)/,
      // A bundle looks for other files where its source would.
      transform: { define: { 'import.meta.url': 'urlOfSource' } },
      output: { banner: `const urlOfSource = new URL('../../../../${source}', import.meta.url).href;` },
    },
  });
  return path.join(folder, entry);
}

/**
 * @param {string} kind
 * @param {string} source
 * @param {{ rolldownOptions: import('vite').BuildEnvironmentOptions['rolldownOptions'] }} options
 * @returns {Promise<string>} the folder, in which `entry` is
 */
async function bundle(kind, source, options) {
  const folder = path.join(cacheFolder, `${kind}-${hashOfBundle(source)}`);
  if (!existsSync(path.join(folder, entry))) await build(source, folder, options);
  return folder;
}

/**
 * @param {string} source
 * @param {string} folder
 * @param {{ rolldownOptions: import('vite').BuildEnvironmentOptions['rolldownOptions'] }} options
 */
async function build(source, folder, { rolldownOptions }) {
  const { build: buildWithVite } = await import('vite');
  // Vite colours what it says.
  const rethrowPlain = (/** @type {Error} */ error) => {
    throw Object.assign(error, { message: stripVTControlCharacters(error.message) });
  };
  // Under a name of its own until it is complete: two programs, or threads, may start at the same time.
  const temporary = `${folder}.${process.pid}-${threadId}`;
  await buildWithVite({
    configFile: false,
    root: projectFolder,
    // The error that it throws says all.
    logLevel: 'silent',
    publicDir: false,
    build: {
      lib: { entry: { main: path.join(projectFolder, source) }, formats: ['es'] },
      outDir: temporary,
      target: 'es2022',
      minify: false,
      sourcemap: 'inline',
      rolldownOptions: {
        ...rolldownOptions,
        output: { ...rolldownOptions?.output, entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
      },
    },
  }).catch(rethrowPlain);
  try {
    renameSync(temporary, folder);
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
  removeOldBundles(folder);
}

/** @param {string} source */
function hashOfBundle(source) {
  const folders = new Set(['src', 'shaders', 'models', path.dirname(source).split('/')[0]]);
  return hashOfSources([source, ...folders, 'scripts/bundle.mjs', 'package-lock.json'], /\.(tsx?|wgsl|onnx)$/);
}

/** @param {string} current */
function removeOldBundles(current) {
  mkdirSync(cacheFolder, { recursive: true });
  for (const name of readdirSync(cacheFolder)) {
    const folder = path.join(cacheFolder, name);
    if (folder === current || !/^(page|thread)-/.test(name)) continue;
    if (Date.now() - statSync(folder).mtimeMs > KEEP_MS) rmSync(folder, { recursive: true, force: true });
  }
}
