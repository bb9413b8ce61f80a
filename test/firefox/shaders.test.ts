// SPDX-License-Identifier: MIT

import { readdirSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type FirefoxPage, openFirefox } from '../support/firefox.js';
import { redAndBlue } from '../support/red-and-blue.js';

let firefox: FirefoxPage;
beforeAll(async () => {
  firefox = await openFirefox();
  await firefox.call('compiled-page.ts', 'watchCompilation');
});
afterAll(() => firefox?.finish());

const shaders = path.join(import.meta.dirname, '../../shaders');

function shaderNames(): string[] {
  return readdirSync(shaders, { recursive: true, encoding: 'utf8' })
    .map((file) => file.replaceAll(path.sep, '/'))
    .filter((file) => file.endsWith('.wgsl') && !file.startsWith('shared/'))
    .map((file) => file.replace('.wgsl', ''))
    .sort();
}

/** Firefox on Linux has no external textures, and subgroups are not compiled there. */
const refused = ['pipeline/capture-video', 'splat-subgroup'];

test('what an engine does for every kind of kernel is compiled', async () => {
  expect(await firefox.call('compiled-page.ts', 'compileEngines', [2, 5, 21])).toBeGreaterThan(100);
});

test('colour-prompt tells red from blue by two marks, and on WebGPU as on the CPU', async () => {
  const { data, width, height, truth } = redAndBlue(7, 60, 44);
  const image = { data: [...data], width, height };
  const inside = (label: number) => {
    const pixels = [...truth.keys()].filter((pixel) => truth[pixel] === label);
    const pixel = pixels[Math.floor(pixels.length / 2)];
    return { x: (pixel % width) + 0.5, y: Math.floor(pixel / width) + 0.5 };
  };
  const strokes = [0, 1, 2].map((label) => ({ label, radius: 3, points: [inside(label)] }));
  const prompts = { width, height, labelCount: 3, strokes };
  const labelsOn = (backend: string) =>
    firefox.call<number[]>('compiled-page.ts', 'promptedLabels', image, prompts, backend);
  const [gpu, cpu] = [await labelsOn('webgpu'), await labelsOn('cpu')];
  const share = (expected: (i: number) => number) =>
    gpu.filter((label, i) => label === expected(i)).length / gpu.length;
  expect(gpu).toHaveLength(2 * truth.length);
  expect(share((i) => cpu[i])).toBeGreaterThanOrEqual(0.999);
  expect(share((i) => truth[i % truth.length])).toBeGreaterThan(0.8);
});

test('every shader was compiled, here or above', async () => {
  await firefox.call('compiled-page.ts', 'compileInputs');
  await firefox.call('compiled-page.ts', 'compileViews');
  await firefox.call('mask-page.ts', 'differingOperations', { data: [0, 1, 1, 2, 0, 1], width: 3, height: 2 });
  const white = { data: Array(16).fill(255), width: 2, height: 2 };
  expect(await firefox.call('frame-page.ts', 'capturedTexture', 'rgba8unorm', white)).toMatchObject(white);
  const compiled = await firefox.call<string[]>('compiled-page.ts', 'compiledShaders');
  expect(shaderNames().filter((name) => !compiled.includes(name))).toEqual(refused);
});
