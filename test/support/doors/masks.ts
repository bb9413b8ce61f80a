// SPDX-License-Identifier: MIT

import * as analysis from '../../../src/analysis/index.js';
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
import { goodImage, imageSpec, otherLabels, pixelCount, size } from './problem.js';
import {
  boolean,
  choice,
  either,
  floatTypes,
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

const { width, height } = size;
const names = ['background', 'wall', 'building'];
const labelName = either(choice(...names), integer(0, names.length - 1));
const someLabels = list(labelName, 1);
const whole = typed(labelTypes, pixelCount, integer(0, 0xffffffff));
const share = typed(floatTypes, pixelCount, number());
const connectivity = choice(4, 8);
const radius = number({ from: 0, to: 32767 });

const labels = Uint8Array.from({ length: pixelCount }, (_, i) => (i % width < 4 ? 0 : 1 + (i % 2)));
const mask = Uint16Array.from(labels, (label) => Number(label > 0));
const seeds = Int32Array.from(labels, (_, i) => (i === 30 ? 1 : 0));
const marginals = new Float32Array(names.length * pixelCount).fill(1 / 3);

/** An operation: what it is called by as a method and as a function, what it works on, and its options. */
interface Operation {
  method: string;
  fn: string;
  maps: readonly { name: string; spec: Spec; good: () => unknown }[];
  /** Whether the function wants to know the labels before its options. */
  namesLabels?: boolean;
  options?: { spec: Spec; good: () => unknown; isOptional?: boolean };
}

const maskMap = { name: 'mask', spec: whole, good: () => mask.slice() };
const labelMap = { name: 'labelMap', spec: whole, good: () => labels.slice() };
const morphology = {
  spec: either(
    object({ radius: integer(0, 32767) }, { shape: choice('disc', 'square') }),
    object({ radius }, { shape: choice('disc') }),
  ),
  good: () => ({ radius: 2, shape: 'disc' }),
};
const seedOptions = { connectivity, height: number({ from: 1 / 256, to: 32767 }) };

const operations: readonly Operation[] = [
  { method: 'areas', fn: 'labelAreas', maps: [labelMap], namesLabels: true },
  {
    method: 'mask',
    fn: 'maskOfLabels',
    maps: [labelMap],
    namesLabels: true,
    options: { spec: object({ labels: someLabels }), good: () => ({ labels: ['wall', 2] }) },
  },
  {
    method: 'merge',
    fn: 'mergeLabels',
    maps: [labelMap],
    namesLabels: true,
    options: { spec: object({ groups: list(someLabels) }), good: () => ({ groups: [['wall', 'building']] }) },
  },
  ...['erode', 'dilate', 'open', 'close'].map((method) => ({
    method,
    fn: `${method}Mask`,
    maps: [maskMap],
    options: morphology,
  })),
  {
    method: 'fillHoles',
    fn: 'fillHoles',
    maps: [maskMap],
    options: {
      spec: object({}, { connectivity, maxArea: integer(0, 0xffffffff) }),
      good: () => ({ connectivity: 8, maxArea: 9 }),
      isOptional: true,
    },
  },
  {
    method: 'components',
    fn: 'connectedComponents',
    maps: [maskMap],
    options: { spec: object({}, { connectivity }), good: () => ({ connectivity: 4 }), isOptional: true },
  },
  {
    method: 'removeSmall',
    fn: 'removeSmallComponents',
    maps: [maskMap],
    options: { spec: object({ minArea: integer(0, 0xffffffff) }, { connectivity }), good: () => ({ minArea: 3 }) },
  },
  {
    method: 'regions',
    fn: 'regionsOfIds',
    maps: [{ name: 'ids', spec: typed(labelTypes, pixelCount, integer(0, pixelCount)), good: () => seeds.slice() }],
  },
  { method: 'distance', fn: 'distanceToZero', maps: [maskMap] },
  {
    method: 'seeds',
    fn: 'watershedSeeds',
    maps: [maskMap],
    options: { spec: object({}, seedOptions), good: () => ({ height: 2 }), isOptional: true },
  },
  {
    method: 'watershed',
    fn: 'watershed',
    maps: [maskMap],
    options: {
      spec: object({}, { ...seedOptions, seeds: typed(labelTypes, pixelCount, integer(0, pixelCount)), core: whole }),
      good: () => ({ seeds: seeds.slice(), core: mask.slice() }),
      isOptional: true,
    },
  },
  {
    method: 'instances',
    fn: 'labelInstances',
    maps: [labelMap],
    namesLabels: true,
    options: {
      spec: object({ labels: someLabels }, { ...seedOptions, seedLabels: someLabels }),
      good: () => ({ labels: ['wall', 'building'], seedLabels: ['wall'], height: 1 }),
    },
  },
  {
    method: 'outline',
    fn: 'innerOutline',
    maps: [{ ...labelMap, name: 'map' }],
    options: {
      spec: object({}, { connectivity, alongFrame: boolean }),
      good: () => ({ alongFrame: true }),
      isOptional: true,
    },
  },
  {
    method: 'fuse',
    fn: 'fuseLabels',
    maps: [
      { ...labelMap, name: 'before' },
      { ...labelMap, name: 'after' },
    ],
    namesLabels: true,
    options: {
      spec: object(
        { background: someLabels },
        { labels: someLabels, where: choice('holes', 'everywhere'), maxArea: integer(0, 0xffffffff) },
      ),
      good: () => ({ background: ['background'], labels: ['wall'], where: 'holes', maxArea: 20 }),
    },
  },
  {
    method: 'trimap',
    fn: 'trimapOf',
    maps: [maskMap],
    options: { spec: object({ inner: radius, outer: radius }), good: () => ({ inner: 1, outer: 2 }) },
  },
];

const alphaOptions = {
  radius: integer(1, 127),
  epsilon: number({ from: 1e-6 }),
  trimap: typed(labelTypes, pixelCount, integer(0, 0xffffffff)),
};
const foreground = either(object({ mask: whole }), object({ probability: share }));

/** Whether the device can write there, and whether there is one, is another question. */
const into: Spec = {
  is: 'like',
  what: 'a GPUBuffer',
  test: (value) => (typeof value === 'object' && value !== null && 'mapAsync' in value ? 'unclear' : 'no'),
};

/** A method may be told where its result goes. */
function withTarget(options: Spec): Spec {
  if (options.is === 'either') return either(...options.of.map(withTarget));
  return options.is === 'object' ? object(options.keys, { ...options.optional, into }) : options;
}

function methodDoors(masks: analysis.MaskAnalysis): Door[] {
  const callable = masks as unknown as Record<string, (...args: readonly unknown[]) => Promise<unknown>>;
  const ofOperations = operations.map(({ method, maps, options }): Door => {
    const target = options ?? { spec: object({}), good: () => undefined, isOptional: true };
    const hasOptions = method !== 'areas' && method !== 'regions';
    return {
      name: `MaskAnalysis.${method}`,
      args: [
        ...maps.map(({ name, spec }) => arg(name, spec)),
        ...(hasOptions ? [{ ...arg('options', withTarget(target.spec)), isOptional: target.isOptional ?? false }] : []),
      ],
      good: () => [...maps.map(({ good }) => good()), ...(hasOptions ? [target.good()] : [])],
      call: async (args) => {
        const result = await callable[method].call(masks, ...args);
        if (result && typeof result === 'object' && 'read' in result) await (result as analysis.PixelMap).read();
      },
    };
  });
  return [
    ...ofOperations,
    {
      name: 'MaskAnalysis.probability',
      args: [
        arg('marginals', typed(floatTypes, marginals.length, number())),
        arg('options', withTarget(object({ labels: someLabels }))),
      ],
      good: () => [marginals.slice(), { labels: [1] }],
      call: async (args) => ((await callable.probability.call(masks, ...args)) as analysis.PixelMap).read(),
    },
    {
      name: 'MaskAnalysis.softAlpha',
      args: [
        arg('image', imageSpec),
        arg('foreground', foreground),
        optionalArg('options', withTarget(object({}, alphaOptions))),
      ],
      good: () => [goodImage(), { mask: mask.slice() }, { radius: 2, epsilon: 1e-3, trimap: mask.slice() }],
      call: async (args) => ((await callable.softAlpha.call(masks, ...args)) as analysis.PixelMap).read(),
    },
  ];
}

const labelNames = either(list(text, 1), integer(1, 2 ** 20));
/** As a function takes a map. */
const imageOf = (values: Spec) => open({ data: values, width: choice(width), height: choice(height) });

/** Bytes that are more than 0 and 1 are an alpha, if they reach far enough. */
const alphaBytes: Spec = {
  is: 'like',
  what: 'bytes',
  test: (value) =>
    (value instanceof Uint8Array || value instanceof Uint8ClampedArray) && value.length === pixelCount
      ? 'unclear'
      : 'no',
};
/** Rounding of alphas is forgiven. */
const front = number({ from: -1e-3, to: 1 + 1e-3 });
const frontLabels = list(integer(0, 2), 1);
const cutOutMask = either(
  imageSpec,
  imageOf(
    either(
      typed(floatTypes, pixelCount, front),
      typed(labelTypes, pixelCount, integer(0, 1)),
      otherLabels,
      alphaBytes,
      list(boolean),
    ),
  ),
  object(
    {
      dims: { is: 'like', what: '[height, width]', test: (value) => (Array.isArray(value) ? 'unclear' : 'no') },
      data: typed(floatTypes, pixelCount, front),
    },
    // What these say of values that are on the CPU is not looked at.
    { type: { is: 'anything' }, location: choice('cpu', 'cpu-pinned'), gpuBuffer: { is: 'anything' } },
  ),
  object({
    labelMap: typed(labelTypes, pixelCount, integer(0, 0xffffffff)),
    labels: list(integer(0, 0xffffffff), 1),
    width: choice(width),
    height: choice(height),
  }),
  object({
    marginals: typed(floatTypes, 3 * pixelCount, front),
    labels: frontLabels,
    width: choice(width),
    height: choice(height),
  }),
);

/** Whether options name labels as the call itself does, by names that no spec knows. */
function namesAnew(labels: unknown, options: unknown): boolean {
  try {
    const fresh = (labels as unknown[]).filter((label) => typeof label === 'string' && !names.includes(label));
    const named = [Object.values(options as object)].flat(Number.POSITIVE_INFINITY);
    return named.some((name) => fresh.includes(name));
  } catch {
    return false;
  }
}

function functionDoors(): Door[] {
  const callable = analysis as unknown as Record<string, (...args: readonly unknown[]) => unknown>;
  const ofOperations = operations.map(
    ({ fn, maps, namesLabels, options }): Door => ({
      name: fn,
      args: [
        ...maps.map(({ name, spec }) => arg(name, imageOf(spec))),
        ...(namesLabels ? [arg('labels', labelNames)] : []),
        ...(options ? [{ ...arg('options', options.spec), isOptional: options.isOptional ?? false }] : []),
      ],
      good: () => [
        ...maps.map(({ good }) => ({ data: good(), width, height })),
        ...(namesLabels ? [[...names]] : []),
        ...(options ? [options.good()] : []),
      ],
      call: (args) => callable[fn](...args),
      ...(namesLabels && { avoids: (args) => namesAnew(args[maps.length], args[maps.length + 1]) }),
    }),
  );
  return [
    ...ofOperations,
    {
      name: 'tracePolygons',
      args: [arg('map', imageOf(whole)), optionalArg('options', object({}, { connectivity }))],
      good: () => [{ data: labels.slice(), width, height }, { connectivity: 8 }],
      call: (args) => callable.tracePolygons(...args),
    },
    {
      name: 'labelProbability',
      args: [
        arg('marginals', typed(floatTypes, marginals.length, number())),
        arg('pixelCount', choice(pixelCount)),
        arg('labels', either(list(text, 3, 3), choice(3))),
        arg('options', object({ labels: someLabels })),
      ],
      good: () => [marginals.slice(), pixelCount, [...names], { labels: [1, 'wall'] }],
      call: (args) => callable.labelProbability(...args),
      avoids: (args) => namesAnew(args[2], args[3]),
    },
    {
      name: 'softAlpha',
      args: [arg('image', imageSpec), arg('foreground', foreground), optionalArg('options', object({}, alphaOptions))],
      good: () => [goodImage(), { probability: new Float32Array(pixelCount).fill(0.5) }, { radius: 3 }],
      call: (args) => callable.softAlpha(...args),
    },
    {
      name: 'cutOut',
      args: [
        arg('image', imageSpec),
        arg('mask', cutOutMask),
        optionalArg('options', object({}, { band: number({ above: 0, to: 32767 }), maxHole: integer(0, 2 ** 32 - 1) })),
      ],
      good: () => [goodImage(), { data: mask.slice(), width, height }, { band: 3, maxHole: 2 }],
      call: (args) => callable.cutOut(...args),
    },
    {
      name: 'listAreas',
      args: [arg('areas', { is: 'like', what: 'areas', test: (value) => (isAreas(value) ? 'unclear' : 'no') })],
      good: () => [analysis.labelAreas({ data: labels, width, height }, names)],
      call: ([areas]) => analysis.listAreas(areas as analysis.Areas),
    },
  ];
}

function isAreas(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'labels' in value && Array.isArray(value.labels);
}

function createDoor(backend: Backend, device: GPUDevice | undefined): Door {
  return {
    name: 'MaskAnalysis.create',
    args: [
      arg(
        'options',
        object(
          { width: integer(1, 32767), height: integer(1, 32767) },
          {
            labels: labelNames,
            backend: choice('auto', 'webgpu', 'cpu'),
            device: thisVery(device),
          },
        ),
      ),
    ],
    good: () => [{ width, height, labels: [...names], backend, ...(device ? { device } : undefined) }],
    async call([options]) {
      (await analysis.MaskAnalysis.create(options as analysis.MaskAnalysisOptions)).destroy();
    },
  };
}

async function methodHouse(backend: Backend, context: DoorContext): Promise<House> {
  const device = backend === 'webgpu' ? deviceOf(context) : undefined;
  const masks = await analysis.MaskAnalysis.create({
    width,
    height,
    labels: names,
    backend,
    ...(device ? { device } : undefined),
  });
  return {
    doors: [...methodDoors(masks), createDoor(backend, device)],
    look: async () => (await (await masks.dilate(mask, { radius: 2 })).read()).join(),
    close: () => masks.destroy(),
  };
}

export const masks: readonly HousePlan[] = [
  { name: 'mask functions', build: () => ({ doors: functionDoors() }) },
  { name: 'MaskAnalysis (cpu)', build: (context) => methodHouse('cpu', context) },
  { name: 'MaskAnalysis (webgpu)', needsGpu: true, build: (context) => methodHouse('webgpu', context) },
];
