// SPDX-License-Identifier: MIT

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Browser } from 'puppeteer';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { adapterFromEnvironment, launchBrowser } from '../../src/cli/browser.js';
import { createNpmProject, type NpmProject } from '../support/npm-project.js';
import { patience } from '../support/patience.js';
import { type StaticSite, serveFolder } from '../support/static-site.js';
import { run } from '../support/user-project.js';

/** Build tools as a user installs them, beside the packed library and its peer. */
const packages = [
  ...['vite@8', 'esbuild@0.28', 'webpack@5', 'webpack-cli@6', 'rollup@4', '@rollup/plugin-node-resolve@16', 'parcel@2'],
  ...['next@16', 'react@19', 'react-dom@19'],
  'onnxruntime-web@1.30',
];

/** Builds src/index.html, or src/main.js, into the folder. */
type Build = (out: string) => Promise<unknown>;

let installed: NpmProject | undefined;
let project: string;
let browser: Browser;
/** What the first tool's page computed. */
let expected: Answer | undefined;

interface Answer {
  labels: number[];
  marginals: number[];
}

/** The core and the pipeline on the CPU, on a small picture. */
const program = `import { DenseCrf } from 'meanfield';
import { Pipeline } from 'meanfield/pipeline';
const [width, height] = [32, 24];
const data = Uint8ClampedArray.from({ length: 4 * width * height }, (_, i) => (i * i * 37) % 251);
const image = { width, height, data };
const crf = await DenseCrf.create({ width, height, labelCount: 3, backend: 'cpu' });
const logits = Float32Array.from({ length: 3 * width * height }, (_, i) => 2 * Math.sin(i));
await crf.refine({ image, unary: { logits } });
const pipeline = await Pipeline.create({ backend: 'cpu', ...globalThis.pipelineOptions });
const result = await pipeline.segment(image);
globalThis.answer = { labels: [...(await crf.labelMap())], marginals: [...(await result.marginals())] };
`;

const page = (script: string, head = '') =>
  `<!doctype html><meta charset="utf-8"><title>tool</title>${head}<script type="module" src="${script}"></script>`;

/** Where a tool leaves onnxruntime's WebAssembly alone, the page says where it is, as the docs tell. */
const folderOption = "<script>globalThis.pipelineOptions = { onnxruntime: { wasmFolder: 'ort/' } };</script>";

/** Parcel gives onnxruntime a wrong address of itself, so that the page brings its own copy. */
const moduleOption =
  "<script>globalThis.pipelineOptions = { onnxruntime: { module: () => import('./ort/ort.wasm.bundle.min.mjs') } };</script>";

/** A layout and a page of Next's, which it renders on the server, too: the library is imported there. */
const layout = `export default function Layout({ children }) {
  return <html lang="en"><body>{children}</body></html>;
}
`;
const component = `'use client';
import { crfPresets } from 'meanfield';
import { presets } from 'meanfield/pipeline';
import { useEffect } from 'react';
export default function Page() {
  useEffect(() => { import('../main.js'); }, []);
  return <main>{[...Object.keys(crfPresets), ...Object.keys(presets)]}</main>;
}
`;

beforeAll(async () => {
  // Parcel reads the field "exports" only where it is told to, which onnxruntime-web needs, too.
  installed = await createNpmProject(packages, { '@parcel/resolver-default': { packageExports: true } });
  project = installed.folder;
  await mkdir(path.join(project, 'src'));
  await writeFile(path.join(project, 'src/main.js'), program);
  await writeFile(path.join(project, 'src/index.html'), page('main.js'));
  await mkdir(path.join(project, 'src/app'));
  await writeFile(path.join(project, 'src/app/layout.jsx'), layout);
  await writeFile(path.join(project, 'src/app/page.jsx'), component);
  browser = await launchBrowser({ adapter: adapterFromEnvironment('software') });
});
afterAll(async () => {
  await browser?.close();
  await installed?.remove();
});

function tool(name: string, ...toolArguments: string[]): Promise<string> {
  return run(process.execPath, [path.join(project, 'node_modules', name), ...toolArguments], project);
}

async function copyRuntime(out: string): Promise<void> {
  await cp(path.join(project, 'node_modules/onnxruntime-web/dist'), path.join(out, 'ort'), { recursive: true });
}

