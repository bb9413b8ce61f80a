// SPDX-License-Identifier: MIT

import { describe, expect, it, vi } from 'vitest';
import { Readback } from '../../../src/gpu/readback.js';
import { DenseCrf } from '../../../src/index.js';
import { checkNetwork, type NetworkDescription, Pipeline, presets } from '../../../src/pipeline/index.js';
import type { DeviceCounts } from '../../support/device.js';
import { height, picture, TestPipelines, tinyNetwork, width } from '../../support/tiny-pipeline.js';

/** Where the network's own output lies. */
interface Inside {
  keeper: { path: { network: { session: { output: { buffer: GPUBuffer } } } } };
}

const pipelines = new TestPipelines();
const open = pipelines.open.bind(pipelines);

describe('segment', () => {
  it('gives each half its label', async () => {
    const pipeline = await open();
    const result = await pipeline.segment(picture());
    expect(result).toMatchObject({ width, height, labels: ['bright', 'red', 'blue'] });
    const labels = await result.labelMap();
    expect(labels[5 * width + 4]).toBe(1);
    expect(labels[5 * width + 30]).toBe(2);
    const marginals = await result.marginals();
    const sum = marginals[0] + marginals[width * height] + marginals[2 * width * height];
    expect(sum).toBeCloseTo(1, 5);
    expect(result.report).toMatchObject({
      frame: { width, height },
      working: { width, height },
      input: { width: 24, height: 16 },
      networkRan: true,
      iterations: 5,
      labelCount: 3,
    });
  });

  it("equals, bit for bit, what DenseCrf makes of the network's logits", async () => {
    const pipeline = await open();
    const image = picture();
    const result = await pipeline.segment(image);
    const { path } = (pipeline as unknown as Inside).keeper;
    const readback = new Readback(pipelines.device.device);
    const logits = await readback.floats(path.network.session.output.buffer, 3 * 8 * 12);
    readback.destroy();
    const crf = await DenseCrf.create({ width, height, labelCount: 3, device: pipelines.device.device });
    await crf.refine({ image, unary: { logits, width: 12, height: 8 } });
    expect(await result.marginals()).toEqual(await crf.marginals());
    expect(await result.labelMap()).toEqual(await crf.labelMap());
    expect(await result.confidence()).toEqual(await crf.confidence());
    crf.destroy();
  });

  it('takes pictures of any size, and works at the size asked for', async () => {
    const pipeline = await open({ workingSize: 20 });
    const result = await pipeline.segment(picture());
    expect([result.width, result.height]).toEqual([20, 13]);
    const small = await pipeline.segment({ data: new Uint8ClampedArray(4 * 3 * 5).fill(255), width: 3, height: 5 });
    expect([small.width, small.height]).toEqual([3, 5]);
    expect([...new Set(await small.labelMap())]).toEqual([0]);
    await expect(result.labelMap()).rejects.toThrow(/segmentation: got "an earlier one"/);
  });

  it("leaves the network's output alone without a CRF", async () => {
    const pipeline = await open({ crf: null });
    const { report } = await pipeline.segment(picture());
    expect(report.iterations).toBe(0);
  });
});

describe('labels that are nowhere', () => {
  it('are left out of the refinement and restored afterwards', async () => {
    const all = await open({ dropBelow: 0 });
    const expected = await (await all.segment(picture())).marginals();
    const some = await open({ dropBelow: 0.2 });
    const result = await some.segment(picture());
    // Nothing in the picture is bright.
    expect(result.keptLabels).toEqual([1, 2]);
    expect(result.report.labelCount).toBe(2);
    const marginals = await result.marginals();
    expect(marginals.subarray(0, width * height).every((value) => value === 0)).toBe(true);
    expect(result.report.droppedProbability).toBeCloseTo(0.022, 3);
    expect(marginals).toBeAllClose(expected, { tolerance: 1e-4 });
    const labels = await result.labelMap();
    expect([labels[12 * width + 4], labels[12 * width + 30]]).toEqual([1, 2]);
    const video = await some.segmentFrame(picture());
    expect(video.keptLabels).toEqual([0, 1, 2]);
  });
});

