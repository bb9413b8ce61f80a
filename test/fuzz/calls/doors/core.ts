// SPDX-License-Identifier: MIT

import { createHash } from 'node:crypto';
import {
  type CrfParameters,
  DenseCrf,
  type DenseCrfOptions,
  type ProblemSize,
  parametersFromJson,
  type RefineInput,
  refineBatch,
  resolveParameters,
} from '../../../../src/index.js';
import type { Refiner } from '../../../../src/problem/api.js';
import type { FuzzBackend, FuzzContext } from '../../suite.js';
import { arg, type Door, type House, type HousePlan, optionalArg } from '../door.js';
import { GpuObjects } from '../gpu-objects.js';
import { boolean, choice, either, integer, list, object, type Spec } from '../spec.js';
import { goodImage, goodInput, goodParameters, goodUnary, inputSpec, parametersSpec, size } from './problem.js';

const sizeKeys = {
  width: choice(size.width),
  height: choice(size.height),
  labelCount: choice(size.labelCount),
};

/** Nobody waits for a billion iterations, and no upper limit is promised. */
function tooLong([count]: readonly unknown[]): boolean {
  try {
    return Number(count) > 100;
  } catch {
    return false;
  }
}

function isIterable(value: unknown) {
  const isOne = typeof value === 'string' || (typeof value === 'object' && value !== null && Symbol.iterator in value);
  return isOne && !Array.isArray(value) ? 'unclear' : 'no';
}

function refinerDoors(crf: Refiner): Door[] {
  const name = `crf (${crf.backend})`;
  return [
    {
      name: `${name}.refine`,
      args: [arg('input', inputSpec)],
      good: () => [goodInput()],
      call: ([input]) => crf.refine(input as RefineInput),
    },
    {
      name: `${name}.start`,
      args: [arg('input', inputSpec)],
      good: () => [goodInput()],
      call: ([input]) => crf.start(input as RefineInput),
    },
    {
      name: `${name}.step`,
      args: [optionalArg('count', integer(0, 10_000))],
      good: () => [1],
      call: ([count]) => crf.step(count as number),
      avoids: tooLong,
    },
    {
      name: `${name}.setParameters`,
      args: [arg('parameters', parametersSpec)],
      good: () => [goodParameters()],
      async call([parameters]) {
        crf.setParameters(parameters as CrfParameters);
        await crf.step(0);
      },
    },
    {
      name: `refineBatch (${crf.backend})`,
      args: [
        arg('inputs', either(list(inputSpec), { is: 'like', what: 'anything that gives inputs', test: isIterable })),
      ],
      good: () => [[goodInput()]],
      async call([inputs]) {
        for await (const item of refineBatch(crf, inputs as RefineInput[])) void item;
      },
    },
  ];
}

/** The same calls with buffers and textures. */
function gpuInputDoors(crf: Refiner, objects: GpuObjects, device: GPUDevice): Door[] {
  const unary = object({ logits: objects.spec('unary') }, { layout: choice('planar', 'interleaved') });
  const input = object({}, { image: objects.spec('image'), unary, warmStart: boolean });
  const good = () => {
    objects.release();
    const [image, logits] = [objects.buffer(0x80 | 0x4 | 0x8), objects.buffer(0x80 | 0x4 | 0x8)];
    device.queue.writeBuffer(image, 0, goodImage().data as Uint8Array<ArrayBuffer>);
    return [{ image, unary: { logits, layout: 'planar' } }];
  };
  return (['refine', 'start'] as const).map((method) => ({
    name: `crf (webgpu).${method} with GPU objects`,
    args: [arg('input', input)],
    good,
    call: ([given]) => crf[method](given as RefineInput),
  }));
}

async function refinerHouse(backend: FuzzBackend, context: FuzzContext): Promise<House> {
  const watched = backend === 'webgpu' ? await context.gpu?.device() : undefined;
  const device = watched?.device;
  const crf = await DenseCrf.create({ ...size, parameters: goodParameters(), backend, ...(device ? { device } : undefined) });
  const restore = async () => {
    crf.setParameters(goodParameters());
    await crf.refine({ image: goodImage(), unary: goodUnary() });
  };
  await restore();
  const other = await context.gpu?.another();
  const bytes = 4 * size.width * size.height * size.labelCount;
  const objects = device && other ? new GpuObjects(device, other.device, bytes, size) : undefined;
  return {
    doors: [...refinerDoors(crf), ...(objects && device ? gpuInputDoors(crf, objects, device) : [])],
    ...(objects ? { strange: objects.strange } : undefined),
    ...(watched ? { watched } : undefined),
    look: async () => createHash('sha1').update(await crf.marginals()).digest('hex'),
    restore,
    close: () => crf.destroy(),
  };
}

function createDoor(backend: FuzzBackend, device: GPUDevice | undefined): Door {
  const options: Spec = object(sizeKeys, {
    parameters: parametersSpec,
    backend: choice('auto', 'webgpu', 'cpu'),
    device: { is: 'like', what: 'a GPUDevice', test: (value) => (value === device ? 'yes' : 'no') },
    vertexCapacity: either(choice('measured', 'worst-case'), integer(1, 2 ** 31)),
    profile: boolean,
  });
  return {
    name: `DenseCrf.create (${backend})`,
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
    args: [arg('parameters', parametersSpec), arg('size', object(sizeKeys))],
    good: () => [goodParameters(), size],
    call: ([parameters, given]) => resolveParameters(parameters as CrfParameters, given as ProblemSize),
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

export const core: readonly HousePlan[] = [
  { name: 'core', build: () => ({ doors: [...plainDoors, createDoor('cpu', undefined)] }) },
  { name: 'crf (cpu)', build: (context) => refinerHouse('cpu', context) },
  {
    name: 'core (webgpu)',
    needsGpu: true,
    build: async ({ gpu }) => ({ doors: [createDoor('webgpu', (await gpu?.device())?.device)] }),
  },
  { name: 'crf (webgpu)', needsGpu: true, build: (context) => refinerHouse('webgpu', context) },
];
