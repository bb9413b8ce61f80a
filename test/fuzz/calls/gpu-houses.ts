// SPDX-License-Identifier: MIT

import { MaskAnalysis } from '../../../src/analysis/index.js';
import { DenseCrf, type RefineInput } from '../../../src/index.js';
import { arg } from '../../support/doors/door.js';
import { goodImage, goodParameters, goodUnary, size } from '../../support/doors/problem.js';
import { boolean, choice, object } from '../../support/doors/spec.js';
import type { FuzzGpu, WatchedDevice } from '../gpu.js';
import { allBufferUses, GpuObjects } from './gpu-objects.js';
import type { FuzzHouse, FuzzHousePlan } from './house.js';

/** Calls that are given buffers and textures, good ones and such as can't be used. */
export const gpuObjectPlans: readonly FuzzHousePlan[] = [
  plan('Refiner with GPU objects', refinerHouse),
  plan('MaskAnalysis with GPU objects', masksHouse),
];

type Build = (watched: WatchedDevice, objects: GpuObjects) => Promise<FuzzHouse>;

function plan(name: string, build: Build): FuzzHousePlan {
  return {
    name,
    needsGpu: true,
    async build({ gpu }) {
      const [watched, other] = await devicesOf(gpu);
      const objects = new GpuObjects(
        watched.device,
        other.device,
        4 * size.width * size.height * size.labelCount,
        size,
      );
      return { ...(await build(watched, objects)), strange: objects.strange, watched };
    },
  };
}

async function devicesOf(gpu: FuzzGpu | undefined): Promise<[WatchedDevice, WatchedDevice]> {
  if (!gpu) throw new Error('these doors need a GPU');
  return [await gpu.device(), await gpu.another()];
}

async function refinerHouse({ device }: WatchedDevice, objects: GpuObjects): Promise<FuzzHouse> {
  const crf = await DenseCrf.create({ ...size, parameters: goodParameters(), backend: 'webgpu', device });
  const restore = () => crf.refine({ image: goodImage(), unary: goodUnary() });
  await restore();
  const unary = object({ logits: objects.spec('unary') }, { layout: choice('planar', 'interleaved') });
  const input = object({}, { image: objects.spec('image'), unary, warmStart: boolean });
  const good = () => {
    objects.release();
    const [image, logits] = [objects.buffer(allBufferUses), objects.buffer(allBufferUses)];
    device.queue.writeBuffer(image, 0, goodImage().data as Uint8Array<ArrayBuffer>);
    return [{ image, unary: { logits, layout: 'planar' } }];
  };
  return {
    doors: (['refine', 'start'] as const).map((method) => ({
      name: `Refiner.${method}`,
      args: [arg('input', input)],
      good,
      call: ([given]) => crf[method](given as RefineInput),
    })),
    look: async () => (await crf.marginals()).join(),
    restore,
    close: () => crf.destroy(),
  };
}

async function masksHouse({ device }: WatchedDevice, objects: GpuObjects): Promise<FuzzHouse> {
  const { width, height } = size;
  const masks = await MaskAnalysis.create({ width, height, backend: 'webgpu', device });
  return {
    doors: [
      {
        name: 'MaskAnalysis.components',
        args: [arg('mask', objects.spec('map'))],
        good: () => {
          objects.release();
          return [objects.buffer(allBufferUses)];
        },
        call: async ([mask]) => (await masks.components(mask as GPUBuffer)).read(),
      },
    ],
    close: () => masks.destroy(),
  };
}