const tools: Record<string, Build> = {
  vite: (out) => tool('vite/bin/vite.js', 'build', 'src', '--base', './', '--outDir', out, '--target', 'es2022'),
  async webpack(out) {
    await tool('webpack/bin/webpack.js', './src/main.js', '--mode', 'production', '-o', out);
    await writeFile(path.join(out, 'index.html'), page('main.js'));
  },
  async parcel(out) {
    await tool(
      'parcel/lib/bin.js',
      'build',
      'src/index.html',
      '--dist-dir',
      out,
      '--public-url',
      './',
      '--no-source-maps',
    );
    await copyRuntime(out);
    const index = path.join(out, 'index.html');
    await writeFile(index, (await readFile(index, 'utf8')).replace('<script', `${moduleOption}<script`));
  },
  async esbuild(out) {
    const options = { entryPoints: ['src/main.js'], bundle: true, format: 'esm', splitting: true, outdir: out };
    const script = `import { build } from 'esbuild'; await build(${JSON.stringify(options)});`;
    await run(process.execPath, ['--input-type=module', '--eval', script], project);
    await copyRuntime(out);
    await writeFile(path.join(out, 'index.html'), page('main.js', folderOption));
  },
  async rollup(out) {
    await tool('rollup/dist/bin/rollup', 'src/main.js', '-f', 'es', '-d', out, '-p', 'node-resolve');
    await copyRuntime(out);
    await writeFile(path.join(out, 'index.html'), page('main.js', folderOption));
  },
  async 'an import map'(out) {
    await mkdir(out, { recursive: true });
    await copyRuntime(out);
    await cp(path.join(project, 'node_modules/meanfield/dist'), path.join(out, 'meanfield'), { recursive: true });
    await cp(path.join(project, 'src/main.js'), path.join(out, 'main.js'));
    const imports = {
      meanfield: './meanfield/index.js',
      'meanfield/pipeline': './meanfield/pipeline/index.js',
      'onnxruntime-web/wasm': './ort/ort.wasm.bundle.min.mjs',
    };
    const map = `<script type="importmap">${JSON.stringify({ imports })}</script>`;
    await writeFile(path.join(out, 'index.html'), page('main.js', map));
  },
};

async function serveBuild(name: string, build: Build): Promise<StaticSite> {
  const out = path.join(project, 'out', name.replaceAll(' ', '-'));
  await build(out);
  return serveFolder(out, '/some/folder/');
}

/** Next's pages have a server of its own. */
async function serveNext(): Promise<StaticSite> {
  const program = path.join(project, 'node_modules/next/dist/bin/next');
  await run(process.execPath, [program, 'build'], project, { NEXT_TELEMETRY_DISABLED: '1' });
  const server = spawn(process.execPath, [program, 'start', '--port', '0'], {
    cwd: project,
    env: { ...process.env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(server, 'exit');
  const close = async () => {
    server.kill();
    await ended;
  };
  let printed = '';
  server.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
  });
  const address = () => /http:\/\/localhost:\d+/.exec(printed)?.[0];
  try {
    await expect.poll(() => address() ?? server.exitCode).not.toBeNull();
    return { url: address() ?? `Next ended: ${printed}`, close };
  } catch (error) {
    await close();
    throw error;
  }
}

const sites = [
  ...Object.entries(tools).map(([name, build]) => [name, () => serveBuild(name, build)] as const),
  ['next', serveNext] as const,
];

describe.each(sites)('%s', (_, serve) => {
  test('builds a page that computes what the others do', async () => {
    const site = await serve();
    const context = await browser.createBrowserContext();
    try {
      const opened = await context.newPage();
      opened.setDefaultTimeout(patience);
      const errors: string[] = [];
      opened.on('pageerror', (error) => errors.push(String(error)));
      await opened.goto(site.url);
      await expect.poll(() => errors[0] ?? opened.evaluate(() => 'answer' in globalThis)).toBe(true);
      const answer = await opened.evaluate(() => (globalThis as unknown as { answer: Answer }).answer);
      expect(answer.labels).toHaveLength(32 * 24);
      expect(answer.marginals).toHaveLength(2 * 32 * 24);
      expected ??= answer;
      expect(answer).toEqual(expected);
    } finally {
      await context.close();
      await site.close();
    }
  });
});
