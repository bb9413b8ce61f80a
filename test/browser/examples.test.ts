// SPDX-License-Identifier: MIT

import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { decode } from 'fast-png';
import type { Browser, Page } from 'puppeteer';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BenchReport } from '../../src/cli/bench/bench-report.js';
import { adapterFromEnvironment, launchBrowser } from '../../src/cli/browser.js';
import { findBrowser, softwareVulkan } from '../../src/cli/find-browser.js';
import { crfJsonSchema } from '../../src/index.js';
import { writeCameraFile } from '../support/fake-camera.js';
import { patience } from '../support/patience.js';
import { findOrInstallRuntime, type Runtime } from '../support/runtimes.js';
import { serveFolder } from '../support/static-site.js';
import { createUserProjects, filesBelow, run, type UserProjects } from '../support/user-project.js';

const pages = ['photo', 'webcam', 'worker', 'own-device', 'livekit', 'react', 'svelte'] as const;

let user: UserProjects;
let browser: Browser;

const camera = { width: 160, height: 120 };
/** Somebody in the middle of the picture, in stripes of four pixels like what is behind them. */
const somebody = { x: 80, y: 84, radiusX: 36, radiusY: 60 };

beforeAll(async () => {
  user = await createUserProjects([...pages, 'node']);
  const film = path.join(user.folder, 'camera.y4m');
  await writeCameraFile(film, camera.width, camera.height, cameraColour);
  browser = await launchBrowser({
    adapter: adapterFromEnvironment('software'),
    extraArguments: [
      '--use-fake-device-for-media-stream',
      '--use-fake-ui-for-media-stream',
      `--use-file-for-fake-video-capture=${film}`,
      // There is no other host than this one.
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
    ],
  });
});
afterAll(async () => {
  await browser?.close();
  await user?.remove();
});

function cameraColour(x: number, y: number): readonly [number, number, number] {
  const isLight = (x >> 2) % 2 === 0;
  if (isSomebody(x, y)) return isLight ? [230, 120, 70] : [170, 50, 30];
  return isLight ? [60, 150, 190] : [20, 60, 110];
}

function isSomebody(x: number, y: number): boolean {
  return Math.hypot((x - somebody.x) / somebody.radiusX, (y - somebody.y) / somebody.radiusY) < 1;
}

describe.each<Runtime>(['deno', 'bun'])('%s', (name) => {
  test('imports the package and refines as Node does', async () => {
    const script = path.join(user.folder, 'refine.mjs');
    await writeFile(script, refineScript);
    const expected: Refined[] = JSON.parse(await run(process.execPath, [script], user.folder));
    const executable = await findOrInstallRuntime(name);
    const given = name === 'deno' ? ['run', '--allow-read', '--no-lock', script] : [script];
    const found: Refined[] = JSON.parse(await run(executable, given, user.folder));
    expect(expected.map(({ backend }) => backend)).toEqual(['cpu', 'cpu']);
    expect(found[0].backend).toBe('cpu');
    // On its GPU, where it has one and no other backend is asked for, sums are rounded elsewhere.
    for (const [i, { marginals }] of found.entries()) {
      expect(marginals).toBeAllClose(expected[i].marginals, { tolerance: i === 0 ? 1e-6 : 1e-4 });
    }
  });
});

interface Refined {
  backend: string;
  marginals: number[];
}

/** Prints what the CPU backend and the backend that is chosen make of a small problem. */
const refineScript = `
import { DenseCrf } from './package/dist/index.js';
const size = { width: 40, height: 30, labelCount: 3 };
const image = { width: 40, height: 30, data: Uint8Array.from({ length: 4800 }, (_, i) => (i * i * 37) % 251) };
const logits = Float32Array.from({ length: 3600 }, (_, i) => 2 * Math.sin(i));
const results = [];
for (const backend of ['cpu', 'auto']) {
  const crf = await DenseCrf.create({ ...size, backend });
  await crf.refine({ image, unary: { logits } });
  results.push({ backend: crf.backend, marginals: [...(await crf.marginals())] });
  crf.destroy();
}
console.log(JSON.stringify(results));
`;

