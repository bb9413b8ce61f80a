// SPDX-License-Identifier: MIT

import {
  configureCanvas,
  Painter,
  type PainterOptions,
  type TemporalParameters,
  TemporalSmoothing,
  type View,
} from '../../../src/pipeline/index.js';
import {
  arg,
  type DoorContext,
  deviceOf,
  type House,
  type HousePlan,
  thisVery as isThis,
  optionalArg,
} from './door.js';
import { pixelCount, size } from './problem.js';
import { choice, either, integer, list, number, object, open, type Spec } from './spec.js';
import { viewSpec } from './views.js';

const { width, height, labelCount } = size;

/** Whether the device has room for as many is another question. */
const count = integer(1, 2 ** 31 - 1);

/** STORAGE | COPY_DST | COPY_SRC */
function words(device: GPUDevice, count: number): GPUBuffer {
  return device.createBuffer({ size: 4 * count, usage: 0x80 | 0x8 | 0x4 });
}

async function smoothingHouse(context: DoorContext): Promise<House> {
  const device = deviceOf(context);
  const smoothing = new TemporalSmoothing(device, size);
  const image = words(device, pixelCount);
  const marginals = words(device, pixelCount * labelCount);
  await smoothing.prepare({ image, marginals });
  return {
    doors: [
      {
        name: 'new TemporalSmoothing',
        args: [arg('device', isThis(device)), arg('size', open({ width: count, height: count, labelCount: count }))],
        good: () => [device, { ...size }],
        call: ([given, of]) => new TemporalSmoothing(given as GPUDevice, of as typeof size).destroy(),
        isSlow: true,
      },
      {
        name: 'TemporalSmoothing.prepare',
        args: [arg('sources', open({ image: isThis(image), marginals: isThis(marginals) }))],
        good: () => [{ image, marginals }],
        call: ([sources]) => smoothing.prepare(sources as { image: GPUBuffer; marginals: GPUBuffer }),
      },
      {
        name: 'TemporalSmoothing.setParameters',
        args: [
          arg(
            'parameters',
            object(
              {},
              {
                strength: number({ from: 0, below: 1 }),
                colourSigma: number({ from: 1e-6, to: 1e6 }),
                hysteresis: number({ from: 0, to: 1 }),
              },
            ),
          ),
        ],
        good: () => [{ strength: 0.5, colourSigma: 9, hysteresis: 0.1 }],
        call: ([parameters]) => smoothing.setParameters(parameters as TemporalParameters),
      },
      {
        name: 'TemporalSmoothing.encode',
        args: [arg('encoder', encoder)],
        good: () => [device.createCommandEncoder()],
        call: ([encoder]) => smoothing.encode(encoder as GPUCommandEncoder),
      },
    ],
    close: () => {
      smoothing.destroy();
      image.destroy();
      marginals.destroy();
    },
  };
}

/** What else has such a method is found out when it is used. */
const encoder: Spec = {
  is: 'like',
  what: 'a GPUCommandEncoder',
  test: (value) => (isEncoder(value) ? 'unclear' : 'no'),
};

function isEncoder(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'beginComputePass' in value;
}

/** Buffers may be larger than what is drawn of them. */
function smallerThan(least: number): Spec {
  return {
    is: 'like',
    what: `a whole number below ${least}`,
    test: (value) => (Number.isInteger(value) && (value as number) > 0 && (value as number) < least ? 'unclear' : 'no'),
  };
}

