// SPDX-License-Identifier: MIT

import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { packageFolder } from '../package-folder.js';
import type { PageFiles } from './server.js';

/** In the package the page's script is built; in the repository it is built from the source when that has changed. */
export async function locatePage(): Promise<PageFiles> {
  if (!import.meta.url.endsWith('.ts')) {
    return { folder: path.join(packageFolder(), 'dist'), entry: 'page/main.js' };
  }
  return bundlePage('src/cli/page/main.ts');
}

/** A page's script from its source, a path from the repository's root. */
export async function bundlePage(source: string): Promise<PageFiles> {
  const script = pathToFileURL(path.join(packageFolder(), 'scripts', 'bundle.mjs')).href;
  const bundler = (await import(script)) as { bundlePage: typeof bundlePage };
  return bundler.bundlePage(source);
}
