// SPDX-License-Identifier: MIT

import { afterAll, beforeAll, expect, test } from 'vitest';
import type { MaskAnalysis } from '../../../src/analysis/api.js';
import { CpuMaskAnalysis } from '../../../src/analysis/cpu-mask-analysis.js';
import { GpuMaskAnalysis } from '../../../src/analysis/gpu-mask-analysis.js';
import { MaskAnalysis as Entry } from '../../../src/analysis/mask-analysis.js';
import { createTestDevice, type TestDevice } from '../../support/device.js';
import { filledBuffer } from '../../support/filled-buffer.js';

const size = { width: 6, height: 5 };
const mask = new Uint8Array(30);
const labels = ['background', 'nucleus', 'border'];
let testDevice: TestDevice;
let gpu: GpuMaskAnalysis;
let cpu: CpuMaskAnalysis;
beforeAll(async () => {
  testDevice = await createTestDevice();
  gpu = new GpuMaskAnalysis({ size, labels, device: testDevice.device });
  cpu = new CpuMaskAnalysis(size, labels);
});
afterAll(async () => {
  gpu.destroy();
  await testDevice.finish();
});

const wrong: readonly [string, RegExp, (analysis: MaskAnalysis) => Promise<unknown>][] = [
  ['a map of another length', /^mask(\.data)?: .*30 whole numbers/, (a) => a.distance(new Uint8Array(29))],
  ['floats for labels', /^labelMap(\.data)?: /, (a) => a.areas(new Float32Array(30) as never)],
  ['a negative label', /\[3\]: got -1/, (a) => a.areas(Int32Array.from({ length: 30 }, (_v, i) => (i === 3 ? -1 : 0)))],
  ['an unknown name', /^options\.labels\[1\]: got "sofa", .*"nucleus"/, (a) => a.mask(mask, { labels: [0, 'sofa'] })],
  ['a label that is too high', /^options\.labels\[0\]: got 3, .*0\.\.2/, (a) => a.mask(mask, { labels: [3] })],
  ['no labels', /^options\.labels: /, (a) => a.mask(mask, { labels: [] })],
  [
    'a label in two groups',
    /^options\.groups\[1\]: .*no other group/,
    (a) =>
      a.merge(mask, {
        groups: [
          [0, 1],
          [2, 1],
        ],
      }),
  ],
  ['a negative radius', /^options\.radius: got -1/, (a) => a.erode(mask, { radius: -1 })],
  ['half a square', /^options\.radius: got 1\.5.*whole number/, (a) => a.erode(mask, { radius: 1.5, shape: 'square' })],
  ['a radius that is none', /^options\.radius: got NaN/, (a) => a.open(mask, { radius: Number.NaN })],
  ['another shape', /^options\.shape: .*'disc', 'square'/, (a) => a.close(mask, { radius: 1, shape: 'star' as never })],
  ['a misspelt option', /^options\.connectivty: /, (a) => a.components(mask, { connectivty: 4 } as never)],
  [
    'another connectivity',
    /^options\.connectivity: got 6, expected 4 or 8/,
    (a) => a.components(mask, { connectivity: 6 as never }),
  ],
  ['no height', /^options\.height: got 0/, (a) => a.seeds(mask, { height: 0 })],
  ['seeds for seeds', /^options\.seeds: /, (a) => a.seeds(mask, { seeds: mask } as never)],
  [
    'a seed above the pixel count',
    /^options\.seeds\[0\]: got 31/,
    (a) => a.watershed(mask, { seeds: new Uint8Array(30).fill(31) }),
  ],
  ['ids above the pixel count', /^ids\[0\]: got 31/, (a) => a.regions(new Uint8Array(30).fill(31))],
  [
    'a seed label that is no label',
    /^options\.seedLabels\[0\]: got "border"/,
    (a) => a.instances(mask, { labels: [1], seedLabels: [2] }),
  ],
  ['no background', /^options\.background: /, (a) => a.fuse(mask, mask, { background: [] })],
  [
    'a background to fuse',
    /^options\.labels: got "background"/,
    (a) => a.fuse(mask, mask, { background: [0], labels: [0] }),
  ],
  [
    'a limit of no use',
    /^options\.maxArea: got 3/,
    (a) => a.fuse(mask, mask, { background: [0], where: 'everywhere', maxArea: 3 }),
  ],
  ['half a trimap', /^options\.outer: got undefined/, (a) => a.trimap(mask, { inner: 1 } as never)],
  [
    'too wide a window',
    /^options\.radius: got 128.*1\.\.127/,
    (a) => a.softAlpha({ ...size, data: new Uint8Array(120) }, { mask }, { radius: 128 }),
  ],
  [
    'too small an epsilon',
    /^options\.epsilon: got 1e-7/,
    (a) => a.softAlpha({ ...size, data: new Uint8Array(120) }, { mask }, { epsilon: 1e-7 }),
  ],
  [
    'an image of another size',
    /^image\.width: got 7/,
    (a) => a.softAlpha({ width: 7, height: 5, data: new Uint8Array(140) }, { mask }),
  ],
  [
    'two foregrounds',
    /^foreground: .*either/,
    (a) => a.softAlpha({ ...size, data: new Uint8Array(120) }, { mask, probability: new Float32Array(30) }),
  ],
  [
    'no number',
    /^foreground\.probability\[0\]: got NaN/,
    (a) => a.softAlpha({ ...size, data: new Uint8Array(120) }, { probability: new Float32Array(30).fill(Number.NaN) }),
  ],
  [
    'a map of another kind',
    /^mask: got "a map of floats"/,
    async (a) => a.distance((await a.probability(new Float32Array(90), { labels: [0] })) as never),
  ],
  [
    'a map of another size',
    /^mask: got "4×4"/,
    async (a) => a.distance(await new CpuMaskAnalysis({ width: 4, height: 4 }, []).distance(new Uint8Array(16))),
  ],
];