describe('segmentFrame', () => {
  it('creates nothing once it is warm, and maps nothing', async () => {
    const pipeline = await open();
    for (let frame = 0; frame < 4; frame++) await pipeline.segmentFrame(picture(frame));
    const before = pipelines.device.counts();
    for (let frame = 0; frame < 20; frame++) await pipeline.segmentFrame(picture(frame));
    expect(withoutBindGroups(pipelines.device.counts())).toEqual(withoutBindGroups(before));
  });

  it('creates nothing where a budget moves between sizes that it has seen, in 200 frames', async () => {
    const pipeline = await open();
    const rungs = [
      { size: 1, iterations: 1, networkEvery: 1 },
      { size: 0.8, iterations: 0.6, networkEvery: 2 },
      { size: 0.5, iterations: 0.4, networkEvery: 3 },
      { size: 0.4, iterations: 0.4, networkEvery: 3, refinement: 'guided' },
    ] as const;
    const frames = async (count: number) => {
      for (let frame = 0; frame < count; frame++) {
        // A ladder of one rung: the choice does not hang on the clock.
        if (frame % 4 === 0) pipeline.setBudget({ ladder: [rungs[(frame / 4) % rungs.length]] });
        await pipeline.segmentFrame(picture(frame % 7));
      }
    };
    await frames(4 * rungs.length);
    const before = pipelines.device.counts();
    await frames(200);
    expect(withoutBindGroups(pipelines.device.counts())).toEqual(withoutBindGroups(before));
  });

  it('creates nothing with the guided filter either', async () => {
    const pipeline = await open({ refinement: 'guided' });
    for (let frame = 0; frame < 4; frame++) await pipeline.segmentFrame(picture(frame));
    const before = pipelines.device.counts();
    for (let frame = 0; frame < 20; frame++) {
      const { report } = await pipeline.segmentFrame(picture(frame));
      expect(report).toMatchObject({ refinement: 'guided', iterations: 0 });
    }
    expect(withoutBindGroups(pipelines.device.counts())).toEqual(withoutBindGroups(before));
  });

  it('begins warm from the frame before only, not from one that was last seen at this size', async () => {
    const parameters = { ...checkNetwork(presets['colour-prompt']).crf, iterations: 1 };
    const q = async (warmStart: boolean, sizes: readonly number[]) => {
      const pipeline = await open({ warmStart, smoothing: null, crf: parameters });
      let frame = 0;
      for (const size of sizes) {
        pipeline.setBudget({ ladder: [{ size, iterations: 1, networkEvery: 1 }] });
        frame++;
        if (frame === sizes.length) return (await pipeline.segmentFrame(picture(frame))).marginals();
        await pipeline.segmentFrame(picture(frame));
      }
      throw new Error('no sizes');
    };
    expect(await q(true, [1, 0.5, 1])).toEqual(await q(false, [1, 0.5, 1]));
    expect(await q(true, [0.5, 1, 1])).not.toEqual(await q(false, [0.5, 1, 1]));
  });
});

/** At a quarter of its usual size: software WebGPU is slow. */
const smallColourPrompt: NetworkDescription = {
  ...presets['colour-prompt'],
  input: { ...presets['colour-prompt'].input, longSide: 36 },
};

