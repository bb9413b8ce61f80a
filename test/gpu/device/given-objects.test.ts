// SPDX-License-Identifier: MIT

import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { GpuMaskAnalysis } from '../../../src/analysis/gpu-mask-analysis.js';
import { GpuCrf } from '../../../src/engine/gpu-crf.js';
import { bufferUsage } from '../../../src/gpu/buffers.js';
import { textureUsage } from '../../../src/gpu/given-objects.js';
import { Painter } from '../../../src/pipeline/drawing/painter.js';
import { TemporalSmoothing } from '../../../src/pipeline/video/temporal.js';
import type { RefineInput } from '../../../src/problem/api.js';
import { createPlainDevice } from '../../support/device.js';
import { drawnImage, drawnLogits, usualKernels } from '../../support/problems.js';

const size = { width: 12, height: 9, labelCount: 3 };
const pixelCount = 12 * 9;
const image = drawnImage(12, 9);
const logits = drawnLogits(size);
const all = bufferUsage.storage | bufferUsage.copySource | bufferUsage.copyTarget;
const readable = textureUsage.textureBinding | textureUsage.copyTarget;

let device: GPUDevice;
let other: GPUDevice;
let uncaptured: string[];
/** What a test made. */
let made: { destroy(): void }[] = [];

beforeAll(async () => {
  ({ device, uncaptured } = await createPlainDevice());
  ({ device: other } = await createPlainDevice());
});
afterEach(() => {
  for (const one of made) one.destroy();
  made = [];
  // Nothing reached the page, or a user's scope.
  expect(uncaptured).toEqual([]);
});
afterAll(() => {
  device.destroy();
  other.destroy();
});

function owned<Made extends { destroy(): void }>(one: Made): Made {
  made.push(one);
  return one;
}

interface BufferKind {
  words?: number;
  usage?: number;
  on?: GPUDevice;
}

const bufferOf = ({ words = pixelCount * 3, usage = all, on = device }: BufferKind = {}) =>
  owned(on.createBuffer({ label: 'given', size: 4 * words, usage }));

function destroyedBuffer(kind: BufferKind = {}): GPUBuffer {
  const buffer = bufferOf(kind);
  buffer.destroy();
  return buffer;
}

const mappedBuffer = (usage: number) =>
  owned(device.createBuffer({ size: 12 * pixelCount, usage, mappedAtCreation: true }));

/** On its way to being mapped. */
function pendingBuffer(): GPUBuffer {
  const buffer = owned(device.createBuffer({ size: 12 * pixelCount, usage: 0x2 | bufferUsage.copySource }));
  void buffer.mapAsync(2).catch(() => undefined);
  return buffer;
}

const textureOf = (more: Partial<GPUTextureDescriptor> = {}, on = device) =>
  owned(on.createTexture({ label: 'given', size: [12, 9], format: 'rgba8unorm', usage: readable, ...more }));

function destroyedTexture(usage = readable): GPUTexture {
  const texture = textureOf({ usage });
  texture.destroy();
  return texture;
}

const notUsable = /: got an object \(\w+\), expected a GPU\w+ of the device in use that is not destroyed$/;

/** Buffers that nothing can be read from. `words` of what is expected are 324. */
const buffers: [string, () => GPUBuffer, string, RegExp][] = [
  ['destroyed', () => destroyedBuffer(), '', notUsable],
  ['of another device', () => bufferOf({ on: other }), '', notUsable],
  ['mapped', () => mappedBuffer(all), '.mapState', /: got "mapped", expected 'unmapped'/],
  ['too small', () => bufferOf({ words: 4 }), '.size', /: got 16, expected at least \d+ bytes$/],
];

/** Textures that are no picture of 12×9 pixels. */
const textures: [string, () => GPUTexture, string, RegExp][] = [
  ['destroyed', () => destroyedTexture(), '', notUsable],
  ['of another device', () => textureOf({}, other), '', notUsable],
  [
    'without TEXTURE_BINDING',
    () => textureOf({ usage: textureUsage.copyTarget }),
    '.usage',
    /: got 2, expected GPUTextureUsage\.TEXTURE_BINDING among them$/,
  ],
  ['of integers', () => textureOf({ format: 'rgba8uint' }), '.format', /: got "rgba8uint", expected one of rgba8unorm/],
  ['of one channel', () => textureOf({ format: 'r8unorm' }), '.format', /: got "r8unorm"/],
  ['of depths', () => textureOf({ format: 'depth24plus' }), '.format', /: got "depth24plus"/],
  [
    'of several samples',
    () => textureOf({ sampleCount: 4, usage: readable | textureUsage.renderAttachment }),
    '.sampleCount',
    /: got 4, expected 1$/,
  ],
  ['that is an array', () => textureOf({ size: [12, 9, 2] }), '.depthOrArrayLayers', /: got 2, expected 1$/],
  [
    'that is a volume',
    () => textureOf({ size: [12, 9, 1], dimension: '3d' }),
    '.dimension',
    /: got "3d", expected 2d$/,
  ],
];

