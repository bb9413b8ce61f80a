// SPDX-License-Identifier: MIT

import { mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pageModules } from '../../../src/cli/page/packages.js';
import { type PackedPackage, packedPackages } from '../../support/packed.js';
import { filesBelow, run } from '../../support/user-project.js';

const repository = path.resolve(import.meta.dirname, '../../..');
const PACK_TIMEOUT_MS = 300_000;

let library: PackedPackage;
let commandLine: PackedPackage;
/** Empty at first. */
let folder: string;

beforeAll(async () => {
  ({ library, commandLine } = await packedPackages());
  folder = await mkdtemp(path.join(tmpdir(), 'meanfield-packages-'));
}, PACK_TIMEOUT_MS);
afterAll(async () => {
  if (folder) await rm(folder, { recursive: true, force: true });
});

describe('what is published', () => {
  test('has the files that it should have, and no others', async () => {
    expect(
      await unexpected(library, [
        /^(LICENSE|README\.md|CHANGELOG\.md|THIRD-PARTY\.md|package\.json)$/,
        /^models\/(LICENSE-Apache-2\.0|NOTICE)\.txt$/,
        /^dist\/crf\.schema\.json$/,
        /^dist\/(index|(adaptors|analysis|pipeline)\/[a-z]+|chunks\/[\w-]+)\.js$/,
        /^dist\/([a-z0-9-]+\/)*[a-z0-9-]+\.d\.ts$/,
      ]),
    ).toEqual([]);
    expect(
      await unexpected(commandLine, [
        /^(LICENSE|README\.md|CHANGELOG\.md|package\.json)$/,
        /^models\/nuclei\.onnx$/,
        /^demo\/public\/photos\/(astronaut\.png|LICENSE-NOTE\.md)$/,
        /^dist\/(main|page\/main|evaluate\/(network|measure)-worker|segment\/segment-worker|chunks\/[\w-]+)\.js$/,
      ]),
    ).toEqual([]);
  });

  test('names no folder of this machine and no source map', async () => {
    for (const { folder: packed } of [library, commandLine]) {
      for (const file of await filesBelow(path.join(packed, 'dist'))) {
        const text = await readFile(path.join(packed, 'dist', file), 'utf8');
        expect(text.includes(repository), file).toBe(false);
        expect(text.includes('sourceMappingURL'), file).toBe(false);
      }
    }
  });

  test('imports only itself, its peers, and what its manifest names', async () => {
    const { peerDependencies, dependencies, exports } = await manifestOf(library);
    expect(dependencies).toBeUndefined();
    expect(Object.keys(exports)).toContain('./pipeline');
    expect(await foreignImports(library, /\.(js|d\.ts)$/, Object.keys(peerDependencies))).toEqual([]);
    const { dependencies: installed } = await manifestOf(commandLine);
    expect(await foreignImports(commandLine, /\.js$/, [...Object.keys(installed), 'node:*'])).toEqual([]);
  });

  test("has an import map for all that the command line's page loads", async () => {
    const doors = pageModules.inPackage.filter((name) => name.startsWith('meanfield'));
    const { exports } = await manifestOf(library);
    const files = doors.map((door) => path.join(library.folder, exports[door.replace('meanfield', '.')].default));
    const found = new Set<string>();
    for (const file of [path.join(commandLine.folder, 'dist/page/main.js'), ...files])
      await collectImports(file, found);
    expect([...found].sort()).toEqual([...pageModules.inPackage].sort());
  });

  test('is small', async () => {
    const { size } = await stat(library.tarball);
    expect(size).toBeLessThan(900_000);
    const networks = /^dist\/chunks\/(person|colour-prompt)[\w-]*\.js$/;
    const files = (await filesBelow(library.folder)).filter((file) => !networks.test(file));
    const rest = path.join(folder, 'without-networks.tgz');
    await run('tar', ['-czf', rest, '-C', library.folder, ...files], folder);
    expect((await stat(rest)).size).toBeLessThan(500_000);
    expect(files.length).toBeLessThan((await filesBelow(library.folder)).length);
  });

  test('pleases publint', async () => {
    for (const { folder: pkgDir } of [library, commandLine]) {
      const manifest = JSON.parse(await readFile(path.join(pkgDir, 'package.json'), 'utf8'));
      const { messages } = await publint({ pkgDir, pack: false, strict: true });
      expect(messages.map((message) => formatMessage(message, manifest))).toEqual([]);
    }
  });

  test('has types that every kind of module resolution finds', async () => {
    const attw = path.join(repository, 'node_modules/@arethetypeswrong/cli/dist/index.js');
    // It is a module of JavaScript alone: who requires it gets the types of a module, and Node's own answer.
    const options = ['--format', 'json', '--ignore-rules', 'cjs-resolves-to-esm', '--no-definitely-typed'];
    const { problems, analysis } = JSON.parse(await run(process.execPath, [attw, library.tarball, ...options], folder));
    expect(Object.keys(analysis.entrypoints)).toEqual(Object.keys((await manifestOf(library)).exports));
    expect(Object.keys(problems).filter((kind) => kind !== 'CJSResolvesToESM')).toEqual([]);
  });

  test.each([true, false])(
    'has no type of WebGPU that becomes any where TypeScript knows none, skipLibCheck %s',
    async (skipLibCheck) => {
      const project = path.join(folder, `types-${skipLibCheck}`);
      await mkdir(path.join(project, 'node_modules'), { recursive: true });
      await symlink(library.folder, path.join(project, 'node_modules/meanfield'), 'junction');
      await writeFile(path.join(project, 'package.json'), '{ "type": "module" }');
      await writeFile(path.join(project, 'main.ts'), typesProgram);
      const compile = async (types: readonly string[]) => {
        const typeRoots = [path.join(repository, 'node_modules')];
        const compilerOptions = {
          module: 'NodeNext',
          target: 'ES2022',
          strict: true,
          noEmit: true,
          skipLibCheck,
          types,
          typeRoots,
        };
        const lib = ['ES2022', 'DOM', 'DOM.Iterable'];
        await writeFile(
          path.join(project, 'tsconfig.json'),
          JSON.stringify({ compilerOptions: { ...compilerOptions, lib, preserveSymlinks: true }, files: ['main.ts'] }),
        );
        const tsc = path.join(repository, 'node_modules/typescript/bin/tsc');
        const out = await run(process.execPath, [tsc], project).catch((error: Error) => error.message);
        return [...out.matchAll(/^main\.ts\((\d+),.*error TS\d+: (.*)$/gm)].map(
          ([, line, message]) => `${line}: ${message}`,
        );
      };
      const refused = (type: string) => `4: Type '${type}' is not assignable to type 'number'.`;
      expect(await compile(['@webgpu/types'])).toEqual([refused('GPUBuffer')]);
      expect(await compile([])).toEqual([
        refused('WebGpuTypesAreMissing'),
        "5: Type 'number' is not assignable to type 'WebGpuTypesAreMissing'.",
      ]);
    },
  );

  test('depends on the library of the same version', async () => {
    const { name, version, dependencies } = await manifestOf(commandLine);
    expect(name).toBe('meanfield-cli');
    expect(dependencies.meanfield).toBe(version);
    expect((await manifestOf(library)).version).toBe(version);
  });
});

describe('npm install', () => {
  test('of the library adds one package of at most 4 MB, whose doors open', async () => {
    const project = path.join(folder, 'project');
    await mkdir(project);
    await writeFile(path.join(project, 'package.json'), '{ "private": true, "type": "module" }');
    await run('npm', ['install', '--offline', '--no-audit', '--no-fund', '--silent', library.tarball], project);
    const { packages } = JSON.parse(await readFile(path.join(project, 'node_modules/.package-lock.json'), 'utf8'));
    expect(Object.keys(packages)).toEqual(['node_modules/meanfield']);
    const installed = path.join(project, 'node_modules');
    const sizes = await Promise.all((await filesBelow(installed)).map((file) => stat(path.join(installed, file))));
    expect(sizes.reduce((sum, { size }) => sum + size, 0)).toBeLessThan(4_000_000);
    await writeFile(path.join(project, 'main.mjs'), program);
    expect(await run(process.execPath, ['main.mjs'], project)).toBe('0,0,0,1,1,1,1,1,0 cpu true\n');
  });
});

/** With types of WebGPU line 4 alone is wrong: line 5 then asks nothing of the number. */
const typesProgram = `import { DenseCrf } from 'meanfield';
const crf = await DenseCrf.create({ width: 3, height: 3, labelCount: 2, backend: 'cpu' });
const { marginals } = await crf.gpuResults();
export const first: number = marginals;
export const second: typeof marginals extends { mapAsync: unknown } ? number : typeof marginals = 1;
`;

/** Refines a picture of three by three, and opens the doors that need no peer. */
const program = `
import { DenseCrf } from 'meanfield';
import { listAreas } from 'meanfield/analysis';
import { presets } from 'meanfield/pipeline';
import { nuclei } from 'meanfield/pipeline/nuclei';
const crf = await DenseCrf.create({ width: 3, height: 3, labelCount: 2, backend: 'auto', parameters: { kernels: [], iterations: 1 } });
const image = { width: 3, height: 3, data: new Uint8Array(36) };
const foreground = Float32Array.of(0, 0, 0, 1, 1, 1, 1, 1, 0);
await crf.refine({ image, unary: { foreground } });
const labels = await crf.labelMap();
console.log(labels.join(), crf.backend, typeof listAreas === 'function' && 'person' in presets && nuclei.name === 'nuclei');
`;

describe("a user's bundle", () => {
  test('has an entry, a GPU part, a CPU part and one for its threads within their budgets', async () => {
    const project = path.join(folder, 'bundle');
    await mkdir(path.join(project, 'node_modules'), { recursive: true });
    await symlink(library.folder, path.join(project, 'node_modules/meanfield'), 'junction');
    await writeFile(
      path.join(project, 'main.js'),
      "import { DenseCrf } from 'meanfield';\nglobalThis.crf = DenseCrf;\n",
    );
    const result = await build({
      configFile: false,
      root: project,
      logLevel: 'error',
      // Not for a page: Vite would add a module loader of its own to the entry.
      ssr: { noExternal: true },
      build: { write: false, minify: true, ssr: 'main.js' },
    });
    const { output } = [result].flat().filter((one) => 'output' in one)[0];
    const sizes = output.map((one) => ({
      name: path.basename(one.fileName).replace(/-[\w-]{8}-[\w-]{8}\.mjs$/, ''),
      bytes: gzipSync(one.type === 'chunk' ? one.code : one.source).length,
    }));
    const budgets: Record<string, number> = {
      'main.mjs': 8_000,
      'create-gpu-crf': 50_000,
      'cpu-refiner': 20_000,
      pool: 3_000,
      // What the two have in common.
      'given-unary': 8_000,
    };
    expect(sizes.map(({ name }) => name).sort()).toEqual(Object.keys(budgets).sort());
    for (const { name, bytes } of sizes) expect(bytes, name).toBeLessThanOrEqual(budgets[name]);
  });
});

interface Manifest {
  name: string;
  version: string;
  exports: Record<string, { default: string }>;
  dependencies: Record<string, string>;
  peerDependencies: Record<string, string>;
}

async function manifestOf(packed: PackedPackage): Promise<Manifest> {
  return JSON.parse(await readFile(path.join(packed.folder, 'package.json'), 'utf8'));
}

async function unexpected(packed: PackedPackage, allowed: readonly RegExp[]): Promise<string[]> {
  const names = (await run('tar', ['-tzf', packed.tarball], folder)).trim().split('\n');
  const files = names.map((name) => name.replace(/^package\//, ''));
  for (const pattern of allowed)
    expect(
      files.some((file) => pattern.test(file)),
      String(pattern),
    ).toBe(true);
  return files.filter((file) => !allowed.some((pattern) => pattern.test(file)));
}

const importing = /^(?:import|export)\b[^"'\n]*["']([^"'\n]+)["'];?$|\bimport\(["']([^"'\n]+)["']\)/gm;

async function importsOf(file: string): Promise<string[]> {
  const text = await readFile(file, 'utf8');
  return [...text.matchAll(importing)].map(([, fixed, dynamic]) => fixed ?? dynamic);
}

/** What files below `dist` import that is neither a file there nor allowed; `node:*` stands for all of Node's own. */
async function foreignImports(packed: PackedPackage, matching: RegExp, allowed: readonly string[]): Promise<string[]> {
  const dist = path.join(packed.folder, 'dist');
  const names = new Set(await filesBelow(dist));
  const foreign: string[] = [];
  for (const file of [...names].filter((name) => matching.test(name))) {
    for (const name of await importsOf(path.join(dist, file))) {
      const target = path.join(path.dirname(file), name);
      const here = file.endsWith('.d.ts') ? target.replace(/\.js$/, '.d.ts') : target;
      const own = allowed.some((one) => name === one || name.startsWith(`${one}/`));
      const isKnown = name.startsWith('.')
        ? names.has(here)
        : own || (allowed.includes('node:*') && name.startsWith('node:'));
      if (!isKnown) foreign.push(`${file}: ${name}`);
    }
  }
  return foreign;
}

/** Of a module, and of all that it imports by relative names, at once or later. */
async function collectImports(file: string, found: Set<string>, seen = new Set<string>()): Promise<void> {
  if (seen.has(file)) return;
  seen.add(file);
  for (const name of await importsOf(file)) {
    if (name.startsWith('.')) await collectImports(path.resolve(path.dirname(file), name), found, seen);
    else found.add(name);
  }
}