describe('colour-prompt', () => {
  const strokes = [
    {
      label: 0,
      radius: 2,
      points: [
        { x: 4, y: 4 },
        { x: 4, y: 18 },
      ],
    },
    {
      label: 1,
      radius: 2,
      points: [
        { x: 31, y: 5 },
        { x: 31, y: 15 },
      ],
    },
  ];

  it('finds what was marked, on the key image and on pictures that moved', async () => {
    const pipeline = await open({ network: smallColourPrompt });
    await expect(pipeline.segment(picture())).rejects.toThrow(/^prompts: .*a call of setPrompts before/);
    await pipeline.setPrompts(picture(), { width, height, labelCount: 2, strokes });
    const labels = await (await pipeline.segment(picture())).labelMap();
    expect([labels[12 * width + 6], labels[12 * width + 30]]).toEqual([0, 1]);
    expect(pipeline.labels).toEqual(['background', 'object 1']);
    const moved = await pipeline.segmentFrame(picture(2, 6));
    const movedLabels = await moved.labelMap();
    expect(movedLabels[12 * width + 21]).toBe(0);
    expect(movedLabels[12 * width + 27]).toBe(1);
    await pipeline.setPrompts(picture(), { width, height, labelCount: 2, strokes }, { rounds: 2 });
    const refined = await (await pipeline.segment(picture())).labelMap();
    expect([refined[12 * width + 6], refined[12 * width + 30]]).toEqual([0, 1]);
    await expect(
      pipeline.setPrompts(picture(), { width, height, labelCount: 2, strokes }, { rounds: 0 }),
    ).rejects.toThrow(/^rounds: got 0/);
  });

  it('lets marks on the key image hold', async () => {
    const pipeline = await open({ network: smallColourPrompt });
    const image = picture();
    const stubborn = [...strokes, { label: 1, radius: 2, points: [{ x: 8, y: 11 }] }];
    await pipeline.setPrompts(image, { width, height, labelCount: 2, strokes: stubborn });
    // Alone among what is all background by its colours.
    expect((await (await pipeline.segment(image)).labelMap())[11 * width + 8]).toBe(1);
    expect((await (await pipeline.segment({ ...image })).labelMap())[11 * width + 8]).toBe(0);
  });

  it('keeps the key image before when another one is refused or called off', async () => {
    const pipeline = await open({ network: smallColourPrompt, crf: null });
    const marks = { width, height, labelCount: 2, strokes };
    await pipeline.setPrompts(picture(), marks);
    const labels = await (await pipeline.segment(picture(2, 6))).labelMap();
    const swapped = { ...marks, strokes: strokes.map((stroke) => ({ ...stroke, label: 1 - stroke.label })) };
    const { signal } = new AbortController();
    await expect(pipeline.setPrompts({} as ImageData, swapped, { signal })).rejects.toThrow(/^frame/);
    const controller = new AbortController();
    // In the middle of its sixteen rounds, of which each submits several times.
    atSubmission(pipeline.device, 8, () => controller.abort(new Error('enough')));
    const calledOff = pipeline.setPrompts(picture(), swapped, { rounds: 16, signal: controller.signal });
    await expect(calledOff).rejects.toThrow('enough');
    expect(await (await pipeline.segment(picture(2, 6))).labelMap()).toEqual(labels);
  });

  it('looks anew at a frame once it was told something else, whatever the budget says', async () => {
    const ladder = [{ size: 1, iterations: 1, networkEvery: 1000 }];
    const pipeline = await open({ network: smallColourPrompt, crf: null, budget: { ladder } });
    const marks = { width, height, labelCount: 2, strokes };
    await pipeline.setPrompts(picture(), marks);
    const ran = async () => (await pipeline.segmentFrame(picture())).report.networkRan;
    expect([await ran(), await ran()]).toEqual([true, false]);
    await pipeline.setPrompts(picture(), marks);
    expect([await ran(), await ran()]).toEqual([true, false]);
  });

  it('remembers its key image when the device is lost', async () => {
    const pipeline = await pipelines.openAlone({ network: smallColourPrompt, crf: null });
    await pipeline.setPrompts(picture(), { width, height, labelCount: 2, strokes });
    const labels = await (await pipeline.segment(picture(2, 6))).labelMap();
    // An option that was changed since the network was loaded changes nothing of that.
    pipeline.setSmoothing(null);
    pipeline.device.destroy();
    expect(await (await pipeline.segment(picture(2, 6))).labelMap()).toEqual(labels);
  });
});