async function refusal(call: Promise<unknown>): Promise<Error> {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof Error)) throw new Error('the call resolved');
  return error;
}

async function expectRefused(call: Promise<unknown>, argument: string, message: RegExp): Promise<void> {
  const error = await refusal(call);
  expect(error).toMatchObject({ name: 'ArgumentError', argument, message: expect.stringMatching(message) });
}

describe('DenseCrf', () => {
  const parameters = { kernels: usualKernels, iterations: 2 };
  const input: RefineInput = { image, unary: { logits } };
  const open = () => owned(new GpuCrf({ size, parameters, device }));

  /** Refuses the wrong thing before and after something was computed, and goes on with what it had. */
  async function expectIntact(wrong: () => RefineInput, argument: string, message: RegExp): Promise<void> {
    const crf = open();
    await expectRefused(crf.refine({ ...input, ...wrong() }), argument, message);
    await crf.refine(input);
    const [q, labels] = [await crf.marginals(), await crf.labelMap()];
    await expectRefused(crf.refine(wrong()), argument, message);
    expect(await crf.labelMap()).toEqual(labels);
    await crf.refine({});
    expect(await crf.marginals()).toEqual(q);
  }

  test.each([
    ...buffers,
    [
      'without COPY_SRC',
      () => bufferOf({ usage: bufferUsage.storage | bufferUsage.copyTarget }),
      '.usage',
      /expected GPUBufferUsage\.COPY_SRC among them$/,
    ] as (typeof buffers)[number],
    ['being mapped', pendingBuffer, '.mapState', /: got "pending"/] as (typeof buffers)[number],
  ])('an image buffer %s', async (_name, make, path, message) => {
    await expectIntact(() => ({ image: make() }), `image${path}`, message);
  });

  test.each([
    ...textures,
    [
      'that is wider',
      () => textureOf({ size: [13, 9] }),
      '.width',
      /: got 13, expected the problem's width 12$/,
    ] as const,
    ['of decoded values', () => textureOf({ format: 'rgba8unorm-srgb' }), '.format', /-srgb"/] as const,
  ])('an image texture %s', async (_name, make, path, message) => {
    await expectIntact(() => ({ image: make() }), `image${path}`, message);
  });

  test.each([
    ...buffers,
    [
      'without STORAGE',
      () => bufferOf({ usage: bufferUsage.copySource }),
      '.usage',
      /expected GPUBufferUsage\.STORAGE among them$/,
    ] as (typeof buffers)[number],
    [
      'destroyed that nothing can be copied from',
      () => destroyedBuffer({ usage: bufferUsage.storage }),
      '',
      notUsable,
    ] as (typeof buffers)[number],
  ])('a unary buffer %s', async (_name, make, path, message) => {
    await expectIntact(() => ({ unary: { logits: make() } }), `unary.logits${path}`, message);
    await expectIntact(() => ({ unary: { labels: make() } }), `unary.labels${path}`, message);
  });

  test('what only looks like an object of WebGPU', async () => {
    const fake = { mapAsync: () => undefined, size: 2 ** 20, usage: 0xff, destroy: () => undefined } as unknown;
    await expectIntact(() => ({ image: fake as GPUBuffer }), 'image', notUsable);
    await expectIntact(() => ({ unary: { logits: fake as GPUBuffer } }), 'unary.logits', notUsable);
  });

  test('two wrong things at once: the first is named, none is taken', async () => {
    const wrong = () => ({ image: destroyedBuffer(), unary: { logits: bufferOf({ on: other }) } });
    await expectIntact(wrong, 'image', notUsable);
  });

  test('a good image beside a wrong unary is not taken either', async () => {
    const pixels = bufferOf({ words: pixelCount });
    await expectIntact(() => ({ image: pixels, unary: { logits: destroyedBuffer() } }), 'unary.logits', notUsable);
  });

  test.each(['image', 'unary'] as const)(
    '%s: a buffer that was good and is destroyed must be given anew',
    async (which) => {
      const crf = open();
      await crf.refine(input);
      const q = await crf.marginals();
      const buffer = bufferOf();
      const given = which === 'image' ? { image: buffer } : { unary: { logits: buffer } };
      await crf.refine(given);
      buffer.destroy();
      await expectRefused(crf.refine(given), which === 'image' ? 'image' : 'unary.logits', notUsable);
      // Neither what is old nor what is empty is taken for the result.
      expect((await refusal(crf.labelMap())).name).toBe('ArgumentError');
      expect((await refusal(crf.refine({}))).message).toMatch(new RegExp(`^${which}: got undefined`));
      await crf.refine(input);
      expect(await crf.marginals()).toEqual(q);
    },
  );

  test('a texture that was good and is destroyed', async () => {
    const crf = open();
    const texture = textureOf();
    await crf.refine({ ...input, image: texture });
    texture.destroy();
    await expectRefused(crf.refine({ image: texture }), 'image', notUsable);
  });

  test('a unary buffer that is destroyed once it was read is needed no more, whatever layout the rows get', async () => {
    const five = { ...size, labelCount: 5 };
    const crf = owned(new GpuCrf({ size: five, parameters, device }));
    const buffer = bufferOf({ words: 5 * pixelCount });
    await crf.refine({ image, unary: { logits: buffer } });
    buffer.destroy();
    // Five labels are stored where there were four: rows of another layout are filled from those before.
    const compatibility = [-1, -2, -3, -4, -5];
    crf.setParameters({ kernels: [{ type: 'gaussian', sigmaXY: 3, compatibility }], iterations: 1 });
    await crf.refine({});
    await crf.marginals();
    await expectRefused(crf.refine({ unary: { logits: buffer } }), 'unary.logits', notUsable);
  });

  test('an object that was seen is asked about no more, and nothing is made for it', async () => {
    const crf = open();
    const [pixels, values] = [bufferOf({ words: pixelCount }), bufferOf()];
    const given = { image: pixels, unary: { logits: values } };
    await crf.refine(given);
    let submits = 0;
    const submit = device.queue.submit.bind(device.queue);
    const value = (commands: Iterable<GPUCommandBuffer>) => {
      submits++;
      return submit(commands);
    };
    Object.defineProperty(device.queue, 'submit', { value, configurable: true });
    await crf.refine(given);
    const first = submits;
    submits = 0;
    await crf.refine({ ...given, image: bufferOf({ words: pixelCount }) });
    Reflect.deleteProperty(device.queue, 'submit');
    // The new one costs one submission more.
    expect(submits).toBe(first + 1);
  });
});

describe('MaskAnalysis', () => {
  const labels = ['background', 'cell', 'edge'];
  const mask = new Uint8Array(pixelCount).fill(1);
  const open = () => owned(new GpuMaskAnalysis({ size, labels, device }));
  const lacking = (usage: number, name: string): (typeof buffers)[number] => [
    `without ${name}`,
    () => bufferOf({ usage }),
    '.usage',
    new RegExp(`expected GPUBufferUsage\\.${name} among them$`),
  ];

  type Use = (analysis: GpuMaskAnalysis, buffer: GPUBuffer) => Promise<unknown>;
  const copied = [...buffers, lacking(bufferUsage.storage, 'COPY_SRC')];
  const uses: [string, Use, typeof buffers][] = [
    ['labelMap', (analysis, buffer) => analysis.areas(buffer), copied],
    ['mask', (analysis, buffer) => analysis.distance(buffer), copied],
    ['ids', (analysis, buffer) => analysis.regions(buffer), copied],
    ['options.seeds', (analysis, seeds) => analysis.watershed(mask, { seeds }), copied],
    [
      'options.into',
      (analysis, into) => analysis.distance(mask, { into }),
      [...copied, lacking(bufferUsage.copySource, 'COPY_DST')],
    ],
    [
      'marginals',
      (analysis, buffer) => analysis.probability(buffer, { labels: [1] }),
      [...buffers, lacking(bufferUsage.copySource, 'STORAGE')],
    ],
    ['image', (analysis, buffer) => analysis.softAlpha(buffer, { mask }), copied],
    ['foreground.probability', (analysis, probability) => analysis.softAlpha(image, { probability }), copied],
  ];
  const cases = uses.flatMap(([argument, use, kinds]) => kinds.map((kind) => [argument, kind[0], use, kind] as const));

  test.each(cases)('%s: a buffer %s', async (argument, _name, use, [, make, path, message]) => {
    const analysis = open();
    await expectRefused(use(analysis, make()), argument + path, message);
    const distances = await (await analysis.distance(mask)).read();
    await expectRefused(use(analysis, make()), argument + path, message);
    expect(await (await analysis.distance(mask)).read()).toEqual(distances);
  });

  test.each(uses.map(([argument, use]) => [argument, use] as const))(
    '%s: a buffer that was good and is destroyed',
    async (argument, use) => {
      const analysis = open();
      const buffer = bufferOf();
      await use(analysis, buffer);
      buffer.destroy();
      await expectRefused(use(analysis, buffer), argument, notUsable);
    },
  );

  test.each(textures)('image: a texture %s', async (_name, make, path, message) => {
    await expectRefused(open().softAlpha(make(), { mask }), `image${path}`, message);
  });
});

describe('Painter', () => {
  const target = textureUsage.renderAttachment;
  const labelsOf = (more: object = {}) => ({
    ...size,
    labelMap: bufferOf({ words: pixelCount }),
    marginals: bufferOf(),
    ...more,
  });
  const format = 'rgba8unorm' as const;

  async function open(): Promise<Painter> {
    const painter = owned(new Painter(device));
    const sources = { frame: textureOf(), labels: labelsOf() };
    await painter.prepare({ sources, views: ['original', 'image'], formats: [format] });
    return painter;
  }

  test.each(textures)('a frame %s', async (_name, make, path, message) => {
    const painter = await open();
    await expectRefused(
      painter.prepare({ sources: { frame: make() }, formats: [format] }),
      `sources.frame${path}`,
      message,
    );
    await painter.exportImage({ kind: 'original' });
  });

  test.each(buffers)('labels %s', async (_name, make, path, message) => {
    const painter = await open();
    const frame = textureOf();
    for (const name of ['labelMap', 'marginals']) {
      const labels = labelsOf({ [name]: make() });
      await expectRefused(
        painter.prepare({ sources: { frame, labels }, views: ['overlay'], formats: [format] }),
        `sources.labels.${name}${path}`,
        message,
      );
    }
    await painter.exportImage({ kind: 'original' });
  });

  test.each(textures)('an image %s', async (_name, make, path, message) => {
    const painter = await open();
    const view = { kind: 'image', image: make() } as const;
    await expectRefused(painter.exportImage(view), `view.image${path}`, message);
    await expectRefused(painter.draw(view, textureOf({ usage: target })), `view.image${path}`, message);
    await painter.exportImage({ ...view, image: textureOf() });
  });

  const targets: [string, () => GPUTexture, string, RegExp][] = [
    ['destroyed', () => destroyedTexture(target), '', notUsable],
    ['of another device', () => textureOf({ usage: target }, other), '', notUsable],
    [
      'without RENDER_ATTACHMENT',
      () => textureOf(),
      '.usage',
      /expected GPUTextureUsage\.RENDER_ATTACHMENT among them$/,
    ],
    ['of several samples', () => textureOf({ usage: target, sampleCount: 4 }), '.sampleCount', /: got 4/],
    ['that is an array', () => textureOf({ usage: target, size: [12, 9, 2] }), '.depthOrArrayLayers', /: got 2/],
    [
      'with smaller pictures of itself',
      () => textureOf({ usage: target, mipLevelCount: 2 }),
      '.mipLevelCount',
      /: got 2/,
    ],
  ];
  test.each(targets)('a target %s', async (_name, make, path, message) => {
    const painter = await open();
    await expectRefused(painter.draw({ kind: 'original' }, make()), `target${path}`, message);
    await painter.draw({ kind: 'original' }, textureOf({ usage: target }));
  });

  test('views of textures that are destroyed or of another device', async () => {
    const painter = await open();
    for (const texture of [destroyedTexture(target), textureOf({ usage: target }, other)]) {
      const view = { view: texture.createView(), width: 12, height: 9, format };
      await expectRefused(painter.draw({ kind: 'original' }, view), 'target.view', notUsable);
    }
  });

  test('sources, images and targets that were good and are destroyed', async () => {
    const painter = owned(new Painter(device));
    const sources = { frame: textureOf(), labels: labelsOf() };
    await painter.prepare({ sources, views: ['image'], formats: [format] });
    const view = { kind: 'image', image: textureOf() } as const;
    const drawn = textureOf({ usage: target });
    await painter.draw(view, drawn);
    drawn.destroy();
    await expectRefused(painter.draw(view, drawn), 'target', notUsable);
    view.image.destroy();
    await expectRefused(painter.draw(view, textureOf({ usage: target })), 'view.image', notUsable);
    sources.labels.marginals.destroy();
    await expectRefused(
      painter.exportImage({ kind: 'image', image: textureOf() }),
      'sources.labels.marginals',
      notUsable,
    );
  });
});

test.each(buffers)('TemporalSmoothing: a source %s', async (_name, make, path, message) => {
  const smoothing = owned(new TemporalSmoothing(device, size));
  const sources = { image: bufferOf({ words: pixelCount }), marginals: bufferOf() };
  await smoothing.prepare(sources);
  for (const name of ['image', 'marginals']) {
    await expectRefused(smoothing.prepare({ ...sources, [name]: make() }), `sources.${name}${path}`, message);
  }
  const encoder = device.createCommandEncoder();
  smoothing.encode(encoder);
  device.queue.submit([encoder.finish()]);
});
