// SPDX-License-Identifier: MIT

declare global {
  interface Window {
    /** Imports a module of the repository, by its path from the root. `import()` inside a function
     *  that a test hands to `page.evaluate` does not work: vitest rewrites it. */
    importModule(path: string): Promise<Record<string, unknown>>;
  }
}

window.importModule = (path) => import(/* @vite-ignore */ `/${path}`);

export {};
