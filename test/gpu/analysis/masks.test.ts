// SPDX-License-Identifier: MIT

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { IntegerInput, MaskAnalysis, PixelMap } from '../../../src/analysis/api.js';
import { CpuMaskAnalysis } from '../../../src/analysis/cpu-mask-analysis.js';
import { GpuMaskAnalysis } from '../../../src/analysis/gpu-mask-analysis.js';
import { MaskAnalysis as Entry } from '../../../src/analysis/mask-analysis.js';
import { DenseCrf } from '../../../src/dense-crf.js';
import { createTestDevice, type TestDevice } from '../../support/device.js';
import { filledBuffer } from '../../support/filled-buffer.js';
import { discs, drawnMasks, randomMask, randomValues, spiral } from '../../support/masks.js';
import { drawnImage, drawnLogits } from '../../support/problems.js';
import { randomFloats, randomImage } from '../../support/random.js';

let testDevice: TestDevice;
beforeAll(async () => {
  testDevice = await createTestDevice();
});
afterAll(() => testDevice.finish());

const labels = ['background', 'nucleus', 'border'];
type Size = { width: number; height: number };

function onGpu({ width, height }: Size, tuning?: { blockLength: number }) {
  const size = { width, height };
  return new GpuMaskAnalysis({ size, labels, device: testDevice.device, ...(tuning ? { tuning } : {}) });
}

/** What was made on the device so far; reading back is no making. */
function created() {
  const { mapAsync: _reads, ...made } = testDevice.counts();
  return made;
}

type Operation = readonly [name: string, run: (analysis: MaskAnalysis, map: IntegerInput) => Promise<PixelMap>];

const connectivities = [4, 8] as const;

/** Every operation from whole numbers to whole numbers, in every variant. */
const operations: readonly Operation[] = [
  ['mask', (analysis, map) => analysis.mask(map, { labels: ['nucleus', 2] })],
  ['merge', (analysis, map) => analysis.merge(map, { groups: [['nucleus', 'border']] })],
  ...(['disc', 'square'] as const).flatMap((shape): Operation[] => [
    [`erode, ${shape}`, (analysis, map) => analysis.erode(map, { radius: 1, shape })],
    [`dilate, ${shape}`, (analysis, map) => analysis.dilate(map, { radius: 2, shape })],
    [`open, ${shape}`, (analysis, map) => analysis.open(map, { radius: 2, shape })],
    [`close, ${shape}`, (analysis, map) => analysis.close(map, { radius: 3, shape })],
  ]),
  ...connectivities.flatMap((connectivity): Operation[] => [
    [`components, ${connectivity}`, (analysis, map) => analysis.components(map, { connectivity })],
    [`holes, ${connectivity}`, (analysis, map) => analysis.fillHoles(map, { connectivity })],
    [`small holes, ${connectivity}`, (analysis, map) => analysis.fillHoles(map, { connectivity, maxArea: 2 })],
    [`small, ${connectivity}`, (analysis, map) => analysis.removeSmall(map, { connectivity, minArea: 4 })],
    [`seeds, ${connectivity}`, (analysis, map) => analysis.seeds(map, { connectivity, height: 0.4 })],
    [`watershed, ${connectivity}`, (analysis, map) => analysis.watershed(map, { connectivity, height: 0.4 })],
    [`given seeds, ${connectivity}`, (analysis, map) => analysis.watershed(map, { connectivity, seeds: map })],
    [`core, ${connectivity}`, (analysis, map) => analysis.watershed(map, { connectivity, core: map })],
    [
      `core and seeds, ${connectivity}`,
      (analysis, map) =>
        analysis.watershed(new Uint8Array(analysis.width * analysis.height).fill(1), {
          connectivity,
          seeds: map,
          core: map,
        }),
    ],
    [
      `outline, ${connectivity}`,
      (analysis, map) => analysis.outline(map, { connectivity, alongFrame: connectivity === 4 }),
    ],
  ]),
  ['instances', (analysis, map) => analysis.instances(map, { labels: [1, 2], seedLabels: ['nucleus'], height: 0.5 })],
  ['distance', (analysis, map) => analysis.distance(map)],
  [
    'fuse',
    (analysis, map) =>
      analysis.fuse(new Uint8Array(analysis.width * analysis.height).fill(1), map, { background: [0] }),
  ],
  [
    'fuse everywhere',
    (analysis, map) =>
      analysis.fuse(new Uint8Array(analysis.width * analysis.height).fill(2), map, {
        background: ['background'],
        labels: ['border'],
        where: 'everywhere',
      }),
  ],
  ['trimap', (analysis, map) => analysis.trimap(map, { inner: 1, outer: 2 })],
];

const masks = [...drawnMasks, randomValues(15, 12, 4, 9), randomMask(67, 5, 0.7, 5)];

describe.each(masks)('$name', ({ data, width, height }) => {
  test('every operation gives what the CPU has', async () => {
    const gpu = onGpu({ width, height });
    const cpu = new CpuMaskAnalysis({ width, height }, labels);
    for (const [name, run] of operations) {
      expect(await (await run(gpu, data)).read(), name).toEqual(await (await run(cpu, data)).read());
    }
    expect(await (await gpu.areas(data)).read()).toEqual(await (await cpu.areas(data)).read());
    expect(await gpu.regions(data)).toEqual(await cpu.regions(data));
    gpu.destroy();
  });
});

