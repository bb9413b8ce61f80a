// SPDX-License-Identifier: MIT

import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Browser, Page } from 'puppeteer';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { adapterFromEnvironment, launchBrowser } from '../../src/cli/browser.js';
import { writeCameraFile } from '../support/fake-camera.js';
import { tinyModel } from '../support/onnx-models.js';
import { patience } from '../support/patience.js';
import { tinyDescription, tinyNetwork } from '../support/tiny-network.js';

type CameraPage = typeof import('../support/camera-page.js');

let folder: string;
let browser: Browser;
let page: Page;
const errors: string[] = [];

const filmFrames = 90;

function squareAt(x: number, y: number, frame: number): [number, number, number] {
  const left = 40 + 8 * Math.min(frame, filmFrames - frame);
  const isSquare = x >= left && x < left + 160 && y >= 160 && y < 320;
  return isSquare ? [220, 30, 30] : [30, 30, 220];
}

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'meanfield-camera-'));
  const film = path.join(folder, 'camera.y4m');
  // Three seconds: a red square of 160 pixels goes from left to right over blue, and back.
  await writeCameraFile(film, 640, 480, squareAt, filmFrames);
  // A browser of its own: the camera's film is on the command line, and its GPU process is crashed.
  browser = await launchBrowser({
    adapter: adapterFromEnvironment('software'),
    extraArguments: [
      '--use-fake-device-for-media-stream',
      '--use-fake-ui-for-media-stream',
      `--use-file-for-fake-video-capture=${film}`,
      '--disable-domain-blocking-for-3d-apis',
      '--disable-gpu-process-crash-limit',
    ],
  });
  page = await browser.newPage();
  page.setDefaultTimeout(patience);
  page.on('pageerror', (error) => errors.push(String(error)));
  await page.exposeFunction('crashGpu', async () => {
    const session = await browser.target().createCDPSession();
    // Never answers: the process that would is gone.
    void session.send('Browser.crashGpuProcess').catch(() => undefined);
  });
  await page.goto(new URL('test/browser/harness.html', inject('serverUrl')).href);
});

afterAll(async () => {
  await browser?.close();
  await rm(folder, { recursive: true, force: true });
  expect(errors).toEqual([]);
});

async function inPage<Name extends keyof CameraPage>(name: Name, ...values: Parameters<CameraPage[Name]>) {
  const result = await page.evaluate(
    async (called, given) => {
      const module = await window.importModule('test/support/camera-page.ts');
      return (module[called] as (...given: unknown[]) => unknown)(...given);
    },
    name as string,
    values as unknown[],
  );
  return result as Awaited<ReturnType<CameraPage[Name]>>;
}

it('takes 300 frames of a camera without creating or reading back anything', async () => {
  const run = await inPage('runCamera', tinyDescription, [...tinyNetwork()], 10, 300);
  expect(run.labels).toEqual([1, 2]);
  expect({ ...run.created, createBindGroup: 0 }).toEqual({
    createBuffer: 0,
    createTexture: 0,
    createBindGroup: 0,
    createComputePipeline: 0,
    createRenderPipeline: 0,
    createShaderModule: 0,
    mapAsync: 0,
  });
  // onnxruntime, too, labels some of its own: by operators.
  const { MatMul: _MatMul, ...ownBindGroups } = run.ownBindGroups;
  expect(ownBindGroups).toEqual({ 'pipeline/capture-video': 300 });
  expect(run.tensors).toBe(0);
  expect(run.bytesAfter).toBe(run.bytesBefore);
}, 300_000);

it('follows what was marked on one frame through those after it', async () => {
  const followed = await inPage('followSquare', 64, 5, 0.2);
  const places = followed.map(({ expected }) => expected);
  // The square has moved, by more than its own width.
  expect(Math.max(...places) - Math.min(...places)).toBeGreaterThan(0.2);
  for (const { found, expected } of followed) expect(Math.abs(found - expected)).toBeLessThan(0.03);
}, 300_000);

it('names the operators that would run on the CPU', async () => {
  const dims = [1, 3, 'height', 'width'] as const;
  const bytes = tinyModel({
    nodes: [
      { op: 'Relu', inputs: ['image'], outputs: ['positive'] },
      { op: 'Celu', inputs: ['positive'], outputs: ['logits'] },
    ],
    inputs: [{ name: 'image', dims: [1, 3, 16, 16] }],
    outputs: [{ name: 'logits', dims }],
  });
  const { longSide: _longSide, ...input } = tinyDescription.input;
  const network = { ...tinyDescription, input: { ...input, width: 16, height: 16 } };
  expect(await inPage('refusalOf', network, [...bytes])).toMatch(/^red and blue: Celu \(celu1\) run on the CPU/);
});

it('loses nothing when the device goes away while the network runs', async () => {
  const { labels, isReplaced } = await inPage('loseInTheMiddle', tinyDescription, [...tinyNetwork()]);
  expect(labels).toEqual([2, 2]);
  expect(isReplaced).toBe(true);
}, 200_000);

it('survives the loss of the GPU process once, and says so the second time', async () => {
  const { losses, labels, end } = await inPage('surviveLoss', tinyDescription, [...tinyNetwork()]);
  expect(labels).toEqual([2, 2]);
  expect(losses).toMatchObject([{ rebuilding: true }, { rebuilding: false }]);
  expect(end).toMatch(/the GPU device was lost again/);
}, 200_000);
