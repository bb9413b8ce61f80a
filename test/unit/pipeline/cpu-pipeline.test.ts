// SPDX-License-Identifier: MIT

import { afterEach, describe, expect, test } from 'vitest';
import { cutOut, softAlpha } from '../../../src/analysis/index.js';
import type { RgbaImage } from '../../../src/index.js';
import {
  guidedFilterSettings,
  type NetworkDescription,
  Pipeline,
  type PipelineOptions,
} from '../../../src/pipeline/index.js';
import { tinyModel } from '../../support/onnx-models.js';
import { picture, tinyNetwork } from '../../support/tiny-pipeline.js';

// Plain Node has no navigator.gpu: what is tested here is what a page without WebGPU has, but for its canvases.

let opened: Pipeline[] = [];
async function open(options: PipelineOptions = {}): Promise<Pipeline> {
  const pipeline = await Pipeline.create({ network: tinyNetwork(), ...options });
  opened.push(pipeline);
  return pipeline;
}
afterEach(async () => {
  for (const pipeline of opened) await pipeline.destroy();
  opened = [];
});

test('a pipeline finds by itself that there is no WebGPU, and computes on the CPU', async () => {
  const progress: string[] = [];
  const pipeline = await open({ onProgress: ({ phase }) => progress.push(phase) });
  expect([pipeline.backend, pipeline.adapterName, pipeline.bytesHeld]).toEqual(['cpu', 'CPU', 0]);
  expect(() => pipeline.device).toThrow("device: a pipeline with backend 'cpu' has none");
  expect(progress.at(-1)).toBe('session');
  const image = picture();
  const before = image.data.slice();
  const result = await pipeline.segment(image);
  expect(image.data).toEqual(before);
  expect(() => result.gpu).toThrow("backend 'cpu' has no GPU buffers");
  const labels = await result.labelMap();
  // Red on the left, blue on the right.
  const { width, height } = result;
  expect(labels[2 * width + 2]).toBe(1);
  expect(labels[(height - 2) * width - 3]).toBe(2);
  // A copy: whoever writes into it changes nothing.
  labels.fill(0);
  expect((await result.labelMap())[2 * width + 2]).toBe(1);
  expect((await pipeline.segment(image)).report.timings).toEqual([]);
});

test('frames of a video have parameters of their own, where the network says so and the user does not', async () => {
  const kernelOf = (sigmaXY: number) => ({ type: 'gaussian', sigmaXY, compatibility: 1 }) as const;
  const crf = { kernels: [kernelOf(3)], iterations: 4 };
  const videoCrf = { kernels: [kernelOf(2)], iterations: 2 };
  const network = tinyNetwork({ crf, videoCrf });
  const refined = async (pipeline: Pipeline) => {
    const reports = [await pipeline.segment(picture()), await pipeline.segmentFrame(picture())].map(
      ({ report }) => report,
    );
    return reports.map(({ iterations, parameters }) => [iterations, parameters.kernels.length]);
  };
  expect(await refined(await open({ network }))).toEqual([
    [4, 1],
    [2, 1],
  ]);
  const own = { kernels: [kernelOf(3), kernelOf(1)], iterations: 3 };
  const pipeline = await open({ network, crf: own });
  expect(await refined(pipeline)).toEqual([
    [3, 2],
    [3, 2],
  ]);
  pipeline.setCrf(null);
  expect(await refined(pipeline)).toEqual([
    [0, 0],
    [0, 0],
  ]);
  await expect(open({ network: tinyNetwork({ videoCrf: { kernels: [kernelOf(-1)] } }) })).rejects.toThrow(
    'videoCrf.kernels[0].sigmaXY: got -1',
  );
});

test('the stages of a frame are timed where that is asked for', async () => {
  const pipeline = await open({ profile: true });
  const { report } = await pipeline.segmentFrame(picture());
  expect(report.timings.map(({ stage }) => stage)).toEqual(['read', 'resize', 'network', 'unary', 'refine', 'smooth']);
  for (const { milliseconds } of report.timings) expect(milliseconds).toBeGreaterThanOrEqual(0);
});

test('results are read before the next call, and nothing after the end', async () => {
  const pipeline = await open();
  const first = await pipeline.segment(picture());
  await pipeline.segmentFrame(picture(2));
  const earlier = 'segmentation: got "an earlier one"';
  for (const read of [first.labelMap(), first.marginals(), first.confidence(), first.unary()]) {
    await expect(read).rejects.toThrow(earlier);
  }
  await pipeline.destroy();
  await expect(pipeline.segment(picture())).rejects.toThrow('this pipeline was destroyed');
});

