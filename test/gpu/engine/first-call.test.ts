// SPDX-License-Identifier: MIT

import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createGpuCrf } from '../../../src/engine/create-gpu-crf.js';
import { GpuCrf } from '../../../src/engine/gpu-crf.js';
import type { CrfParameters, ProblemSize } from '../../../src/problem/types.js';
import { createPlainDevice } from '../../support/device.js';
import { drawnImage, drawnLogits, usualKernels } from '../../support/problems.js';

const parameters: CrfParameters = { kernels: usualKernels, iterations: 2 };
const size: ProblemSize = { width: 23, height: 17, labelCount: 5 };
const input = { image: drawnImage(size.width, size.height), unary: { logits: drawnLogits(size) } };

type Compile = GPUDevice['createComputePipelineAsync'];

let device: GPUDevice;
let expected: Float32Array;

beforeAll(async () => {
  ({ device } = await createPlainDevice());
  const crf = new GpuCrf({ size, parameters, device });
  await crf.refine(input);
  expected = await crf.marginals();
  device.destroy();
});
// A new one each time: what it has compiled it keeps.
beforeEach(async () => {
  ({ device } = await createPlainDevice());
});
afterEach(() => device.destroy());

/** Puts `change` between everybody and the device's compiler. */
function changeCompiler(change: (descriptor: GPUComputePipelineDescriptor, compile: Compile) => ReturnType<Compile>) {
  const compile = device.createComputePipelineAsync.bind(device);
  Object.defineProperty(device, 'createComputePipelineAsync', {
    value: (descriptor: GPUComputePipelineDescriptor) => change(descriptor, compile),
    configurable: true,
  });
}

/** Labels of what is compiled from now on, and until when. */
function watchCompiler() {
  const labels: string[] = [];
  const compiling: Promise<unknown>[] = [];
  changeCompiler((descriptor, compile) => {
    labels.push(String(descriptor.label));
    const pipeline = compile(descriptor);
    compiling.push(pipeline);
    return pipeline;
  });
  return { labels, settled: () => Promise.allSettled(compiling) };
}

test('lattices are built while what makes Q compiles', async () => {
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  changeCompiler(async (descriptor, compile) => {
    if (descriptor.label === 'slice') await held;
    return compile(descriptor);
  });
  let submissions = 0;
  const submit = device.queue.submit.bind(device.queue);
  Object.defineProperty(device.queue, 'submit', {
    value: (buffers: Iterable<GPUCommandBuffer>) => {
      submissions++;
      submit(buffers);
    },
    configurable: true,
  });
  const crf = new GpuCrf({ size, parameters, device });
  const refined = crf.refine(input);
  // The image, the unary, and the lattices: the last waits for nothing that is held.
  await expect.poll(() => submissions).toBe(3);
  release();
  await refined;
  expect(await crf.marginals()).toEqual(expected);
  crf.destroy();
});

test.each(['slice', 'splat', 'softmax.whole', 'neighbours', 'unary'])(
  'a first call whose %s is refused says so, keeps no input, and the next one works',
  async (label) => {
    let refuses = true;
    changeCompiler((descriptor, compile) => {
      if (refuses && descriptor.label === label) return Promise.reject(new Error('no such shader today'));
      return compile(descriptor);
    });
    const crf = await createGpuCrf({
      size,
      parameters,
      device,
      tuning: 'off',
    });
    await expect(crf.refine(input)).rejects.toThrow(
      `${label}: the shader was refused by the device: no such shader today`,
    );
    await expect(crf.marginals()).rejects.toThrow('no Q yet');
    refuses = false;
    await expect(crf.refine({ image: input.image })).rejects.toThrow('unary');
    await expect(crf.refine({ unary: input.unary })).rejects.toThrow('image');
    await crf.refine(input);
    expect(await crf.marginals()).toEqual(expected);
    crf.destroy();
  },
);

describe('create', () => {
  test('compiles what the first call needs: that compiles what its unary needs and no more', async () => {
    const { labels } = watchCompiler();
    const crf = await createGpuCrf({ size, parameters, device, tuning: 'off' });
    expect(labels).toContain('embed');
    await expect.poll(() => labels).toContain('slice');
    const before = labels.length;
    await crf.refine(input);
    expect(labels.slice(before)).toEqual(['unary']);
    expect(await crf.marginals()).toEqual(expected);
    crf.destroy();
  });

  test('stops where the engine is destroyed', async () => {
    const { labels, settled } = watchCompiler();
    const crf = await createGpuCrf({ size, parameters, device, tuning: 'off' });
    crf.destroy();
    expect(labels).toContain('neighbours');
    await settled();
    // What follows on the lattices' programs is asked for a few microtasks later.
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(labels).not.toContain('slice');
  });
});