async function painterHouse(context: DoorContext): Promise<House> {
  const device = deviceOf(context);
  const painter = new Painter(device);
  const labels = {
    width,
    height,
    labelCount,
    labelMap: words(device, pixelCount),
    marginals: words(device, pixelCount * 3),
  };
  // TEXTURE_BINDING | COPY_DST
  const frame = device.createTexture({ size: [width, height], format: 'rgba8unorm', usage: 4 | 2 });
  const colours = ['#000000', '#ff0000', '#00ff0080'];
  const colour = { is: 'text', matching: /^#([0-9a-f]{6}|[0-9a-f]{8})$/i } as const;
  const good = (): PainterOptions => ({
    sources: { frame, labels: { ...labels } },
    views: ['original', 'overlay'],
    formats: ['rgba8unorm'],
    colours: [...colours],
  });
  await painter.prepare(good());
  const sources = object(
    { frame: isThis(frame) },
    {
      labels: open({
        width: either(choice(width), smallerThan(width)),
        height: either(choice(height), smallerThan(height)),
        labelCount: choice(labelCount),
        labelMap: isThis(labels.labelMap),
        marginals: isThis(labels.marginals),
      }),
    },
  );
  // RENDER_ATTACHMENT
  const target = device.createTexture({ size: [6, 5], format: 'rgba8unorm', usage: 0x10 });
  return {
    doors: [
      {
        name: 'new Painter',
        args: [arg('device', isThis(device))],
        good: () => [device],
        call: ([given]) => new Painter(given as GPUDevice).destroy(),
      },
      {
        name: 'Painter.prepare',
        args: [
          arg(
            'options',
            object(
              { sources },
              {
                views: list(
                  choice('original', 'overlay', 'labels', 'confidence', 'cut-out', 'colour', 'image', 'blur'),
                ),
                formats: list(choice('rgba8unorm', 'bgra8unorm')),
                colours: list(colour, 3),
              },
            ),
          ),
        ],
        good: () => [good()],
        call: ([options]) => painter.prepare(options as PainterOptions),
      },
      {
        name: 'Painter.encode',
        args: [arg('encoder', encoder), arg('view', viewSpec), arg('target', isThis(target))],
        good: () => [device.createCommandEncoder(), { kind: 'overlay', outline: 1 }, target],
        call: ([given, view, on]) => painter.encode(given as GPUCommandEncoder, view as View, on as GPUTexture),
      },
      {
        name: 'Painter.draw',
        args: [arg('view', viewSpec), arg('target', isThis(target))],
        good: () => [{ kind: 'overlay', outline: 1 }, target],
        call: ([view, on]) => painter.draw(view as View, on as GPUTexture),
      },
      {
        name: 'Painter.setColours',
        args: [arg('colours', list(colour, 3))],
        good: () => [[...colours]],
        call: ([given]) => painter.setColours(given as string[]),
      },
      {
        name: 'Painter.exportImage',
        args: [
          arg('view', viewSpec),
          optionalArg('size', open({ width: integer(1, 65536), height: integer(1, 65536) })),
        ],
        good: () => [
          { kind: 'overlay', outline: 1 },
          { width: 6, height: 5 },
        ],
        call: ([view, of]) => painter.exportImage(view as { kind: 'overlay' }, of as { width: number; height: number }),
        isSlow: true,
      },
    ],
    look: async () => (await painter.exportImage({ kind: 'original' })).data.join(),
    restore: () => painter.prepare(good()),
    close: () => {
      painter.destroy();
      for (const made of [frame, target, labels.labelMap, labels.marginals]) made.destroy();
    },
  };
}

/** A canvas' context as far as it is looked at. */
function goodContext() {
  return { configure: () => undefined, getCurrentTexture: () => undefined };
}

const canvasHouse = (context: DoorContext): House => ({
  doors: [
    {
      name: 'configureCanvas',
      args: [
        arg('context', {
          is: 'like',
          what: 'a context of a canvas',
          test: (value) => (typeof (value as Partial<GPUCanvasContext>).configure === 'function' ? 'unclear' : 'no'),
        }),
        arg('device', isThis(deviceOf(context))),
      ],
      good: () => [goodContext(), deviceOf(context)],
      call: ([canvas, device]) => configureCanvas(canvas as GPUCanvasContext, device as GPUDevice),
    },
  ],
});

export const drawing: readonly HousePlan[] = [
  { name: 'configureCanvas', needsGpu: true, build: canvasHouse },
  { name: 'TemporalSmoothing', needsGpu: true, build: smoothingHouse },
  { name: 'Painter', needsGpu: true, build: painterHouse },
];