test('sums over many levels of short blocks change nothing', async () => {
  const { data, width, height } = randomValues(31, 22, 3, 2);
  const gpu = onGpu({ width, height }, { blockLength: 2 });
  const cpu = new CpuMaskAnalysis({ width, height }, labels);
  expect(await (await gpu.components(data)).read()).toEqual(await (await cpu.components(data)).read());
  expect(await (await gpu.seeds(data)).read()).toEqual(await (await cpu.seeds(data)).read());
  gpu.destroy();
});

test('a long spiral is one component, one hole-free mask and one instance', async () => {
  const drawn = spiral(120);
  const gpu = onGpu(drawn);
  const ids = await (await gpu.components(drawn.data, { connectivity: 4 })).read();
  expect(ids).toEqual(drawn.data);
  expect(await (await gpu.fillHoles(drawn.data)).read()).toEqual(drawn.data);
  const seeds = Uint32Array.from(drawn.data, (_value, pixel) => Number(pixel === 0));
  expect(await (await gpu.watershed(drawn.data, { seeds, connectivity: 4 })).read()).toEqual(drawn.data);
  gpu.destroy();
});

test('repeated calls create nothing, whatever their options, and read nothing back', async () => {
  const { data, width, height } = randomValues(24, 20, 3, 5);
  const gpu = onGpu({ width, height });
  const [map, marginals] = [
    filledBuffer(testDevice.device, data),
    filledBuffer(testDevice.device, randomFloats(3 * data.length, 4), 0x80),
  ];
  const image = { width, height, data: randomImage(data.length, 4) };
  const into = filledBuffer(testDevice.device, new Uint32Array(data.length));
  const all = async (radius: number) => {
    for (const [, run] of operations) await run(gpu, map);
    await gpu.dilate(map, { radius });
    await gpu.dilate(map, { radius, into });
    await gpu.seeds(map, { height: radius });
    await gpu.areas(map);
    const probability = await gpu.probability(marginals, { labels: [radius % 3] });
    const trimap = await gpu.trimap(map, { inner: radius, outer: 1 });
    await gpu.softAlpha(image, { probability }, { radius, epsilon: 1e-3 / radius, trimap });
    await gpu.softAlpha(image, { mask: map }, { radius });
  };
  await all(1);
  const [before, reads, bytes] = [created(), testDevice.counts().mapAsync, gpu.bytes];
  await all(2);
  await all(5);
  expect(created()).toEqual(before);
  expect(testDevice.counts().mapAsync).toBe(reads);
  expect(gpu.bytes).toBe(bytes);
  // Another analysis on the device compiles nothing, though its size is another.
  const other = onGpu({ width: 9, height: 4 });
  await other.watershed(new Uint8Array(36).fill(1), { connectivity: 4, height: 1 });
  expect(created().createComputePipeline).toBe(before.createComputePipeline);
  other.destroy();
  gpu.destroy();
  for (const buffer of [map, marginals, into]) buffer.destroy();
});

test('maps and buffers of one operation are inputs of the next, their own too', async () => {
  const drawn = randomMask(22, 17, 0.6, 8);
  const gpu = onGpu(drawn);
  const cpu = new CpuMaskAnalysis(drawn, labels);
  const chain = async (analysis: MaskAnalysis, first: IntegerInput) => {
    let map = await analysis.dilate(first, { radius: 1 });
    map = await analysis.dilate(map, { radius: 1 });
    const ids = await analysis.components(await analysis.fillHoles(map));
    return (await analysis.outline(ids, { connectivity: 8 })).read();
  };
  const expected = await chain(cpu, drawn.data);
  const buffer = filledBuffer(testDevice.device, drawn.data);
  expect(await chain(gpu, drawn.data)).toEqual(expected);
  expect(await chain(gpu, buffer)).toEqual(expected);
  expect(await chain(gpu, (await cpu.dilate(drawn.data, { radius: 0 })) as PixelMap)).toEqual(expected);
  expect(await chain(gpu, Uint8Array.from(drawn.data))).toEqual(expected);
  buffer.destroy();
  gpu.destroy();
});

test('a result stays where it was asked to be put', async () => {
  const drawn = randomMask(22, 17, 0.6, 8);
  const gpu = onGpu(drawn);
  const into = filledBuffer(testDevice.device, new Uint32Array(drawn.data.length));
  const kept = await gpu.erode(drawn.data, { radius: 1, into });
  const overwritten = await gpu.erode(drawn.data, { radius: 1 });
  await gpu.erode(drawn.data, { radius: 5 });
  expect(kept.buffer).toBe(into);
  expect(await kept.read()).not.toEqual(await overwritten.read());
  const cpu = new CpuMaskAnalysis(drawn, labels);
  expect(await kept.read()).toEqual(await (await cpu.erode(drawn.data, { radius: 1 })).read());
  into.destroy();
  gpu.destroy();
});

