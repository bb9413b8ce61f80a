// SPDX-License-Identifier: MIT

import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { packageFolder } from '../package-folder.js';
import type { PageFiles } from './server.js';

/** In the package the page's script is built; in the repository it is built from the source when that has changed. */
export async function locatePage(): Promise<PageFiles> {
  const root = packageFolder();
  if (!import.meta.url.endsWith('.ts')) {
    return { folder: path.join(root, 'dist'), entry: 'cli/page/main.js' };
  }
  const script = pathToFileURL(path.join(root, 'scripts', 'bundle-page.mjs')).href;
  const { bundlePage } = (await import(script)) as { bundlePage(): Promise<PageFiles> };
  return bundlePage();
}