describe('the package', () => {
  test('has the JSON Schema of the parameters where its manifest says', async () => {
    const folder = path.join(user.folder, 'package');
    const { exports } = JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8'));
    const published = await readFile(path.join(folder, exports['./crf.schema.json']), 'utf8');
    expect(JSON.parse(published)).toEqual(crfJsonSchema());
  });

  test('has neither onnxruntime nor its WebAssembly in it, but imports them', async () => {
    const folder = path.join(user.folder, 'package/dist');
    const files = await filesBelow(folder);
    expect(files).toContain('pipeline/index.js');
    expect(files.filter((file) => !/\.(js|d\.ts)$/.test(file))).toEqual(['crf.schema.json']);
    const importers = new Map<string, string>();
    for (const file of files.filter((name) => name.endsWith('.js'))) {
      const text = await readFile(path.join(folder, file), 'utf8');
      // What every build of onnxruntime-web calls.
      expect(text.includes('_OrtInit'), file).toBe(false);
      for (const [, name] of text.matchAll(/\bimport\(["'](onnxruntime-web[^"']*)["']\)/g)) importers.set(name, file);
    }
    expect([...importers.keys()].sort()).toEqual([
      'onnxruntime-web/jspi',
      'onnxruntime-web/wasm',
      'onnxruntime-web/webgpu',
    ]);
    // A page that has its network on the GPU loads nothing of the build for the CPU.
    const forCpu = path.join(folder, importers.get('onnxruntime-web/wasm') ?? '');
    expect([...(await loadedAtOnce(path.join(folder, 'pipeline/index.js')))]).not.toContain(forCpu);
    expect([...(await loadedAtOnce(path.join(folder, 'pipeline/cpu.js')))]).toContain(forCpu);
  });

  test('has declarations that compile, also for who checks libraries', async () => {
    await writeFile(
      path.join(user.folder, 'tsconfig.json'),
      JSON.stringify({
        compilerOptions: {
          target: 'ES2022',
          module: 'NodeNext',
          lib: ['ES2022', 'DOM', 'DOM.Iterable'],
          types: ['@webgpu/types'],
          typeRoots: [path.resolve(import.meta.dirname, '../../node_modules')],
          strict: true,
          skipLibCheck: false,
          noEmit: true,
        },
        include: ['*/*.ts'],
        // LiveKit's own declarations don't compile for who checks libraries, and Svelte's files are no modules to TypeScript.
        exclude: ['*/vite.config.ts', 'livekit/main.ts', 'svelte'],
      }),
    );
    await writeFile(
      path.join(user.folder, 'photo/every-entry.ts'),
      ["export * as core from 'meanfield';", "export * as pipeline from 'meanfield/pipeline';"]
        .concat("export * as analysis from 'meanfield/analysis';")
        .concat("export * as livekit from 'meanfield/livekit';")
        .join('\n'),
    );
    await writeFile(path.join(user.folder, 'react/every-entry.ts'), "export * as react from 'meanfield/react';");
    expect(await user.run('.', 'typescript/bin/tsc')).toBe('');
  });
});

describe('photo', () => {
  test('shows the cup and its saucer, and nothing of the table', async () => {
    const example = await open('photo');
    const photo = await pixelsOf(example.page, 'img');
    const cutOut = await example.until('canvas', (pixels) => !isWhite(pixels.at(150, 70)));
    // Coffee, handle, spoon.
    for (const [x, y] of [
      [150, 70],
      [115, 130],
      [182, 143],
    ]) {
      expect(cutOut.at(x, y), `${x}, ${y}`).toBeAllClose(photo.at(x, y), { tolerance: 8 });
    }
    for (const [x, y] of [
      [5, 5],
      [20, 60],
      [290, 20],
      [280, 190],
      [10, 190],
    ]) {
      expect(cutOut.at(x, y), `${x}, ${y}`).toEqual([255, 255, 255]);
    }
    const files = await example.finish();
    const [wasm, ...others] = files.filter((file) => file.endsWith('.wasm'));
    // A page on a software adapter takes the CPU, and loads nothing of the build for WebGPU.
    const build = adapterFromEnvironment('software') === 'software' ? '' : '\\.jspi';
    expect(wasm).toMatch(new RegExp(`^assets/ort-wasm-simd-threaded${build}-[^/]+\\.wasm$`));
    expect(others).toEqual([]);
  });
});

