// SPDX-License-Identifier: MIT

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Readback } from '../../../src/gpu/readback.js';
import { loadOnnxruntime, type Onnxruntime } from '../../../src/pipeline/runtime/onnxruntime.js';
import { NetworkSession, type SessionOptions } from '../../../src/pipeline/runtime/session.js';
import { createTestDevice, type TestDevice } from '../../support/device.js';
import { type TinyModel, tinyModel } from '../../support/onnx-models.js';

let runtime: Onnxruntime;
let test: TestDevice;
let readback: Readback;

beforeAll(async () => {
  runtime = await loadOnnxruntime();
  test = await createTestDevice();
  readback = new Readback(test.device);
});

afterAll(async () => {
  readback.destroy();
  await test.device.queue.onSubmittedWorkDone();
});

const dims = [1, 2, 3, 5];
const count = 30;

function chain(...ops: string[]): TinyModel {
  return {
    nodes: ops.map((op, index) => ({ op, inputs: [`t${index}`], outputs: [`t${index + 1}`] })),
    inputs: [{ name: 't0', dims: [1, 2, 'height', 'width'] }],
    outputs: [{ name: `t${ops.length}`, dims: [1, 2, 'height', 'width'] }],
  };
}

function open(model: TinyModel, more: Partial<SessionOptions> = {}): Promise<NetworkSession> {
  const output = { name: model.outputs[0].name, type: 'float32' } as const;
  return NetworkSession.create({
    runtime,
    device: test.device,
    bytes: tinyModel(model),
    name: 'tiny',
    preferredLayout: 'NCHW',
    output,
    ...more,
  });
}

const floatInput = (size: readonly number[] = dims) => [{ name: 't0', type: 'float32' as const, dims: size }];

async function compute(session: NetworkSession, values: Float32Array): Promise<Float32Array> {
  test.device.queue.writeBuffer(session.input('t0'), 0, values as Float32Array<ArrayBuffer>);
  await session.run();
  return readback.floats(session.output.buffer, values.length);
}

describe('NetworkSession', () => {
  it('computes in buffers made once, and creates nothing from run to run', async () => {
    const session = await open(chain('Neg', 'Sigmoid'));
    await session.shape(floatInput());
    expect(session.output.dims).toEqual(dims);
    const values = Float32Array.from({ length: count }, (_unused, index) => Math.sin(index) * 3);
    const result = await compute(session, values);
    expect([...result].map((value) => value.toFixed(5))).toEqual(
      [...values].map((value) => (1 / (1 + Math.exp(value))).toFixed(5)),
    );
    const before = test.counts();
    for (let run = 0; run < 20; run++) await session.run();
    // onnxruntime makes a bind group a dispatch.
    expect({ ...test.counts(), createBindGroup: 0 }).toEqual({ ...before, createBindGroup: 0 });
    await session.destroy();
  });

  it('takes another shape', async () => {
    const session = await open(chain('Neg', 'Abs'));
    await session.shape(floatInput());
    await session.shape(floatInput([1, 2, 7, 1]));
    expect(session.output.dims).toEqual([1, 2, 7, 1]);
    const values = Float32Array.from({ length: 14 }, (_unused, index) => index - 7);
    expect([...(await compute(session, values))]).toEqual([...values].map(Math.abs));
    await session.destroy();
  });

  // Which ones, onnxruntime says on the console: tested in the browser.
  it('refuses operators that would run on the CPU', async () => {
    const session = await open(chain('Relu', 'Celu', 'Relu'));
    await expect(session.shape(floatInput())).rejects.toThrow(/^tiny: .* run on the CPU, .*every frame/);
    await session.destroy();
  });

  it('refuses what is no model, and says whose it was', async () => {
    const broken = tinyModel(chain('Relu')).slice(0, 40);
    await expect(open(chain('Relu'), { bytes: broken })).rejects.toThrow(
      /^tiny: onnxruntime could not create a session/,
    );
  });

  it('runs again after a run that failed', async () => {
    const session = await open(chain('Neg'));
    await session.shape(floatInput());
    const internals = session as unknown as { session: { run: unknown } | undefined };
    if (!internals.session) throw new Error('no session');
    internals.session.run = () => Promise.reject(new Error('no luck'));
    await expect(session.run()).rejects.toThrow("tiny: the network's run failed: no luck");
    const values = Float32Array.from({ length: count }, (_unused, index) => index);
    expect([...(await compute(session, values))]).toEqual([...values].map((value) => -value));
    await session.destroy();
  });

  it('says what to do when its WebAssembly has broken down', async () => {
    const session = await open(chain('Neg'));
    await session.shape(floatInput());
    const internals = session as unknown as { session: { run: unknown } };
    internals.session.run = () => Promise.reject(new WebAssembly.RuntimeError('unreachable'));
    await expect(session.run()).rejects.toThrow(/^tiny: .* WebAssembly broke down: reload the page.* \(unreachable\)$/);
    await session.destroy();
  });

  it('runs on a device whose methods somebody has replaced for good', async () => {
    const { device } = await createTestDevice();
    const { queue } = device;
    const submit = queue.submit.bind(queue);
    let submits = 0;
    const value: typeof submit = (commands) => {
      submits++;
      submit(commands);
    };
    Object.defineProperty(queue, 'submit', { value });
    const session = await open(chain('Neg'), { device });
    await session.shape(floatInput());
    const before = submits;
    await session.run();
    expect(submits).toBeGreaterThan(before);
    await session.destroy();
  });

  it('lets several sessions run at the same time', async () => {
    const sessions = await Promise.all([open(chain('Neg')), open(chain('Abs')), open(chain('Relu'))]);
    await Promise.all(sessions.map((session) => session.shape(floatInput())));
    const values = Float32Array.from({ length: count }, (_unused, index) => index - 15);
    const results = await Promise.all(sessions.map((session) => compute(session, values)));
    const expected = [(value: number) => -value, Math.abs, (value: number) => Math.max(0, value)];
    results.forEach((result, index) => {
      for (const [at, value] of values.entries()) expect(result[at]).toBeCloseTo(expected[index](value));
    });
    await Promise.all(sessions.map((session) => session.destroy()));
  });

  it('gives up waiting when aborted, and leaves the turn to others', async () => {
    const session = await open(chain('Neg'));
    await session.shape(floatInput());
    const controller = new AbortController();
    const first = session.run();
    const second = session.run(controller.signal);
    controller.abort(new Error('enough'));
    await expect(second).rejects.toThrow('enough');
    await first;
    await session.run();
    await session.destroy();
    await expect(session.run()).rejects.toThrow('tiny: the network was destroyed');
  });

  it('leaves nothing behind after 50 times', async () => {
    const before = { count: test.liveCount, bytes: test.liveBytes };
    for (let time = 0; time < 50; time++) {
      const session = await open(chain('Neg'));
      await session.shape(floatInput());
      await session.destroy();
    }
    await test.device.queue.onSubmittedWorkDone();
    expect(test.liveCount - before.count).toBeLessThan(10);
    expect(test.liveBytes - before.bytes).toBeLessThan(10_000);
  });
});
