// SPDX-License-Identifier: MIT

import { createHash } from 'node:crypto';
import {
  type CrfParameters,
  DenseCrf,
  type DenseCrfOptions,
  type LabelPictureOptions,
  labelsToImageData,
  type ProblemSize,
  parametersFromJson,
  type RefineInput,
  refineBatch,
  requestDevice,
  resolveParameters,
  type TuneDeviceOptions,
  tuneDevice,
} from '../../../src/index.js';
import type { Refiner } from '../../../src/problem/api.js';
import { blurVariants, sliceVariants, splatVariants, tuningVersion } from '../../../src/problem/tuning-table.js';
import {
  arg,
  type Backend,
  type Door,
  type DoorContext,
  deviceOf,
  type House,
  type HousePlan,
  optionalArg,
  thisVery,
} from './door.js';
import {
  goodImage,
  goodInput,
  goodParameters,
  goodUnary,
  inputSpec,
  parametersSpec,
  pixelCount,
  size,
} from './problem.js';
import {
  boolean,
  choice,
  either,
  integer,
  labelTypes,
  list,
  number,
  object,
  open,
  type Spec,
  text,
  typed,
} from './spec.js';

const sizeKeys = {
  width: choice(size.width),
  height: choice(size.height),
  labelCount: choice(size.labelCount),
};

/** Sets and generators are as good as lists; what they hold is another question. */
const iterable: Spec = {
  is: 'like',
  what: 'an iterable',
  test: (value) => (value instanceof Set ? 'unclear' : 'no'),
};

/** Nobody waits for a billion iterations, and no upper limit is promised. */
function tooLong([count]: readonly unknown[]): boolean {
  return typeof count === 'number' && count > 100;
}

function refinerDoors(crf: Refiner): Door[] {
  return [
    {
      name: 'Refiner.refine',
      args: [arg('input', inputSpec)],
      good: () => [goodInput()],
      call: ([input]) => crf.refine(input as RefineInput),
    },
    {
      name: 'Refiner.start',
      args: [arg('input', inputSpec)],
      good: () => [goodInput()],
      call: ([input]) => crf.start(input as RefineInput),
    },
    {
      name: 'Refiner.step',
      args: [optionalArg('count', integer(0, 10_000))],
      good: () => [1],
      call: ([count]) => crf.step(count as number),
      avoids: tooLong,
    },
    {
      name: 'Refiner.setParameters',
      args: [arg('parameters', parametersSpec)],
      good: () => [goodParameters()],
      async call([parameters]) {
        crf.setParameters(parameters as CrfParameters);
        await crf.step(0);
      },
    },
    {
      name: 'refineBatch',
      args: [arg('crf', thisVery(crf)), arg('inputs', either(list(inputSpec), iterable))],
      isStepwise: true,
      good: () => [crf, [goodInput()]],
      async call([engine, inputs]) {
        for await (const item of refineBatch(engine as Refiner, inputs as RefineInput[])) void item;
      },
    },
  ];
}

async function refinerHouse(backend: Backend, context: DoorContext): Promise<House> {
  const device = backend === 'webgpu' ? deviceOf(context) : undefined;
  const crf = await DenseCrf.create({
    ...size,
    parameters: goodParameters(),
    backend,
    ...(device ? { device } : undefined),
  });
  const restore = async () => {
    crf.setParameters(goodParameters());
    await crf.refine({ image: goodImage(), unary: goodUnary() });
  };
  await restore();
  return {
    doors: refinerDoors(crf),
    look: async () =>
      createHash('sha1')
        .update(await crf.marginals())
        .digest('hex'),
    restore,
    close: () => crf.destroy(),
  };
}

const count = integer(1, 2 ** 32);
const tuningSpec: Spec = object({
  version: choice(tuningVersion),
  entries: list(
    object({
      adapter: text,
      pixels: count,
      channels: count,
      featureDim: count,
      splat: choice(...splatVariants),
      blur: choice(...blurVariants),
      slice: choice(...sliceVariants),
    }),
  ),
});

