// SPDX-License-Identifier: MIT

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { GpuMaskAnalysis } from '../../../src/analysis/gpu-mask-analysis.js';
import { GpuCrf } from '../../../src/engine/gpu-crf.js';
import { bufferUsage } from '../../../src/gpu/buffers.js';
import type { CrfParameters, ProblemSize } from '../../../src/problem/types.js';
import { createPlainDevice } from '../../support/device.js';
import { drawnImage, drawnLogits, usualKernels } from '../../support/problems.js';

const rounds = 12;
const parameters: CrfParameters = { kernels: usualKernels, iterations: 2 };
const good: ProblemSize = { width: 21, height: 13, labelCount: 4 };
/** Of another size, so that its buffers can be told apart. */
const bad: ProblemSize = { width: 30, height: 19, labelCount: 4 };
/** A float32 a stored label and pixel: 3 labels, as the last one is what the others leave, in rows of 4. */
const badRows = 30 * 19 * 4 * 4;

let device: GPUDevice;
let uncaptured: string[];
let expected: Float32Array;

beforeAll(async () => {
  ({ device, uncaptured } = await createPlainDevice());
  const crf = new GpuCrf({ size: good, parameters, device });
  expected = await refined(crf);
});
afterAll(() => device.destroy());

function inputOf(size: ProblemSize) {
  return { image: drawnImage(size.width, size.height), unary: { logits: drawnLogits(size) } };
}

/** Everything in one, on an engine that is made for it. */
async function refined(crf: GpuCrf): Promise<Float32Array> {
  try {
    await crf.refine(inputOf(good));
    return await crf.marginals();
  } finally {
    crf.destroy();
  }
}

/** Whoever creates a buffer of `badRows` bytes meanwhile asks for more than any device gives. */
async function withRefusal<Result>(work: () => Promise<Result>): Promise<Result> {
  const createBuffer = device.createBuffer.bind(device);
  const value = (descriptor: GPUBufferDescriptor) =>
    createBuffer(descriptor.size === badRows ? { ...descriptor, size: device.limits.maxBufferSize + 4 } : descriptor);
  Object.defineProperty(device, 'createBuffer', { value, configurable: true });
  try {
    return await work();
  } finally {
    Reflect.deleteProperty(device, 'createBuffer');
  }
}

const invalidBuffer = () => device.createBuffer({ label: "the user's", size: 16, usage: 0 });

/** Calls that fail on the device while an engine beside them works. */
const failures: Record<string, { call: () => Promise<unknown>; error: { name: string; message: RegExp } }> = {
  'is refused a buffer': {
    call: () =>
      withRefusal(async () => {
        const crf = new GpuCrf({ size: bad, parameters, device });
        try {
          await crf.refine(inputOf(bad));
        } finally {
          crf.destroy();
        }
      }),
    error: { name: 'DeviceError', message: /^the GPU refused what this size and these parameters need: / },
  },
  'was given a destroyed buffer': {
    call: async () => {
      const logits = device.createBuffer({ size: 30 * 19 * 4 * 4, usage: bufferUsage.storage });
      logits.destroy();
      const crf = new GpuCrf({ size: bad, parameters, device });
      try {
        await crf.refine({ ...inputOf(bad), unary: { logits } });
      } finally {
        crf.destroy();
      }
    },
    error: { name: 'ArgumentError', message: /^unary\.logits: got an object .* that is not destroyed$/ },
  },
  'is an analysis that is refused a buffer': {
    call: () =>
      withRefusal(async () => {
        // Four words a pixel are what a watershed's basins take.
        const analysis = new GpuMaskAnalysis({ size: bad, labels: [], device });
        try {
          await analysis.watershed(new Uint8Array(30 * 19).fill(1));
        } finally {
          analysis.destroy();
        }
      }),
    error: { name: 'DeviceError', message: /^the GPU refused what this size needs: / },
  },
};

describe.each(Object.entries(failures))('beside one that %s', (_name, { call, error }) => {
  test('an engine computes what it computes alone, round after round', async () => {
    for (let round = 0; round < rounds; round++) {
      const work = () => refined(new GpuCrf({ size: good, parameters, device }));
      // Each of the two begins first as often as the other.
      const order = round % 2 === 0 ? [work, call] : [call, work];
      const outcomes = await Promise.allSettled(order.map((begin) => begin()));
      const [innocent, failing] = round % 2 === 0 ? outcomes : outcomes.reverse();
      expect(innocent).toEqual({ status: 'fulfilled', value: expected });
      expect(failing).toMatchObject({
        status: 'rejected',
        reason: { name: error.name, message: expect.stringMatching(error.message) },
      });
    }
    expect(uncaptured).toEqual([]);
  });

  test("a user's own scope hears of the user's own error, and of nothing else", async () => {
    device.pushErrorScope('validation');
    device.pushErrorScope('out-of-memory');
    const failing = call().then(
      () => 'resolved',
      () => 'rejected',
    );
    const working = refined(new GpuCrf({ size: good, parameters, device }));
    expect(await failing).toBe('rejected');
    expect(await working).toEqual(expected);
    expect(await device.popErrorScope()).toBeNull();
    expect(await device.popErrorScope()).toBeNull();
    expect(uncaptured).toEqual([]);
  });
});

test("a user's errors while an engine works are the user's", async () => {
  device.pushErrorScope('validation');
  const working = refined(new GpuCrf({ size: good, parameters, device }));
  let done = false;
  void working.finally(() => {
    done = true;
  });
  // In scopes of their own, in the one around it all, and in none.
  invalidBuffer();
  const heard: (string | undefined)[] = [];
  while (!done) {
    device.pushErrorScope('validation');
    invalidBuffer();
    heard.push((await device.popErrorScope())?.message);
  }
  expect((await device.popErrorScope())?.message).toMatch(/the user's/);
  invalidBuffer();
  expect(await working).toEqual(expected);
  expect(heard.length).toBeGreaterThan(3);
  for (const message of heard) expect(message).toMatch(/the user's/);
  await device.queue.onSubmittedWorkDone();
  await expect.poll(() => uncaptured.splice(0)).toMatchObject([expect.stringMatching(/the user's/)]);
});

test('an engine that was refused a buffer works as soon as it gets one', async () => {
  const crf = new GpuCrf({ size: bad, parameters, device });
  await withRefusal(() => expect(crf.refine(inputOf(bad))).rejects.toThrow(/^the GPU refused/));
  await crf.refine(inputOf(bad));
  const fresh = new GpuCrf({ size: bad, parameters, device });
  await fresh.refine(inputOf(bad));
  expect(await crf.marginals()).toEqual(await fresh.marginals());
  crf.destroy();
  fresh.destroy();

  const analysis = new GpuMaskAnalysis({ size: bad, labels: [], device });
  const mask = new Uint8Array(30 * 19).fill(1);
  const distances = await analysis.distance(mask);
  await withRefusal(() => expect(analysis.watershed(mask)).rejects.toThrow(/^the GPU refused/));
  // What was there before is still there.
  const before = await distances.read();
  expect(new Set(await (await analysis.watershed(mask)).read())).toEqual(new Set([1]));
  expect(await (await analysis.distance(mask)).read()).toEqual(before);
  analysis.destroy();
  expect(uncaptured).toEqual([]);
});
