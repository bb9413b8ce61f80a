// SPDX-License-Identifier: MIT

import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { projectFolder } from './setup.mjs';
import { hashOfSources } from './source-hash.mjs';

const cacheFolder = path.join(projectFolder, 'node_modules', '.cache', 'meanfield');

/** Bundles that nobody asked for in this time are removed; a program that runs meanwhile keeps its own. */
const KEEP_MS = 60 * 60 * 1000;

/**
 * Bundles a page from the source: the command line's, or that of the measurements. The bundle's name is the hash of all
 * it can be made from, so an unchanged source costs no second build.
 *
 * @param {string} source the page's module, from the repository's root
 * @returns {Promise<{ folder: string, entry: string }>} where it lies
 */
export async function bundlePage(source) {
  const folder = path.join(cacheFolder, `page-${hashOfPage(source)}`);
  const entry = 'main.js';
  if (!existsSync(path.join(folder, entry))) await build(source, folder);
  return { folder, entry };
}

/**
 * @param {string} source
 * @param {string} folder
 */
async function build(source, folder) {
  const { build: buildWithVite } = await import('vite');
  // Vite colours what it says.
  const rethrowPlain = (/** @type {Error} */ error) => {
    throw Object.assign(error, { message: stripVTControlCharacters(error.message) });
  };
  // Under a name of its own until it is complete: two programs may start at the same time.
  const temporary = `${folder}.${process.pid}`;
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
      // What the page's server has an import map for.
      rolldownOptions: {
        external: /^onnxruntime-web(\/|$)/,
        output: { entryFileNames: '[name].js' },
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
function hashOfPage(source) {
  const folders = new Set(['src', 'shaders', path.dirname(source).split('/')[0]]);
  return hashOfSources([source, ...folders, 'package-lock.json'], /\.(ts|wgsl)$/);
}

/** @param {string} current */
function removeOldBundles(current) {
  mkdirSync(cacheFolder, { recursive: true });
  for (const name of readdirSync(cacheFolder)) {
    const folder = path.join(cacheFolder, name);
    if (folder === current || !name.startsWith('page-')) continue;
    if (Date.now() - statSync(folder).mtimeMs > KEEP_MS) rmSync(folder, { recursive: true, force: true });
  }
}
