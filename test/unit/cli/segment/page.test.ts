// SPDX-License-Identifier: MIT

import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { locatePage } from '../../../../src/cli/page/locate.js';
import { findPagePackages } from '../../../../src/cli/page/packages.js';
import { PageServer } from '../../../../src/cli/page/server.js';

const BUILD_TIMEOUT_MS = 120_000;

describe('packages of the page', () => {
  test('lie where the import map says', () => {
    const { imports, folders } = findPagePackages();
    expect(Object.keys(imports)).toContain('onnxruntime-web/jspi');
    for (const [module, address] of Object.entries(imports)) {
      const [, name, rest] = /^\.\/packages\/((?:@[^/]+\/)?[^/]+)\/(.+)$/.exec(address) ?? [];
      expect(module.startsWith(name)).toBe(true);
      expect(existsSync(path.join(folders.get(name) ?? '', rest)), address).toBe(true);
    }
  });

  test(
    'are all that its script imports',
    async () => {
      const { folder } = await locatePage();
      const found = new Set<string>();
      for (const file of (await readdir(folder)).filter((name) => name.endsWith('.js'))) {
        // Without the inlined source map.
        const script = (await readFile(path.join(folder, file), 'utf8')).replace(/^\/\/# sourceMappingURL=.*$/m, '');
        const imports = script.matchAll(
          /^(?:import|export)\b[^"'\n]*["']([^"'\n]+)["'];?$|\bimport\(["']([^"'\n]+)["']\)/gm,
        );
        for (const [, fixed, dynamic] of imports) found.add(fixed ?? dynamic);
      }
      const bare = [...found].filter((module) => !module.startsWith('.')).sort();
      expect(bare).toEqual(Object.keys(findPagePackages().imports).sort());
    },
    BUILD_TIMEOUT_MS,
  );

  test(
    'are served, and nothing beside them',
    async () => {
      const server = await PageServer.start(await locatePage());
      try {
        const html = await (await fetch(server.url)).text();
        const [, json = ''] = /<script type="importmap">(.+?)<\/script>/.exec(html) ?? [];
        const { imports } = JSON.parse(json) as { imports: Record<string, string> };
        const get = (address: string) => fetch(new URL(address, server.url));
        const script = await get(imports['onnxruntime-web/wasm']);
        expect(script.status).toBe(200);
        expect(script.headers.get('content-type')).toBe('text/javascript');
        await script.arrayBuffer();
        const wasm = new URL('ort-wasm-simd-threaded.jspi.wasm', new URL(imports['onnxruntime-web/jspi'], server.url));
        const served = await fetch(wasm);
        expect(served.headers.get('content-type')).toBe('application/wasm');
        await served.body?.cancel();
        for (const address of [
          'packages/onnxruntime-web/package.json',
          'packages/onnxruntime-web/dist/none.mjs',
          'packages/vite/dist/node/index.js',
          'packages/onnxruntime-web/..%2F..%2Fvite%2Fdist%2Fnode%2Findex.js',
          '..%2Fmain.js',
        ]) {
          expect((await get(address)).status, address).toBe(404);
        }
      } finally {
        await server.close();
      }
    },
    BUILD_TIMEOUT_MS,
  );
});