describe('webcam', () => {
  test('asks for the camera when it is told to, and blurs what is behind somebody', async () => {
    const example = await open('webcam');
    const { page } = example;
    expect(await page.$eval('video', (video) => video.srcObject === null)).toBe(true);
    await page.addStyleTag({ content: 'canvas { width: auto; background: black }' });
    await page.click('#camera');
    await example.waitFor(() => Number.parseInt(document.querySelector('#message')?.textContent ?? '', 10) >= 2);
    const shown = await pixelsOf(page, 'canvas');
    expect([shown.width, shown.height]).toEqual([camera.width, camera.height]);
    const { inside, outside } = contrasts(shown);
    const original = contrasts({ at: (x, y) => [...cameraColour(x, y)] });
    expect(inside).toBeGreaterThan(0.85 * original.inside);
    expect(outside).toBeLessThan(0.2 * original.outside);
    // Learning again, and stopping, in the middle of frames.
    await page.click('#key');
    await example.waitFor(() => document.querySelector<HTMLButtonElement>('#key')?.disabled === false);
    await page.click('#camera');
    await example.waitFor(() => document.querySelector('#message')?.textContent === 'The camera is off.');
    expect(await page.$eval('video', (video) => (video.srcObject as MediaStream).active)).toBe(false);
    await example.finish();
  });
});

describe('worker', () => {
  test('answers with frames in its canvas', async () => {
    const example = await open('worker');
    const { page } = example;
    await page.addStyleTag({ content: 'canvas { width: auto }' });
    await page.click('button');
    await example.waitFor(() => Number.parseInt(document.querySelector('[role=status]')?.textContent ?? '', 10) >= 2);
    const shown = await pixelsOf(page, 'canvas');
    expect([shown.width, shown.height]).toEqual([camera.width, camera.height]);
    for (const [x, y] of [
      [6, 6],
      [150, 40],
      [10, 100],
    ]) {
      expect(shown.at(x, y)).toBeAllClose([0x18, 0xa5, 0x58], { tolerance: 1 });
    }
    // Mirrored. Stripes are 60 apart, and stained by their neighbours where the camera's colours are.
    const { x, y } = somebody;
    expect(shown.at(x, y)).toBeAllClose(cameraColour(camera.width - 1 - x, y), { tolerance: 12 });
    await example.finish();
  });
});

/** Nobody is in the camera's picture that the network would find: all of it is replaced. */
const replaced = [0x18, 0xa5, 0x58];

describe.each(['livekit', 'react', 'svelte'] as const)('%s', (name) => {
  test('shows the processed camera in a video', async () => {
    const example = await open(name);
    const { page } = example;
    if (name !== 'livekit') await page.select('select', 'green');
    await page.click('button');
    const isGreen = ({ at }: Pixels) => at(6, 6).every((value, i) => Math.abs(value - replaced[i]) < 12);
    await example.waitFor(() => (document.querySelector('video')?.videoWidth ?? 0) > 0);
    const shown = await example.until('video', isGreen);
    expect([shown.width, shown.height]).toEqual([camera.width, camera.height]);
    expect(page.workers().length > 0).toBe(name === 'livekit');
    if (name !== 'livekit') {
      await page.click('button');
      await example.waitFor(() => !document.querySelector<HTMLVideoElement>('video')?.srcObject);
    }
    await example.finish();
  });
});

describe('own-device', () => {
  test('refines logits that are on the GPU, without any onnxruntime', async () => {
    const built = await filesOf('own-device');
    expect(built.filter((file) => /\.wasm$|ort|onnx/i.test(file))).toEqual([]);
    const example = await open('own-device');
    const labels = await example.until('#labels', ({ at }) => at(2, 2)[0] === 0);
    let wrong = 0;
    for (let y = 0; y < 64; y++) {
      for (let x = 0; x < 64; x++) {
        const isInDisc = Math.hypot(x - 36, y - 30) < 19;
        if (isWhite(labels.at(4 * x + 2, 4 * y + 2)) !== isInDisc) wrong++;
      }
    }
    // The coarse logits alone are wrong at more than a hundred.
    expect(wrong).toBeLessThan(10);
    const files = await example.finish();
    expect(files.filter((file) => !/\.(js|css)$/.test(file))).toEqual(['']);
  });
});

describe('node', () => {
  test('refines logits and runs a network', async () => {
    const executable = await findBrowser();
    const driver = executable && adapterFromEnvironment('software') === 'software' ? softwareVulkan(executable) : {};
    const out = await run(process.execPath, ['--liftoff-only', 'main.mjs'], path.join(user.folder, 'node'), driver);
    const [refined, segmented] = [...out.matchAll(/: (\d+) pixels/g)].map(([, count]) => Number(count));
    const disc = Math.PI * 22 ** 2;
    expect(Math.abs(refined / disc - 1)).toBeLessThan(0.03);
    expect(Math.abs(segmented / disc - 1)).toBeLessThan(0.03);
  });
});

