// SPDX-License-Identifier: MIT

import { afterAll, beforeAll, expect, test } from 'vitest';
import { textureUsage } from '../../../src/gpu/given-objects.js';
import type { Pipeline } from '../../../src/pipeline/index.js';
import { createPlainDevice } from '../../support/device.js';
import { height, picture, TestPipelines, width } from '../../support/tiny-pipeline.js';

const pipelines = new TestPipelines();
const readable = textureUsage.textureBinding | textureUsage.copyTarget;

let device: GPUDevice;
let other: GPUDevice;
let uncaptured: string[];
beforeAll(async () => {
  ({ device, uncaptured } = await createPlainDevice());
  ({ device: other } = await createPlainDevice());
});
afterAll(() => {
  device.destroy();
  other.destroy();
});

const textureOf = (more: Partial<GPUTextureDescriptor> = {}, on = device) =>
  on.createTexture({ label: 'given', size: [width, height], format: 'rgba8unorm', usage: readable, ...more });

function filledTexture(): GPUTexture {
  const texture = textureOf();
  const { data } = picture();
  device.queue.writeTexture({ texture }, data.slice(), { bytesPerRow: 4 * width }, [width, height]);
  return texture;
}

function destroyed(texture: GPUTexture): GPUTexture {
  texture.destroy();
  return texture;
}

async function expectRefused(call: Promise<unknown>, argument: string): Promise<void> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toMatchObject({ name: 'ArgumentError', argument });
}

const frames: [string, () => GPUTexture, string][] = [
  ['destroyed', () => destroyed(textureOf()), 'frame'],
  ['of another device', () => textureOf({}, other), 'frame'],
  ['without TEXTURE_BINDING', () => textureOf({ usage: textureUsage.copyTarget }), 'frame.usage'],
  ['of integers', () => textureOf({ format: 'r8uint' }), 'frame.format'],
  ['of several samples', () => textureOf({ sampleCount: 4, usage: readable | 0x10 }), 'frame.sampleCount'],
  ['that is an array', () => textureOf({ size: [width, height, 6] }), 'frame.depthOrArrayLayers'],
  ['that is a volume', () => textureOf({ dimension: '3d' }), 'frame.dimension'],
];

test('frames that are textures which cannot be read', async () => {
  const pipeline = await pipelines.open({ device, crf: null, smoothing: {} });
  const labels = await (await pipeline.segment(picture())).labelMap();
  const target = textureOf({ usage: 0x10 });
  for (const [, make, argument] of frames) {
    await expectRefused(pipeline.segment(make()), argument);
    await expectRefused(pipeline.segmentFrame(make()), argument);
    // The result before is still there to be drawn.
    await pipeline.draw({ kind: 'overlay' }, target);
  }
  expect(await (await pipeline.segment(filledTexture())).labelMap()).toEqual(labels);
  expect(uncaptured).toEqual([]);
});

test('a frame that was good and is destroyed', async () => {
  const pipeline: Pipeline = await pipelines.open({ device, crf: null });
  const frame = filledTexture();
  const labels = await (await pipeline.segment(frame)).labelMap();
  frame.destroy();
  await expectRefused(pipeline.segment(frame), 'frame');
  await expectRefused(pipeline.segmentFrame(frame), 'frame');
  // Of what there was half is gone: it is not drawn together with the rest.
  await expectRefused(pipeline.draw({ kind: 'overlay' }, textureOf({ usage: 0x10 })), 'draw');
  expect(await (await pipeline.segment(filledTexture())).labelMap()).toEqual(labels);
  await pipeline.draw({ kind: 'overlay' }, textureOf({ usage: 0x10 }));
  expect(uncaptured).toEqual([]);
});

test('targets and images that cannot be drawn on or read', async () => {
  const pipeline = await pipelines.open({ device, crf: null });
  await pipeline.segment(picture());
  const target = () => textureOf({ usage: 0x10 });
  await expectRefused(pipeline.draw({ kind: 'overlay' }, destroyed(target())), 'target');
  await expectRefused(pipeline.draw({ kind: 'overlay' }, textureOf({ usage: 0x10 }, other)), 'target');
  await expectRefused(pipeline.draw({ kind: 'overlay' }, textureOf()), 'target.usage');
  await expectRefused(pipeline.draw({ kind: 'image', image: destroyed(textureOf()) }, target()), 'view.image');
  await expectRefused(pipeline.draw({ kind: 'image', image: textureOf({}, other) }, target()), 'view.image');
  await pipeline.draw({ kind: 'image', image: textureOf() }, target());
  expect(uncaptured).toEqual([]);
});

test("two pipelines beside a user's errors: neither is blamed, and the user hears of each", async () => {
  const opening = [pipelines.open({ device, crf: null }), pipelines.open({ device, crf: null })];
  let done = false;
  const working = Promise.all(opening.map(async (one) => (await (await one).segment(picture())).labelMap()));
  void working.finally(() => {
    done = true;
  });
  let made = 0;
  const heard: (GPUError | null)[] = [];
  while (!done) {
    device.pushErrorScope('validation');
    device.createBuffer({ label: "the user's", size: 16, usage: 0 });
    made++;
    heard.push(await device.popErrorScope());
  }
  const [first, second] = await working;
  expect(second).toEqual(first);
  expect(made).toBeGreaterThan(3);
  for (const error of heard) expect(error?.message).toMatch(/the user's/);
  expect(uncaptured).toEqual([]);
});
