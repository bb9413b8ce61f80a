// SPDX-License-Identifier: MIT

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** What the library imports in the page. These packages stay as they are: they have 70 MB of WebAssembly. */
const runtimes = ['onnxruntime-web/jspi', 'onnxruntime-web/wasm', 'onnxruntime-web/webgpu'];

/** What the page's script imports. In the repository it is bundled with the library's source. */
const library = ['meanfield', 'meanfield/analysis', 'meanfield/pipeline', 'meanfield/pipeline/nuclei'];

/** Modules that the page needs an import map for. */
export const pageModules = { inRepository: runtimes, inPackage: [...library, ...runtimes] };

export interface PagePackages {
  /** For the page's import map: addresses, relative to the page's own, by module. */
  imports: Readonly<Record<string, string>>;
  /** Folders by package. */
  folders: ReadonlyMap<string, string>;
}

/** Where the packages lie. One that is not installed is left out: it is missed only by who needs it. */
export function findPagePackages(): PagePackages {
  const imports: Record<string, string> = {};
  const folders = new Map<string, string>();
  for (const module of pageModules[import.meta.url.endsWith('.ts') ? 'inRepository' : 'inPackage']) {
    const file = resolve(module);
    if (file === undefined) continue;
    const name = /^(?:@[^/]+\/)?[^/]+/.exec(module)?.[0] ?? module;
    const folder = folderOf(name, file);
    folders.set(name, folder);
    imports[module] = `./packages/${name}/${path.relative(folder, file).split(path.sep).join('/')}`;
  }
  return { imports, folders };
}

function resolve(module: string): string | undefined {
  try {
    return fileURLToPath(import.meta.resolve(module));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}

/** Packages may have further package.json files within, which say no more than the kind of their modules. */
function folderOf(name: string, file: string): string {
  for (let folder = path.dirname(file); folder !== path.dirname(folder); folder = path.dirname(folder)) {
    if (nameIn(path.join(folder, 'package.json')) === name) return folder;
  }
  throw new Error(`${file} lies in no package ${name}`);
}

function nameIn(file: string): unknown {
  try {
    return (JSON.parse(readFileSync(file, 'utf8')) as { name?: unknown }).name;
  } catch {
    return undefined;
  }
}