describe('the frame budget', () => {
  test('chooses sizes and iterations, and lets frames go without the network', async () => {
    const ladder = [{ size: 0.5, iterations: 0.2, networkEvery: 3 }];
    const pipeline = await open({ budget: { framesPerSecond: 1000, ladder }, workingSize: 36 });
    const ran: boolean[] = [];
    for (let frame = 0; frame < 6; frame++) {
      const { report } = await pipeline.segmentFrame(picture(frame));
      ran.push(report.networkRan);
      expect([report.working.width, report.iterations]).toEqual([18, 1]);
    }
    expect(ran).toEqual([true, false, false, true, false, false]);
  });

  test('hears how long a frame took, its drawing included', async () => {
    const pipeline = await open({
      budget: { framesPerSecond: 1000, ladder: [{ size: 1, iterations: 1, networkEvery: 1 }] },
    });
    for (let frame = 0; frame < 12; frame++) await pipeline.segmentFrame(picture(frame));
    const { report } = await pipeline.segmentFrame(picture());
    expect(report.budget?.milliseconds).toBeGreaterThan(0);
  });
});

test('a pixel that the network says nothing of is unknown, and poisons no other', async () => {
  const pipeline = await open({ network: divided(), crf: null, dropBelow: 0.2 });
  const image = picture();
  image.data.fill(0, 0, 4 * 36 * 12);
  const result = await pipeline.segment(image);
  const { probabilities } = { probabilities: undefined, ...(await result.unary()) };
  expect((probabilities as unknown as Float32Array).some(Number.isNaN)).toBe(true);
  const marginals = await result.marginals();
  expect(marginals.every((q) => q >= 0 && q <= 1)).toBe(true);
  expect(marginals[0]).toBeCloseTo(0.5, 5);
  expect(marginals[36 * 24 - 1]).not.toBeCloseTo(0.5, 2);
  expect(result.keptLabels).toEqual([0, 1]);
});

/** A sigmoid that is no number where the picture is black: 0/0. */
function divided(): NetworkDescription {
  return {
    name: 'divided',
    bytes: tinyModel({
      nodes: [
        { op: 'Conv', inputs: ['image', 'weights'], outputs: ['red'], ints: { kernel_shape: [1, 1] } },
        { op: 'Conv', inputs: ['image', 'sums'], outputs: ['all'], ints: { kernel_shape: [1, 1] } },
        { op: 'Div', inputs: ['red', 'all'], outputs: ['share'] },
      ],
      inputs: [{ name: 'image', dims: [1, 3, 16, 24] }],
      outputs: [{ name: 'share', dims: [1, 1, 16, 24] }],
      initializers: [
        { name: 'weights', dims: [1, 3, 1, 1], values: Float32Array.of(1, 0, 0) },
        { name: 'sums', dims: [1, 3, 1, 1], values: Float32Array.of(1, 1, 1) },
      ],
    }),
    input: { name: 'image', width: 24, height: 16, layout: 'NCHW', range: [0, 1] },
    output: { name: 'share', layout: 'NCHW', activation: 'sigmoid' },
    labels: ['rest', 'red'],
    workingSize: 36,
  };
}

describe('a picture of a view', () => {
  test('has the frame’s size or the one that is asked for, and the colours', async () => {
    const pipeline = await open();
    await expect(pipeline.exportImage({ kind: 'labels' })).rejects.toThrow('exportImage: got "no result yet"');
    const image = picture();
    await pipeline.segment(image);
    const original = await pipeline.exportImage({ kind: 'original' });
    expect(original).toEqual({ ...image, data: new Uint8ClampedArray(image.data) });
    const colours = ['#000000', '#ff0000', '#0000ff80'];
    const labels = await pipeline.exportImage({ kind: 'labels' }, { width: 72, height: 48, colours });
    expect([labels.width, labels.height]).toEqual([72, 48]);
    expect([...labels.data.slice(4 * (72 * 24 + 4), 4 * (72 * 24 + 4) + 4)]).toEqual([255, 0, 0, 255]);
    expect([...labels.data.slice(4 * (72 * 24 + 66), 4 * (72 * 24 + 66) + 4)]).toEqual([0, 0, 255, 128]);
    const behind = { data: new Uint8Array([9, 8, 7, 255]), width: 1, height: 1 };
    const cut = await pipeline.exportImage({ kind: 'image', image: behind, foreground: [2] });
    expect([...cut.data.slice(4 * 2, 4 * 2 + 4)]).toEqual([9, 8, 7, 255]);
  });

  test('refuses what can’t be, and stays usable', async () => {
    const pipeline = await open();
    await pipeline.segment(picture());
    const bad = [
      [{ kind: 'nothing' }, undefined, 'view.kind: got "nothing"'],
      [{ kind: 'labels', opacity: 1 }, undefined, 'view.opacity'],
      [{ kind: 'cut-out', foreground: [3] }, undefined, 'view.foreground[0]: got 3'],
      [{ kind: 'image', image: {} }, undefined, 'view.image'],
      [{ kind: 'labels' }, { width: 5 }, 'options.height: got undefined'],
      [{ kind: 'labels' }, { width: 0, height: 1 }, 'options.width: got 0'],
      [{ kind: 'labels' }, { colours: ['red'] }, 'options.colours[0]: got "red"'],
      [{ kind: 'labels' }, { colours: ['#000000'] }, 'options.colours.length: got 1'],
      [{ kind: 'labels' }, { size: 3 }, 'options.size'],
    ] as const;
    for (const [view, options, message] of bad) {
      await expect(pipeline.exportImage(view as never, options as never), message).rejects.toThrow(message);
    }
    const canvas = { getContext: () => null };
    await expect(pipeline.draw({ kind: 'labels' }, canvas as never)).rejects.toThrow('target: got');
    expect((await pipeline.exportImage({ kind: 'labels' })).width).toBe(36);
  });
});