describe('several at once', () => {
  it('answers concurrent calls of two pipelines on one device', async () => {
    const [first, second] = await Promise.all([open(), open({ workingSize: 20 })]);
    const alone = await (await first.segment(picture(3))).labelMap();
    const labelsOf = (pipeline: Pipeline, seed: number) =>
      pipeline.segment(picture(seed)).then((result) => result.labelMap());
    // Reading happens between calls: each is read before the next of its pipeline begins.
    const [a, b] = await Promise.all([labelsOf(first, 3), labelsOf(second, 4)]);
    expect(a).toEqual(alone);
    expect(b).toHaveLength(20 * 13);
    const three = await Promise.allSettled([1, 2, 3].map((seed) => first.segment(picture(seed))));
    expect(three.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled']);
    const last = (three[2] as PromiseFulfilledResult<Awaited<ReturnType<Pipeline['segment']>>>).value;
    expect(await last.labelMap()).toEqual(alone);
  });

  it('can be aborted while it waits, while it runs, and before it began', async () => {
    const pipeline = await open();
    await pipeline.segment(picture());
    const aborted = AbortSignal.abort(new Error('not at all'));
    await expect(pipeline.segment(picture(), { signal: aborted })).rejects.toThrow('not at all');
    let rejected = 0;
    for (const wait of [0, 1, 3, 8]) {
      const controller = new AbortController();
      const running = pipeline.segment(picture(), { signal: controller.signal });
      const waiting = pipeline.segment(picture(), { signal: controller.signal });
      const outcomes = Promise.allSettled([running, waiting]);
      await new Promise((resolve) => setTimeout(resolve, wait));
      controller.abort(new Error('enough'));
      for (const outcome of await outcomes) {
        if (outcome.status === 'fulfilled') continue;
        expect(outcome.reason).toMatchObject({ message: 'enough' });
        rejected++;
      }
      const result = await pipeline.segment(picture());
      expect((await result.labelMap())[4]).toBe(1);
    }
    // At the least the calls that were aborted at once.
    expect(rejected).toBeGreaterThanOrEqual(2);
    const controller = new AbortController();
    // Its warm-up submits.
    atSubmission(pipelines.device.device, 1, () => controller.abort(new Error('no longer')));
    const loading = Pipeline.create({
      network: tinyNetwork(),
      device: pipelines.device.device,
      signal: controller.signal,
    });
    await expect(loading).rejects.toThrow('no longer');
  });

  it('can be destroyed in the middle of a call', async () => {
    const pipeline = await open();
    const running = pipeline.segment(picture());
    const destroying = pipeline.destroy();
    await expect(running).rejects.toThrow('this pipeline was destroyed');
    await destroying;
    await expect(pipeline.segment(picture())).rejects.toThrow('this pipeline was destroyed');
    const target = { view: {} as GPUTextureView, width: 1, height: 1, format: 'rgba8unorm' } as const;
    await expect(pipeline.draw({ kind: 'original' }, target)).rejects.toThrow('this pipeline was destroyed');
  });

  it('leaves nothing behind, however often it is made', async () => {
    const image = picture();
    const once = async () => {
      const pipeline = await Pipeline.create({ network: tinyNetwork(), crf: null, device: pipelines.device.device });
      const labels = await (await pipeline.segment(image)).labelMap();
      await pipeline.destroy();
      return labels;
    };
    const labels = await once();
    const before = { count: pipelines.device.liveCount, bytes: pipelines.device.liveBytes };
    for (let time = 0; time < 50; time++) expect(await once()).toEqual(labels);
    // What onnxruntime keeps for the next session.
    expect(pipelines.device.liveCount - before.count).toBeLessThan(10);
    expect(pipelines.device.liveBytes - before.bytes).toBeLessThan(100_000);
  });
});

/** Calls back at the `count`-th submission from now on. */
function atSubmission({ queue }: GPUDevice, count: number, call: () => void): void {
  let submissions = 0;
  const submit = vi.spyOn(queue, 'submit').mockImplementation((buffers) => {
    if (++submissions === count) {
      submit.mockRestore();
      call();
    }
    GPUQueue.prototype.submit.call(queue, buffers);
  });
}

/** onnxruntime makes a bind group a dispatch. */
function withoutBindGroups(counts: DeviceCounts): DeviceCounts {
  return { ...counts, createBindGroup: 0 };
}