describe('the command line, installed', () => {
  test('measures in the browser', async () => {
    const program = path.join(user.folder, 'command-line/node_modules/meanfield-cli/dist/main.js');
    const options = ['--sizes', '24x16x3', '--repeat', '1', '--json'];
    const report: BenchReport = JSON.parse(await run(process.execPath, [program, 'bench', ...options], user.folder));
    expect(report.measurements.map(({ case: name, backend }) => `${name} ${backend}`)).toEqual([
      '24x16x3 webgpu',
      '24x16x3 cpu',
    ]);
    const [gpu, cpu] = report.measurements;
    expect(gpu.vertexCounts).toEqual(cpu.vertexCounts);
    // It says nothing of a checkout that it may happen to lie in.
    expect(report).toMatchObject({ commit: null, dirty: null });
  });
});

/** A module and all that it imports without being asked: absolute paths. */
async function loadedAtOnce(file: string, seen = new Set<string>()): Promise<Set<string>> {
  if (seen.has(file)) return seen;
  seen.add(file);
  const text = await readFile(file, 'utf8');
  for (const [, name] of text.matchAll(/\b(?:from|import) *["'](\.[^"']*)["']/g)) {
    await loadedAtOnce(path.resolve(path.dirname(file), name), seen);
  }
  return seen;
}

interface Pixels {
  width: number;
  height: number;
  /** Red, green and blue, 0..255. */
  at(x: number, y: number): number[];
}

/** What is on the screen in an element's place. */
async function pixelsOf(page: Page, selector: string): Promise<Pixels> {
  const element = await page.$(selector);
  if (!element) throw new Error(`the page has no ${selector}`);
  const { data, width, height, channels } = decode(await element.screenshot());
  return { width, height, at: (x, y) => [...data.subarray(channels * (y * width + x)).subarray(0, 3)] };
}

function isWhite(colour: readonly number[]): boolean {
  return colour.every((value) => value === 255);
}

/** Mean difference of reds half a stripe's period apart, behind somebody and on them. The picture is as good as symmetric. */
function contrasts({ at }: Pick<Pixels, 'at'>): { inside: number; outside: number } {
  const along = (from: number, to: number, y: number) => {
    let sum = 0;
    for (let x = from; x < to; x++) sum += Math.abs(at(x, y)[0] - at(x + 4, y)[0]);
    return sum / (to - from);
  };
  return { inside: along(60, 96, 90), outside: along(4, 24, 90) };
}

interface Example {
  page: Page;
  /** Waits for something on the page; an error of the page ends the wait. */
  waitFor(isSo: () => boolean): Promise<void>;
  /** What an element shows once it looks like this. */
  until(selector: string, isSo: (pixels: Pixels) => boolean): Promise<Pixels>;
  /** Closes the page; throws if it reported an error. Names of the files that it had from its folder. */
  finish(): Promise<string[]>;
}

async function filesOf(name: (typeof pages)[number]): Promise<string[]> {
  await user.run(name, 'vite/bin/vite.js', 'build', '--logLevel', 'error');
  return filesBelow(path.join(user.folder, name, 'dist'));
}

/** Builds an example as its package.json says, and opens it. */
async function open(name: (typeof pages)[number]): Promise<Example> {
  await filesOf(name);
  const site = await serveFolder(path.join(user.folder, name, 'dist'), '/');
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  page.setDefaultTimeout(patience);
  const errors: string[] = [];
  const requests: string[] = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  page.on('request', (request) => requests.push(request.url()));
  const rethrow = () => {
    if (errors.length > 0) throw new Error(`The page reported:\n${errors.join('\n')}`);
  };
  const poll = async <Value>(read: () => Promise<Value>, isSo: (value: Value) => boolean): Promise<Value> => {
    for (;;) {
      rethrow();
      const value = await read();
      if (isSo(value)) return value;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };
  await page.goto(site.url);
  return {
    page,
    async waitFor(isSo) {
      await poll(() => page.evaluate(isSo), Boolean);
    },
    until: (selector, isSo) => poll(() => pixelsOf(page, selector), isSo),
    async finish() {
      await context.close();
      await site.close();
      rethrow();
      const elsewhere = requests.filter((url) => !url.startsWith(site.url) && !/^(blob|data):/.test(url));
      expect(elsewhere).toEqual([]);
      return requests.filter((url) => url.startsWith(site.url)).map((url) => url.slice(site.url.length));
    },
  };
}
