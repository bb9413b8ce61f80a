// SPDX-License-Identifier: MIT

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  FrameResizer,
  type ResizeForm,
  resizeTargetBytes,
  type TensorForm,
} from '../../../../src/pipeline/frames/frame-resizer.js';
import { type Placement, planIngest } from '../../../../src/pipeline/frames/plan.js';
import { resizeToBytes, resizeToTensor } from '../../../../src/reference/pipeline/resize.js';
import { halvesOf } from '../../../support/halves.js';
import { randomImage } from '../../../support/random.js';
import { StageDevice } from '../../../support/stage-device.js';

let gpu: StageDevice;
beforeAll(async () => {
  gpu = await StageDevice.create();
});
afterAll(() => gpu.finish());

/** ImageNet's mean and deviation: values in about -2.1..2.7. */
const values = {
  channels: 'RGB',
  factor: [1 / (255 * 0.229), 1 / (255 * 0.224), 1 / (255 * 0.225)],
  offset: [-0.485 / 0.229, -0.456 / 0.224, -0.406 / 0.225],
  fill: [114, 30, 220],
} as const satisfies Partial<TensorForm>;

/** What nothing may be written to behind a target. */
const untouched = 77;

interface Frame {
  data: Uint8ClampedArray;
  width: number;
  height: number;
}

function frameOf(width: number, height: number): Frame {
  const data = randomImage(width * height, width).map((byte, i) => (i % 4 === 3 ? (5 * i) % 256 : byte));
  return { data, width, height };
}

/** Words of a target and a few behind it. */
async function resized(
  frame: Frame,
  form: ResizeForm,
  placement: Placement,
  workgroupSize: number,
): Promise<Uint32Array> {
  const bytes = resizeTargetBytes(form, placement);
  const target = gpu.filled(bytes / 4 + 4, untouched);
  const context = { device: gpu.programs.device, programs: gpu.programs, workgroupSize };
  const resizer = await FrameResizer.create(context, form, placement, target);
  const texture = gpu.texture(frame.data, frame.width, frame.height);
  gpu.encode((stages) => stages.stage('resize', (pass) => resizer.encode(pass, texture, placement)));
  const words = await gpu.words(target);
  resizer.destroy();
  return words;
}

function stretched(width: number, height: number, frameWidth: number, frameHeight: number): Placement {
  return planIngest({ size: { kind: 'fixed', width, height }, fit: 'stretch' }, frameWidth, frameHeight);
}

function letterboxed(width: number, height: number, frameWidth: number, frameHeight: number): Placement {
  return planIngest({ size: { kind: 'fixed', width, height }, fit: 'letterbox' }, frameWidth, frameHeight);
}

const placements: [string, Frame, Placement][] = [
  ['the same size', frameOf(7, 5), stretched(7, 5, 7, 5)],
  ['shrinking to odd sides', frameOf(40, 31), stretched(9, 7, 40, 31)],
  ['enlarging', frameOf(5, 4), stretched(13, 12, 5, 4)],
  ['shrinking one side, enlarging the other', frameOf(23, 3), stretched(6, 11, 23, 3)],
  ['a letterbox', frameOf(40, 12), letterboxed(9, 11, 40, 12)],
  ['an upright letterbox that enlarges', frameOf(3, 7), letterboxed(16, 15, 3, 7)],
  ['one pixel', frameOf(11, 6), stretched(1, 1, 11, 6)],
  ['from one pixel', frameOf(1, 1), letterboxed(3, 3, 1, 1)],
];