describe('refuses', () => {
  test('options that don’t go together, before anything is loaded', async () => {
    const device = {
      ...{ createBuffer() {}, createCommandEncoder() {}, createComputePipelineAsync() {} },
      ...{ queue: { submit() {}, writeBuffer() {} }, limits: {}, features: { has() {} }, lost: Promise.resolve() },
    };
    await expect(open({ backend: 'gpu' as 'cpu' })).rejects.toThrow('backend: got "gpu"');
    await expect(open({ backend: 'cpu', device: device as never })).rejects.toThrow("none with backend 'cpu'");
    await expect(open({ backend: 'webgpu' })).rejects.toThrow('no WebGPU adapter: this browser or machine has none');
    const halves = tinyNetwork({ output: { ...tinyNetwork().output, type: 'float16' } });
    await expect(open({ network: halves })).rejects.toThrow('output.type: got "float16", expected \'float32\'');
    await expect(open({ onnxruntime: { cpuWasm: 5 as never } })).rejects.toThrow('onnxruntime.cpuWasm: got 5');
  });

  test('frames that the CPU can’t read', async () => {
    const pipeline = await open();
    const texture = {
      ...{ createView() {}, destroy() {}, format: 'rgba8unorm', usage: 4, dimension: '2d' },
      ...{ depthOrArrayLayers: 1, sampleCount: 1, width: 4, height: 4 },
    };
    await expect(pipeline.segment(texture as never)).rejects.toThrow("backend 'cpu' reads no GPU object");
    await expect(pipeline.segment({ data: new Uint8Array(3), width: 1, height: 1 })).rejects.toThrow('frame.data');
    expect((await pipeline.segment(picture())).width).toBe(36);
  });

  test('prompts where none are needed, and frames before they are there', async () => {
    const pipeline = await open();
    await expect(pipeline.setPrompts(picture(), {} as never)).rejects.toThrow('prompts');
    const prompted = await open({ network: 'colour-prompt' });
    await expect(prompted.segment(picture())).rejects.toThrow('a call of setPrompts before');
  });

  test('goes no further once its signal is aborted', async () => {
    const pipeline = await open();
    const controller = new AbortController();
    controller.abort(new Error('enough'));
    const { signal } = controller;
    await expect(pipeline.segment(picture(), { signal })).rejects.toThrow('enough');
    await expect(open({ signal })).rejects.toThrow('enough');
  });
});

test('a key image that can’t be leaves the one before in force', async () => {
  const pipeline = await open({ network: 'colour-prompt', workingSize: 36 });
  const image = picture();
  const box = { x: 0, y: 0, width: 17, height: 24 };
  await pipeline.setPrompts(image, { width: 36, height: 24, labelCount: 2, box }, { rounds: 2 });
  const labels = await (await pipeline.segment(image)).labelMap();
  expect(labels[36 * 12 + 4]).toBe(1);
  expect(labels[36 * 12 + 30]).toBe(0);
  const bad = { width: 36, height: 24, labelCount: 2, strokes: [] };
  await expect(pipeline.setPrompts(image, bad)).rejects.toThrow('prompts');
  expect(await (await pipeline.segment(image)).labelMap()).toEqual(labels);
});

