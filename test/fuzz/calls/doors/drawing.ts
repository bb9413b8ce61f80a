// SPDX-License-Identifier: MIT

import {
  Painter,
  type PainterOptions,
  type TemporalParameters,
  TemporalSmoothing,
} from '../../../../src/pipeline/index.js';
import type { FuzzContext } from '../../suite.js';
import { arg, type House, type HousePlan } from '../door.js';
import { choice, list, number, object, record, type Spec } from '../spec.js';
import { pixelCount, size } from './problem.js';

const { width, height, labelCount } = size;

async function deviceOf({ gpu }: FuzzContext): Promise<GPUDevice> {
  const watched = await gpu?.device();
  if (!watched) throw new Error('no device');
  return watched.device;
}

function isThis(thing: unknown): Spec {
  return { is: 'like', what: 'this very object', test: (value) => (value === thing ? 'yes' : 'no') };
}

/** STORAGE | COPY_DST | COPY_SRC */
function words(device: GPUDevice, count: number): GPUBuffer {
  return device.createBuffer({ size: 4 * count, usage: 0x80 | 0x8 | 0x4 });
}

async function smoothingHouse(context: FuzzContext): Promise<House> {
  const device = await deviceOf(context);
  const smoothing = new TemporalSmoothing(device, size);
  const image = words(device, pixelCount);
  const marginals = words(device, pixelCount * labelCount);
  await smoothing.prepare({ image, marginals });
  return {
    doors: [
      {
        name: 'new TemporalSmoothing',
        args: [
          arg('device', isThis(device)),
          arg('size', record({ width: choice(width), height: choice(height), labelCount: choice(labelCount) })),
        ],
        good: () => [device, { ...size }],
        call: ([given, of]) => new TemporalSmoothing(given as GPUDevice, of as typeof size).destroy(),
      },
      {
        name: 'TemporalSmoothing.prepare',
        args: [arg('sources', record({ image: isThis(image), marginals: isThis(marginals) }))],
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
                colourSigma: number({ above: 0 }),
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
        args: [
          arg('encoder', { is: 'like', what: 'an encoder', test: (value) => (isEncoder(value) ? 'unclear' : 'no') }),
        ],
        good: () => [device.createCommandEncoder()],
        call: ([encoder]) => smoothing.encode(encoder as GPUCommandEncoder),
      },
    ],
    close: () => smoothing.destroy(),
  };
}

function isEncoder(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'beginComputePass' in value;
}

async function painterHouse(context: FuzzContext): Promise<House> {
  const device = await deviceOf(context);
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
  const sources = record(
    { frame: isThis(frame) },
    {
      labels: record({
        width: choice(width),
        height: choice(height),
        labelCount: choice(labelCount),
        labelMap: isThis(labels.labelMap),
        marginals: isThis(labels.marginals),
      }),
    },
  );
  const exportView = object(
    { kind: choice('original', 'overlay') },
    { fit: choice('contain', 'cover'), opacity: number({ from: 0, to: 1 }), outline: number({ from: 0, to: 1000 }) },
  );
  return {
    doors: [
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
        name: 'Painter.setColours',
        args: [arg('colours', list(colour, 3))],
        good: () => [[...colours]],
        call: ([given]) => painter.setColours(given as string[]),
      },
      {
        name: 'Painter.exportImage',
        args: [arg('view', exportView), { ...arg('size', record({ width: choice(6), height: choice(5) })), isOptional: true }],
        good: () => [{ kind: 'overlay', outline: 1 }, { width: 6, height: 5 }],
        call: ([view, of]) => painter.exportImage(view as { kind: 'overlay' }, of as { width: number; height: number }),
      },
    ],
    look: async () => (await painter.exportImage({ kind: 'original' })).data.join(),
    restore: () => painter.prepare(good()),
    close: () => painter.destroy(),
  };
}

export const drawing: readonly HousePlan[] = [
  { name: 'TemporalSmoothing', needsGpu: true, build: smoothingHouse },
  { name: 'Painter', needsGpu: true, build: painterHouse },
];