/** What a budget of one millisecond leaves: no entries, at once. */
function tuneDoor(device: GPUDevice): Door {
  return {
    name: 'tuneDevice',
    args: [
      arg(
        'options',
        object(sizeKeys, {
          parameters: parametersSpec,
          device: thisVery(device),
          budget: number({ from: 1, to: 600_000 }),
        }),
      ),
    ],
    good: () => [{ ...size, parameters: goodParameters(), device, budget: 1 }],
    call: ([given]) => tuneDevice(given as TuneDeviceOptions),
    isSlow: true,
  };
}

function createDoor(backend: Backend, device: GPUDevice | undefined): Door {
  const options: Spec = object(sizeKeys, {
    parameters: parametersSpec,
    backend: choice('auto', 'webgpu', 'cpu'),
    device: thisVery(device),
    vertexCapacity: either(choice('measured', 'worst-case'), integer(1, 2 ** 31)),
    profile: boolean,
    threads: integer(1, 256),
    tuning: either(choice('auto', 'remembered', 'off'), tuningSpec),
  });
  return {
    name: 'DenseCrf.create',
    args: [arg('options', options)],
    good: () => [{ ...size, parameters: goodParameters(), backend, ...(device ? { device } : undefined) }],
    async call([given]) {
      const crf = await DenseCrf.create(given as DenseCrfOptions);
      crf.destroy();
    },
  };
}

const plainDoors: Door[] = [
  {
    name: 'resolveParameters',
    args: [arg('parameters', parametersSpec), arg('size', open(sizeKeys))],
    good: () => [goodParameters(), size],
    call: ([parameters, given]) => resolveParameters(parameters as CrfParameters, given as ProblemSize),
  },
  {
    name: 'labelsToImageData',
    args: [
      arg('labelMap', typed(labelTypes, pixelCount, integer(0, 2))),
      arg(
        'options',
        object(
          { width: choice(size.width), height: choice(size.height) },
          { colours: list({ is: 'text', matching: /^#([0-9a-f]{6}|[0-9a-f]{8})$/i }, 3) },
        ),
      ),
    ],
    good: () => [
      Uint8Array.from({ length: pixelCount }, (_, pixel) => pixel % 3),
      { width: size.width, height: size.height, colours: ['#000000', '#ff0000', '#00ff0080'] },
    ],
    call: ([labelMap, options]) => labelsToImageData(labelMap as Uint8Array, options as LabelPictureOptions),
  },
  {
    name: 'parametersFromJson',
    args: [
      // Values are checked by resolveParameters, once the size is known.
      arg('json', { is: 'anything' }),
      arg('loadFeatures', { is: 'function' }),
    ],
    good: () => [
      {
        kernels: [
          { type: 'features', file: 'depth.npy', compatibility: 2 },
          { type: 'gaussian', sigmaXY: 3 },
        ],
        iterations: 2,
      },
      () => ({ data: new Float32Array(108), shape: [1, 9, 12] }),
    ],
    call: ([json, load]) => parametersFromJson(json, load as Parameters<typeof parametersFromJson>[1]),
  },
];

const requestDoor: Door = {
  name: 'requestDevice',
  args: [optionalArg('kind', choice('any', 'hardware'))],
  good: () => ['any'],
  call: async ([kind]) => (await requestDevice(kind as 'any'))?.device.destroy(),
  isSlow: true,
};

export const core: readonly HousePlan[] = [
  { name: 'core', build: () => ({ doors: [...plainDoors, createDoor('cpu', undefined)] }) },
  { name: 'crf (cpu)', build: (context) => refinerHouse('cpu', context) },
  {
    name: 'core (webgpu)',
    needsGpu: true,
    build: (context) => ({
      doors: [createDoor('webgpu', deviceOf(context)), tuneDoor(deviceOf(context)), requestDoor],
    }),
  },
  { name: 'crf (webgpu)', needsGpu: true, build: (context) => refinerHouse('webgpu', context) },
];