test.each(wrong)('%s', async (_name, message, call) => {
  for (const analysis of [gpu, cpu]) {
    const error: unknown = await call(analysis).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ name: 'ArgumentError', message: expect.stringMatching(message) });
  }
  // Both go on as before.
  expect(await (await gpu.distance(mask)).read()).toEqual(await (await cpu.distance(mask)).read());
});

test('buffers that are too small or lack a usage', async () => {
  const small = filledBuffer(testDevice.device, new Uint32Array(29));
  const closed = filledBuffer(testDevice.device, new Uint32Array(30), 0);
  await expect(gpu.distance(small)).rejects.toThrow(/^mask\.size: got 116, expected at least 120 bytes/);
  await expect(gpu.distance(closed)).rejects.toThrow(
    /^mask\.usage: got 8, expected GPUBufferUsage\.COPY_SRC among them/,
  );
  await expect(gpu.distance(mask, { into: small })).rejects.toThrow(/^options\.into\.size: /);
  await expect(gpu.probability(small, { labels: [0] })).rejects.toThrow(/^marginals\.size: /);
  await expect(gpu.distance(mask, { into: {} as never })).rejects.toThrow(/^options\.into: .*a GPUBuffer/);
  await expect(cpu.distance(closed)).rejects.toThrow(/^mask: .*backend 'cpu'/);
  await expect(cpu.distance(mask, { into: closed })).rejects.toThrow(/^options\.into: .*backend 'cpu'/);
  small.destroy();
  closed.destroy();
});

test('names where there are none', async () => {
  const unnamed = new GpuMaskAnalysis({ size, labels: [], device: testDevice.device });
  await expect(unnamed.areas(mask)).rejects.toThrow(/^labels: got undefined, .*at creation/);
  await expect(unnamed.mask(mask, { labels: [0] })).rejects.toThrow(/^labels: got undefined, .*at creation/);
  await expect(new CpuMaskAnalysis(size, []).areas(mask)).rejects.toThrow(/^labels: got undefined, .*at creation/);
  unnamed.destroy();
});

test('what was destroyed', async () => {
  const gone = new GpuMaskAnalysis({ size, labels, device: testDevice.device });
  gone.destroy();
  await expect(gone.distance(mask)).rejects.toThrow(/this MaskAnalysis was destroyed/);
  const goneToo = new CpuMaskAnalysis(size, labels);
  goneToo.destroy();
  await expect(goneToo.distance(mask)).rejects.toThrow(/a destroyed MaskAnalysis/);
});

test('options of create', async () => {
  const { device } = testDevice;
  await expect(Entry.create({ width: 0, height: 5, device })).rejects.toThrow(/^width: got 0, .*1\.\.32767/);
  await expect(Entry.create({ width: 5, height: 32768, device })).rejects.toThrow(/^height: got 32768/);
  await expect(Entry.create({ ...size, device, labels: [] })).rejects.toThrow(/^labels: /);
  await expect(Entry.create({ ...size, device, labels: ['a', ''] })).rejects.toThrow(/^labels\[1\]: got ""/);
  await expect(Entry.create({ ...size, backend: 'gpu' as never })).rejects.toThrow(/^backend: got "gpu"/);
  await expect(Entry.create({ ...size, lables: 3 } as never)).rejects.toThrow(/^options\.lables: /);
  const numbered = await Entry.create({ ...size, device, labels: 2 });
  expect(numbered.labels).toEqual(['label 0', 'label 1']);
  numbered.destroy();
  const onCpu = await Entry.create({ ...size, backend: 'cpu' });
  expect(onCpu.backend).toBe('cpu');
  const map = await onCpu.distance(mask);
  expect(() => map.buffer).toThrow(/backend 'cpu' has no GPU buffers/);
});

test('a buffer that is too large for the device is named', async () => {
  const limited = await createTestDevice({ limits: { maxStorageBufferBindingSize: 2 ** 27 } });
  const size = { width: 32767, height: 257 };
  const analysis = new GpuMaskAnalysis({ size, labels, device: limited.device });
  await expect(analysis.watershed(new Uint8Array(32767 * 257))).rejects.toThrow(
    /basins needs 134737904 bytes .*maxStorageBufferBindingSize is 134217728/,
  );
  analysis.destroy();
  await limited.finish();
});