test('an exported cut-out is that of cutOut, laid as the view says', async () => {
  const pipeline = await open();
  const image = picture();
  const result = await pipeline.segment(image);
  const { width, height } = result;
  const marginals = await result.marginals();
  const cut = await pipeline.exportImage({ kind: 'cut-out', foreground: [1] });
  expect(cut).toMatchObject({ width: image.width, height: image.height });
  const expected = cutOut(image, { marginals, labels: [1], width, height });
  const opaque = (picture: RgbaImage) => [...picture.data].filter((value, at) => at % 4 === 3 && value === 255).length;
  expect(opaque(cut)).toBeGreaterThan(0);
  expect(Math.abs(opaque(cut) - opaque(expected))).toBeLessThan(0.05 * image.width * image.height);
  const mirrored = await pipeline.exportImage({ kind: 'cut-out', foreground: [1], mirror: true });
  const at = (picture: RgbaImage, x: number, y: number) => picture.data[4 * (y * picture.width + x) + 3];
  const y = Math.floor(image.height / 4);
  for (const x of [1, image.width - 2]) expect(at(mirrored, x, y)).toBe(at(cut, image.width - 1 - x, y));
});

describe('refinement', () => {
  test('by the guided filter is that of softAlpha over what is only upsampled', async () => {
    const image = picture();
    const plain = await (await open({ refinement: 'none' })).segment(image);
    expect(plain.report).toMatchObject({ refinement: 'none', iterations: 0, parameters: { kernels: [] } });
    const guided = await (await open({ refinement: 'guided' })).segment(image);
    expect(guided.report.refinement).toBe('guided');
    const pixelCount = image.width * image.height;
    const before = await plain.marginals();
    const settings = guidedFilterSettings(image);
    const filtered = [0, 1, 2].map((label) =>
      softAlpha(image, { probability: before.slice(label * pixelCount, (label + 1) * pixelCount) }, settings),
    );
    const expected = new Float32Array(3 * pixelCount);
    for (let pixel = 0; pixel < pixelCount; pixel++) {
      const kept = filtered.map((plane) => Math.max(1e-5, plane[pixel]));
      const sum = kept.reduce((one, other) => one + other);
      kept.forEach((value, label) => {
        expected[label * pixelCount + pixel] = value / sum;
      });
    }
    expect(await guided.marginals()).toBeAllClose(expected, { tolerance: 1e-4 });
    expect(await guided.marginals()).not.toEqual(before);
  });

  test('is the CRF by default, and nothing where there is no CRF', async () => {
    expect((await (await open()).segment(picture())).report.refinement).toBe('crf');
    expect((await (await open({ crf: null })).segment(picture())).report.refinement).toBe('none');
  });

  test('of a frame is its rung, unless the user said what it is to be', async () => {
    const budget = { ladder: [{ size: 1, iterations: 1, networkEvery: 1, refinement: 'guided' }] } as const;
    const free = await open({ budget, warmStart: true, smoothing: null });
    const report = (await free.segmentFrame(picture())).report;
    expect([report.refinement, report.budget?.refinement]).toEqual(['guided', 'guided']);
    const told = await open({ budget, refinement: 'crf' });
    expect((await told.segmentFrame(picture())).report).toMatchObject({ refinement: 'crf' });
    // A frame does not keep the Q of the one before.
    const second = await (await free.segmentFrame(picture(3, 5))).marginals();
    const alone = await open({ budget, smoothing: null });
    expect(second).toEqual(await (await alone.segmentFrame(picture(3, 5))).marginals());
  });

  test('by nothing does not keep the Q of the frame before with a warm start', async () => {
    const warm = await open({ crf: null, warmStart: true, smoothing: null });
    await warm.segmentFrame(picture());
    const second = await (await warm.segmentFrame(picture(3, 5))).marginals();
    const alone = await open({ crf: null, smoothing: null });
    expect(second).toEqual(await (await alone.segmentFrame(picture(3, 5))).marginals());
  });

  test.each<[PipelineOptions, string]>([
    [{ refinement: 'best' as 'crf' }, 'refinement: got'],
    [{ refinement: 'crf', crf: null }, 'refinement: got "crf"'],
    [
      {
        budget: {
          ladder: [
            { size: 1, iterations: 1, networkEvery: 1, refinement: 'guided' },
            { size: 1, iterations: 1, networkEvery: 1 },
          ],
        },
      },
      'budget.ladder[1].refinement: got',
    ],
  ])('refuses what cannot be: %o', async (options, message) => {
    await expect(open(options)).rejects.toThrow(message);
  });
});