describe.each(placements)('%s', (_name, frame, placement) => {
  const pixelCount = placement.width * placement.height;

  test.each(['NHWC', 'NCHW'] as const)('%s in float32', async (layout) => {
    for (const workgroupSize of [1, 3, 64]) {
      const form: ResizeForm = { kind: 'tensor', layout, type: 'float32', ...values };
      const found = new Float32Array((await resized(frame, form, placement, workgroupSize)).buffer);
      expect(found.subarray(0, 3 * pixelCount)).toBeAllClose(resizeToTensor(frame, placement, { layout, ...values }), {
        tolerance: 1e-5,
      });
      expect(found.subarray(3 * pixelCount).every((value) => value === untouched)).toBe(true);
    }
  });

  test.each(['NHWC', 'NCHW'] as const)('%s in float16, two a word', async (layout) => {
    const form: ResizeForm = { kind: 'tensor', layout, type: 'float16', ...values };
    const words = await resized(frame, form, placement, 2);
    const expected = resizeToTensor(frame, placement, { layout, ...values });
    const found = halvesOf(words, 3 * pixelCount);
    // Half an ulp of a float16 in 2..4 is 1e-3.
    expect(found).toBeAllClose(expected, { tolerance: 1.01e-3 });
    const behind = new Float32Array(words.buffer).subarray(Math.ceil((3 * pixelCount) / 2));
    expect(behind.every((value) => value === untouched)).toBe(true);
  });

  test('BGR', async () => {
    const form: ResizeForm = { kind: 'tensor', layout: 'NHWC', type: 'float32', ...values, channels: 'BGR' };
    const found = new Float32Array((await resized(frame, form, placement, 64)).buffer, 0, 3 * pixelCount);
    const expected = resizeToTensor(frame, placement, { layout: 'NHWC', ...values, channels: 'BGR' });
    expect(found).toBeAllClose(expected, { tolerance: 1e-5 });
  });

  test('mirrored, with its margins, and back again', async () => {
    const form: ResizeForm = { kind: 'tensor', layout: 'NHWC', type: 'float32', ...values };
    const target = gpu.filled(3 * pixelCount + 4, untouched);
    const context = { device: gpu.programs.device, programs: gpu.programs, workgroupSize: 3 };
    const resizer = await FrameResizer.create(context, form, placement, target);
    const texture = gpu.texture(frame.data, frame.width, frame.height);
    const expected = resizeToTensor(frame, placement, { layout: 'NHWC', ...values });
    const { width } = placement;
    for (const isMirrored of [false, true, false]) {
      gpu.encode((stages) => stages.stage('resize', (pass) => resizer.encode(pass, texture, placement, isMirrored)));
      const found = await gpu.floats(target, 3 * pixelCount);
      const columnOf = (pixel: number) => (isMirrored ? width - 1 - (pixel % width) : pixel % width);
      const pixelFor = (i: number) => Math.floor(i / 3) - (Math.floor(i / 3) % width) + columnOf(Math.floor(i / 3));
      expect(found).toBeAllClose(
        expected.map((_, i) => expected[3 * pixelFor(i) + (i % 3)]),
        { tolerance: 1e-5 },
      );
    }
    resizer.destroy();
  });

  test('packed RGBA', async () => {
    const { width, height } = placement;
    const whole = stretched(width, height, frame.width, frame.height);
    const words = await resized(frame, { kind: 'image' }, whole, 2);
    const found = new Uint8Array(words.buffer, 0, 4 * pixelCount);
    // What lies within rounding of a half may go either way.
    expect(found).toBeAllClose(resizeToBytes(frame, width, height), { tolerance: 1 });
    if (width === frame.width && height === frame.height) expect([...found]).toEqual([...frame.data]);
    const behind = new Float32Array(words.buffer).subarray(pixelCount);
    expect(behind.every((value) => value === untouched)).toBe(true);
  });
});

test('the sides of a large frame lose no precision', async () => {
  const [width, height] = [4001, 2];
  const frame = frameOf(width, height);
  const placement = stretched(257, 1, width, height);
  const form: ResizeForm = { kind: 'tensor', layout: 'NCHW', type: 'float32', ...values };
  const found = new Float32Array((await resized(frame, form, placement, 64)).buffer, 0, 3 * 257);
  expect(found).toBeAllClose(resizeToTensor(frame, placement, { layout: 'NCHW', ...values }), { tolerance: 1e-5 });
});

test('a frame of another size needs no other resizer', async () => {
  const size = { width: 6, height: 6 };
  const target = gpu.zeros(36);
  const context = { device: gpu.programs.device, programs: gpu.programs, workgroupSize: 64 };
  const resizer = await FrameResizer.create(context, { kind: 'image' }, size, target);
  for (const frame of [frameOf(12, 9), frameOf(5, 20), frameOf(12, 9)]) {
    const texture = gpu.texture(frame.data, frame.width, frame.height);
    const placement = stretched(6, 6, frame.width, frame.height);
    gpu.encode((stages) => stages.stage('resize', (pass) => resizer.encode(pass, texture, placement)));
    const found = new Uint8Array((await gpu.words(target)).buffer);
    expect(found).toBeAllClose(resizeToBytes(frame, 6, 6), { tolerance: 1 });
  }
  resizer.destroy();
});

test('bad targets and placements are named', async () => {
  const context = { device: gpu.programs.device, programs: gpu.programs, workgroupSize: 64 };
  const size = { width: 4, height: 4 };
  await expect(FrameResizer.create(context, { kind: 'image' }, size, gpu.zeros(12))).rejects.toThrow(
    'target.size: got 48, expected at least 64 bytes',
  );
  await expect(
    FrameResizer.create(context, { kind: 'image' }, size, gpu.uniform(...Array(16).fill(0))),
  ).rejects.toThrow('target.usage: got');
  const resizer = await FrameResizer.create(context, { kind: 'image' }, size, gpu.zeros(16));
  const texture = gpu.texture(new Uint8Array(4), 1, 1);
  const encode = (placement: Placement) =>
    gpu.encode((stages) => stages.stage('resize', (pass) => resizer.encode(pass, texture, placement)));
  const window = { x: 0, y: 0, width: 4, height: 4 };
  expect(() => encode({ width: 5, height: 4, window })).toThrow(
    "placement.width: got 5, expected the target's width 4",
  );
  expect(() => encode({ ...size, window: { ...window, x: 1 } })).toThrow(
    'placement.window.width: got 4, expected a whole number in 1..3',
  );
  expect(() => encode({ ...size, window: { ...window, y: 0.5 } })).toThrow('placement.window.y: got 0.5');
  resizer.destroy();
});