test('calls that are made at once take turns', async () => {
  const { data, width, height } = randomValues(21, 14, 3, 6);
  const gpu = onGpu({ width, height });
  const cpu = new CpuMaskAnalysis({ width, height }, labels);
  const calls = (analysis: MaskAnalysis) => [
    analysis.distance(data).then((map) => map.read()),
    analysis.instances(data, { labels: [1, 2], seedLabels: [1] }).then((map) => map.read()),
    analysis.regions(data),
  ];
  expect(await Promise.all(calls(gpu))).toEqual(await Promise.all(calls(cpu)));
  gpu.destroy();
});

test('soft alpha of a probability and of a mask, from bytes, a buffer and a texture', async () => {
  const [width, height] = [23, 14];
  const gpu = onGpu({ width, height });
  const cpu = new CpuMaskAnalysis({ width, height }, labels);
  const data = Uint8Array.from(drawnImage(width, height).data);
  const probability = randomFloats(width * height, 3);
  const options = { radius: 3, epsilon: 1e-3 };
  const expected = await (await cpu.softAlpha({ data, width, height }, { probability }, options)).read();
  const packed = filledBuffer(testDevice.device, new Uint32Array(data.buffer));
  const texture = testDevice.device.createTexture({ size: [width, height], format: 'rgba8unorm', usage: 0x4 | 0x2 });
  testDevice.device.queue.writeTexture({ texture }, data, { bytesPerRow: 4 * width }, [width, height]);
  const floats = filledBuffer(testDevice.device, probability);
  for (const image of [{ data, width, height }, packed, texture]) {
    const alpha = await gpu.softAlpha(image, { probability: floats }, options);
    expect(await alpha.read()).toBeAllClose(expected, { tolerance: 1e-5 });
  }
  const { data: mask } = randomMask(width, height, 0.5, 2);
  const trimap = await cpu.trimap(mask, { inner: 2, outer: 2 });
  const onCpu = await cpu.softAlpha({ data, width, height }, { mask }, { ...options, trimap });
  const alpha = await gpu.softAlpha(
    packed,
    { mask },
    { ...options, trimap: await gpu.trimap(mask, { inner: 2, outer: 2 }) },
  );
  expect(await alpha.read()).toBeAllClose(await onCpu.read(), { tolerance: 1e-5 });
  for (const buffer of [packed, floats, texture]) buffer.destroy();
  gpu.destroy();
});

test("the engine's results go on without leaving the GPU", async () => {
  const size = { width: 30, height: 22, labelCount: 3 };
  const { device } = testDevice;
  const crf = await DenseCrf.create({ ...size, device, parameters: { kernels: [] } });
  await crf.refine({ image: drawnImage(size.width, size.height), unary: { logits: drawnLogits(size) } });
  const { labelMap, marginals } = await crf.gpuResults();
  const analysis = await Entry.create({ width: size.width, height: size.height, labels, device });
  expect(analysis.backend).toBe('webgpu');
  const [reads, cpu] = [testDevice.counts().mapAsync, new CpuMaskAnalysis(size, labels)];
  const mask = await analysis.mask(labelMap, { labels: ['nucleus', 'border'] });
  const probability = await analysis.probability(marginals, { labels: ['nucleus', 'border'] });
  const areas = await analysis.areas(labelMap);
  expect(testDevice.counts().mapAsync).toBe(reads);
  const map = await crf.labelMap();
  expect(await mask.read()).toEqual(await (await cpu.mask(map, { labels: [1, 2] })).read());
  const onCpu = await cpu.probability(await crf.marginals(), { labels: [1, 2] });
  expect(await probability.read()).toBeAllClose(await onCpu.read(), { tolerance: 1e-6 });
  expect(await areas.read()).toEqual(await (await cpu.areas(map)).read());
  analysis.destroy();
  crf.destroy();
});

test('touching discs are told apart, and cores with borders too', async () => {
  const drawn = discs(44, 20, [
    [9, 10, 8],
    [22, 10, 8],
    [36, 10, 7],
  ]);
  const gpu = onGpu(drawn);
  const ids = await (await gpu.watershed(drawn.data)).read();
  expect(await gpu.regions(ids)).toHaveLength(3);
  const at = (x: number) => ids[10 * 44 + x];
  expect([at(9), at(22), at(36)].map((id) => id > 0)).toEqual([true, true, true]);
  expect(new Set([at(9), at(22), at(36)]).size).toBe(3);
  // As a network with a border class has it: cores that do not touch.
  const cores = discs(44, 20, [
    [9, 10, 5],
    [22, 10, 5],
    [36, 10, 4],
  ]);
  const labelMap = drawn.data.map((on, pixel) => on * (cores.data[pixel] ? 1 : 2));
  const instances = await gpu.instances(labelMap, { labels: ['nucleus', 'border'], seedLabels: ['nucleus'] });
  expect(await gpu.regions(instances)).toHaveLength(3);
  expect((await instances.read()).map((id) => Number(id > 0))).toEqual(drawn.data);
  gpu.destroy();
});
