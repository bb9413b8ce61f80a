// SPDX-License-Identifier: MIT

import path from 'node:path';
import { build, type Rolldown } from 'vite';
import { beforeAll, expect, test } from 'vitest';

const entry = 'virtual:page';
const pipeline = path.resolve(import.meta.dirname, '../../../src/pipeline/index.ts');

/** What a page is built to that has a camera in it, as its bundler makes it. */
let chunks: Rolldown.OutputChunk[];
beforeAll(async () => {
  const built = await build({
    configFile: false,
    logLevel: 'error',
    publicDir: false,
    plugins: [
      {
        name: 'page',
        resolveId: (id) => (id === entry ? id : null),
        load: (id) =>
          id === entry
            ? `import { Pipeline, playVideo } from ${JSON.stringify(pipeline)};
               globalThis.page = async (video, canvas) => playVideo(await Pipeline.create(), video, canvas, { kind: 'blur' });`
            : null,
      },
    ],
    build: {
      write: false,
      minify: false,
      rolldownOptions: { input: entry, external: [/^onnxruntime-web/, /^@bufbuild/] },
    },
  });
  chunks = (built as Rolldown.RolldownOutput).output.filter((part) => part.type === 'chunk');
});

/** A chunk and all that is loaded with it. */
function loadedWith(first: Rolldown.OutputChunk): Rolldown.OutputChunk[] {
  const loaded = new Set([first]);
  for (const chunk of loaded) {
    for (const name of chunk.imports) {
      const found = chunks.find(({ fileName }) => fileName === name);
      if (found) loaded.add(found);
    }
  }
  return [...loaded];
}

function chunkOf(module: string): Rolldown.OutputChunk {
  const found = chunks.find(({ moduleIds }) => moduleIds.some((id) => id.endsWith(module)));
  if (!found) throw new Error(`no chunk has ${module}`);
  return found;
}

const shader = /@compute|@fragment/;

test('a page asks for an adapter before it loads anything that computes', () => {
  const [page] = chunks.filter(({ isEntry }) => isEntry);
  const loaded = loadedWith(page);
  expect(loaded.flatMap(({ moduleIds }) => moduleIds).some((id) => id.endsWith('src/pipeline/pipeline.ts'))).toBe(true);
  for (const { code, fileName, imports } of loaded) {
    expect(code, fileName).not.toMatch(shader);
    expect(
      imports.filter((name) => name.startsWith('onnxruntime-web')),
      fileName,
    ).toEqual([]);
  }
});

test('what computes on the CPU has no shader and no WebGPU runtime', () => {
  const loaded = loadedWith(chunkOf('src/pipeline/cpu/cpu-paths.ts'));
  for (const { code, fileName } of loaded) expect(code, fileName).not.toMatch(shader);
});

test('what computes on a GPU has shaders, which shows that the tests above can fail', () => {
  const code = loadedWith(chunkOf('src/pipeline/gpu-paths.ts')).map((chunk) => chunk.code);
  expect(code.join('')).toMatch(shader);
});
