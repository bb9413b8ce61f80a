// SPDX-License-Identifier: MIT

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CpuPainter } from '../../../src/pipeline/cpu/drawing/painter.js';
import { layerOf } from '../../../src/pipeline/cpu/drawing/scene.js';
import { Painter } from '../../../src/pipeline/drawing/painter.js';
import { checkViewWith, type View } from '../../../src/pipeline/drawing/view.js';
import { drawnScene } from '../../support/drawn-scene.js';
import { randomImage } from '../../support/random.js';
import { StageDevice } from '../../support/stage-device.js';

let gpu: StageDevice;
beforeAll(async () => {
  gpu = await StageDevice.create();
});
afterAll(() => gpu.finish());

/** Views of every kind, with all that changes what they draw. */
const views: Exclude<View, { kind: 'image' }>[] = [
  { kind: 'original' },
  { kind: 'original', mirror: true, fit: 'cover' },
  { kind: 'overlay' },
  { kind: 'overlay', opacity: 0.8, outline: 5, mirror: true, split: 0.4 },
  { kind: 'overlay', outline: 0, fit: 'cover' },
  { kind: 'labels' },
  { kind: 'labels', outline: 3, split: 0.3 },
  { kind: 'confidence', split: 0.2 },
  { kind: 'cut-out' },
  { kind: 'cut-out', refineEdges: false, mirror: true, split: 0.5 },
  { kind: 'colour', colour: '#20c04080', foreground: [0] },
  { kind: 'colour', colour: '#20c040', foreground: [] },
  { kind: 'blur' },
  { kind: 'blur', sigmaXY: 3, mirror: true, fit: 'cover', split: 0.25 },
];

describe.each([
  { scene: drawnScene(40, 30, 20, 15, 2, { isOpaque: true }) },
  { scene: drawnScene(26, 30, 13, 15, 3, { isOpaque: true }) },
  { scene: drawnScene(33, 21, 12, 8, 4) },
  { scene: drawnScene(9, 13, 9, 13, 3) },
])('a frame of $scene.frame.width×$scene.frame.height', ({ scene }) => {
  const { frame, labels } = scene;
  const colours = ['#00000000', '#c02040', '#20a060c0', '#3050d0'].slice(0, labels.labelCount);
  const sizes = [frame, { width: 50, height: 31 }, { width: 17, height: 40 }, { width: 1, height: 1 }];
  let onGpu: Painter;
  const onCpu = new CpuPainter();

  beforeAll(async () => {
    onGpu = new Painter(gpu.device);
    await onGpu.prepare({
      sources: {
        frame: gpu.texture(frame.data, frame.width, frame.height),
        labels: { ...labels, labelMap: gpu.storage(labels.labelMap), marginals: gpu.storage(labels.marginals) },
      },
      views: ['image'],
      formats: ['rgba8unorm'],
      colours,
    });
  });
  afterAll(() => onGpu.destroy());

  test.each(views)('is drawn as on the GPU: %o', async (view) => {
    for (const { width, height } of sizes) {
      const expected = await onGpu.exportImage(view, { width, height });
      const resolved = checkViewWith(view, frame, labels.labelCount, () => layerOf(frame));
      // What lies behind the foreground of a see-through pixel nobody knows: rounding decides whether there is anything.
      if (view.kind === 'blur' && isTransparent(frame.data)) continue;
      expectSame(onCpu.paint(scene, resolved, { width, height }), expected.data, `${width}×${height}`);
    }
  });

  test.each([
    [64, 20],
    [5, 7],
  ])('is drawn as on the GPU over an image of %i×%i', async (width, height) => {
    const data = randomImage(width * height, 9);
    const image = gpu.texture(data, width, height);
    for (const size of sizes) {
      const expected = await onGpu.exportImage({ kind: 'image', image }, size);
      const layer = layerOf({ data, width, height });
      const resolved = checkViewWith({ kind: 'image', image: 'any' }, frame, labels.labelCount, () => layer);
      expectSame(onCpu.paint(scene, resolved, size), expected.data, `${size.width}×${size.height}`);
    }
  });

  test('draws into bytes that it is given', () => {
    const resolved = checkViewWith({ kind: 'blur' }, frame, labels.labelCount, () => layerOf(frame));
    const bytes = onCpu.paint(scene, resolved, frame).slice();
    const before = bytes.slice();
    expect(onCpu.paint(scene, resolved, frame, bytes.fill(9))).toBe(bytes);
    expect(bytes).toEqual(before);
  });
});

function isTransparent(data: Uint8ClampedArray): boolean {
  return data.some((value, i) => i % 4 === 3 && value < 255);
}

/** Colours count as much as they are opaque. */
function expectSame(found: Uint8ClampedArray, expected: ArrayLike<number>, message: string): void {
  const premultiplied = (bytes: ArrayLike<number>) =>
    Float32Array.from(bytes, (value, i) => (i % 4 === 3 ? value : (value * bytes[i - (i % 4) + 3]) / 255));
  expect(premultiplied(found), message).toBeAllClose(premultiplied(expected), { tolerance: 1.6 });
}
