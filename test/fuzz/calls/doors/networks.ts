// SPDX-License-Identifier: MIT

import type { CrfParameters, RgbaImage } from '../../../../src/index.js';
import { CpuNetwork } from '../../../../src/pipeline/cpu.js';
import {
  type BudgetOptions,
  checkNetwork,
  cutGraph,
  type FetchNetworkOptions,
  FrameBudget,
  fetchNetwork,
  framePosition,
  type InputSize,
  inputSizeFor,
  inspectModel,
  type NetworkFile,
  networkFromJson,
  Pipeline,
  type PipelineOptions,
  playVideo,
  presetNetwork,
  scaledParameters,
  type View,
  vocColours,
} from '../../../../src/pipeline/index.js';
import { tinyDescription, tinyNetwork } from '../../../support/tiny-network.js';
import { arg, type Door, type House, type HousePlan, optionalArg } from '../door.js';
import { boolean, choice, either, integer, list, number, object, record, type Spec, text } from '../spec.js';
import { goodImage, imageSpec } from './problem.js';

const bytes = tinyNetwork();
const anything: Spec = { is: 'anything' };
const signal: Spec = {
  is: 'like',
  what: 'an AbortSignal',
  test: (value) => (value instanceof AbortSignal ? 'yes' : 'no'),
};
const onnxBytes: Spec = {
  is: 'like',
  what: 'bytes of this very model',
  // Whether other bytes happen to be a model is for their reader to say.
  test: (value) => (value instanceof Uint8Array ? 'unclear' : 'no'),
};
const side = integer(1, 16384);
const byte = number({ from: 0, to: 255 });
const triple = (of: Spec) => list(of, 3, 3);

const inputKeys = {
  layout: choice('NCHW', 'NHWC'),
  name: text,
};
const inputOptions = {
  type: choice('float32', 'float16'),
  channels: choice('RGB', 'BGR'),
  range: list(number(), 2, 2),
  fit: choice('stretch', 'letterbox'),
  fill: triple(byte),
  mean: triple(number()),
  scale: triple(number()),
};
const kernels = list(anything);
const descriptionKeys = {
  name: text,
  input: either(
    object({ ...inputKeys, longSide: side }, { ...inputOptions, multipleOf: side }),
    object({ ...inputKeys, width: side, height: side }, inputOptions),
  ),
  output: object(
    { name: text, layout: choice('NCHW', 'NHWC'), activation: choice('logits', 'probabilities', 'sigmoid') },
    { type: choice('float32', 'float16'), upsampling: choice('half-pixel', 'align-corners') },
  ),
  labels: list(text, 2),
};
const descriptionOptions = {
  sha256: { is: 'text', matching: /^[0-9a-f]{64}$/i },
  byteLength: integer(1, 2 ** 31 - 1),
  licence: text,
  colours: list({ is: 'text', matching: /^#[0-9a-f]{6}$/i }, 3, 3),
  crf: object(
    { kernels },
    {
      iterations: integer(0, 10_000),
      method: choice('lattice', 'exact', 'separable'),
      tolerance: number({ from: 0, double: true }),
      damping: number({ from: 0, below: 1 }),
      exactWorkLimit: number({ above: 0, infinity: true }),
    },
  ),
  workingSize: side,
} satisfies Record<string, Spec>;
const described = object({ ...descriptionKeys, bytes: either(onnxBytes, { is: 'function' }) }, descriptionOptions);

function goodDescription() {
  return {
    ...structuredClone(tinyDescription),
    colours: ['#000000', '#ff0000', '#0000ff'],
    licence: 'MIT',
    bytes,
  };
}

const extent = record({ width: number({ above: 0, double: true }), height: number({ above: 0, double: true }) });
const fileCache = either(
  choice(false),
  record({ get: { is: 'function' }, put: { is: 'function' }, remove: { is: 'function' } }),
);

/** Functions that need neither a device nor onnxruntime. */
const plainDoors: Door[] = [
  {
    name: 'checkNetwork',
    args: [arg('network', described)],
    good: () => [goodDescription()],
    call: ([value]) => checkNetwork(value),
  },
  {
    name: 'networkFromJson',
    args: [arg('json', object(descriptionKeys, { ...descriptionOptions, url: text })), optionalArg('bytes', onnxBytes)],
    good: () => {
      const { bytes: given, ...json } = goodDescription();
      return [json, given];
    },
    call: ([json, given]) => networkFromJson(json, given as Uint8Array),
  },
  {
    name: 'fetchNetwork',
    args: [
      arg(
        'network',
        object({ name: text, bytes: either(onnxBytes, { is: 'function' }) }, { byteLength: integer(1, 2 ** 31 - 1) }),
      ),
      optionalArg(
        'options',
        object({}, { signal, onProgress: { is: 'function' }, cache: fileCache, fetch: { is: 'function' } }),
      ),
    ],
    good: () => [
      { name: 'tiny', bytes, byteLength: bytes.length },
      { cache: false, onProgress: () => undefined },
    ],
    call: ([network, options]) => fetchNetwork(network as NetworkFile, options as FetchNetworkOptions),
    throws: ['DownloadError', 'AbortError'],
  },
  {
    name: 'inspectModel',
    args: [arg('bytes', onnxBytes)],
    good: () => [bytes],
    call: ([given]) => inspectModel(given as Uint8Array),
  },
  {
    name: 'cutGraph',
    args: [arg('bytes', onnxBytes), arg('tensorName', choice('logits'))],
    good: () => [bytes, 'logits'],
    call: ([given, name]) => cutGraph(given as Uint8Array, name as string),
  },
  {
    name: 'presetNetwork',
    args: [arg('name', choice('person', 'selfie', 'colour-prompt', 'deeplab-voc', 'segformer-b0-ade20k'))],
    good: () => ['person'],
    call: ([name]) => presetNetwork(name as string),
  },
  {
    name: 'vocColours',
    args: [arg('labelCount', integer(0, 2 ** 24))],
    good: () => [21],
    call: ([count]) => vocColours(count as number),
    avoids: ([count]) => typeof count === 'number' && Number.isFinite(count) && count > 2 ** 24,
  },
  {
    name: 'scaledParameters',
    args: [arg('parameters', object({ kernels })), arg('scale', number({ above: 0, double: true }))],
    good: () => [{ kernels: [{ type: 'gaussian', sigmaXY: [3, 2] }] }, 0.5],
    call: ([parameters, scale]) => scaledParameters(parameters as CrfParameters, scale as number),
  },
  {
    name: 'framePosition',
    args: [
      arg('frame', extent),
      arg('target', extent),
      arg('look', object({}, { fit: choice('contain', 'cover'), mirror: boolean })),
      arg('position', record({ x: number({ double: true }), y: number({ double: true }) })),
    ],
    good: () => [
      { width: 640, height: 480 },
      { width: 100, height: 100 },
      { fit: 'cover', mirror: true },
      { x: 3, y: 4 },
    ],
    call: (args) => framePosition(...(args as Parameters<typeof framePosition>)),
  },
  {
    name: 'inputSizeFor',
    args: [
      arg(
        'size',
        either(
          object({ kind: choice('fixed'), width: side, height: side }),
          object({ kind: choice('free'), longSide: side, multipleOf: side }),
        ),
      ),
      arg('picture', extent),
    ],
    good: () => [
      { kind: 'free', longSide: 128, multipleOf: 4 },
      { width: 640, height: 480 },
    ],
    call: ([size, picture]) => inputSizeFor(size as InputSize, picture as { width: number; height: number }),
  },
  {
    name: 'playVideo',
    args: [
      arg('pipeline', { is: 'like', what: 'a Pipeline', test: hasKey('segmentFrame') }),
      arg('video', { is: 'like', what: 'a video', test: hasKey('videoWidth') }),
      arg('canvas', { is: 'like', what: 'a canvas', test: hasKey('getContext') }),
      arg('view', either({ is: 'function' }, { is: 'like', what: 'a view', test: hasKey('kind') })),
      optionalArg(
        'options',
        object(
          {},
          { canvasSize: choice('frame', 'layout', 'own'), onFrame: { is: 'function' }, onError: { is: 'function' } },
        ),
      ),
    ],
    good: () => [goodPlayer(), goodVideo(), { getContext: () => null }, { kind: 'original' }, { canvasSize: 'own' }],
    call: (args) => playVideo(...(args as Parameters<typeof playVideo>)).stop(),
    // What only looks like a page's object is found out when it is used.
    avoids: ([pipeline, video, canvas]) =>
      [pipeline, video, canvas].some((one) => !Object.hasOwn(Object(one), 'isOurs')),
  },
];

function hasKey(key: string) {
  return (value: unknown) =>
    typeof value === 'object' && value !== null && key in value ? ('unclear' as const) : ('no' as const);
}

function goodPlayer() {
  return { isOurs: true, segmentFrame: async () => undefined, draw: async () => undefined };
}

function goodVideo() {
  return {
    isOurs: true,
    videoWidth: 4,
    videoHeight: 3,
    readyState: 0,
    addEventListener: () => undefined,
    removeEventListener: () => undefined,
    requestVideoFrameCallback: () => 1,
    cancelVideoFrameCallback: () => undefined,
  };
}

const part = number({ above: 0, to: 1 });
const ladder = list(object({ size: part, iterations: number({ from: 0, to: 1 }), networkEvery: integer(1, 1000) }), 1);
const budgetSpec = object({}, { framesPerSecond: number({ above: 0, to: 1000 }), ladder });

function goodBudget(): BudgetOptions {
  return {
    framesPerSecond: 30,
    ladder: [
      { size: 1, iterations: 1, networkEvery: 1 },
      { size: 0.5, iterations: 0.5, networkEvery: 2 },
    ],
  };
}

function budgetHouse(): House {
  let budget = new FrameBudget(goodBudget(), { workingSize: 640, iterations: 5 });
  let last = budget.next();
  return {
    doors: [
      {
        name: 'new FrameBudget',
        args: [
          arg('options', budgetSpec),
          arg('best', object({ workingSize: integer(1, 2 ** 24), iterations: integer(0, 10_000) })),
        ],
        good: () => [goodBudget(), { workingSize: 640, iterations: 5 }],
        call: ([options, best]) =>
          new FrameBudget(options as BudgetOptions, best as { workingSize: number; iterations: number }),
      },
      {
        name: 'FrameBudget.record',
        args: [arg('choice', anything), arg('milliseconds', number({ from: 0, double: true }))],
        good: () => [last, 12],
        call: ([given, milliseconds]) => budget.record(given as typeof last, milliseconds as number),
      },
    ],
    restore: async () => {
      budget = new FrameBudget(goodBudget(), { workingSize: 640, iterations: 5 });
      last = budget.next();
    },
  };
}

async function cpuNetworkHouse(): Promise<House> {
  const network = await CpuNetwork.create(goodDescription());
  return {
    doors: [
      {
        name: 'CpuNetwork.create',
        args: [
          optionalArg('network', either(choice('person'), described)),
          optionalArg(
            'options',
            object({}, { signal, onProgress: { is: 'function' }, cache: fileCache, fetch: { is: 'function' } }),
          ),
        ],
        good: () => [goodDescription(), { cache: false }],
        async call([given, options]) {
          const made = await CpuNetwork.create(given as 'person', options as FetchNetworkOptions);
          await made.destroy();
        },
        isSlow: true,
        throws: ['DownloadError', 'AbortError'],
      },
      {
        name: 'CpuNetwork.run',
        args: [arg('image', imageSpec)],
        good: () => [goodImage()],
        call: ([image]) => network.run(image as RgbaImage),
      },
    ],
    look: async () =>
      Object.values(await network.run(goodImage()))
        .map(String)
        .join(),
    close: () => network.destroy(),
  };
}

const temporal = object(
  {},
  {
    strength: number({ from: 0, below: 1 }),
    colourSigma: number({ above: 0 }),
    hysteresis: number({ from: 0, to: 1 }),
  },
);
const pipelineOptions = object(
  {},
  {
    network: either(choice('person', 'colour-prompt', 'selfie', 'deeplab-voc', 'segformer-b0-ade20k'), described),
    crf: either(descriptionOptions.crf, choice(null)),
    workingSize: side,
    frameSize: object({ width: side, height: side }),
    warmStart: boolean,
    smoothing: either(temporal, choice(null)),
    budget: either(budgetSpec, choice(null)),
    dropBelow: number({ from: 0, below: 1 }),
    device: anything,
    profile: boolean,
    onnxruntime: object({}, { wasm: anything }),
    onProgress: { is: 'function' },
    onDeviceLost: { is: 'function' },
    signal,
  },
);

function goodPipelineOptions(): PipelineOptions {
  return {
    network: goodDescription() as NonNullable<PipelineOptions['network']>,
    crf: { kernels: [{ type: 'gaussian', sigmaXY: 1 }], iterations: 1 },
    workingSize: 12,
    frameSize: { width: 12, height: 9 },
    warmStart: false,
    smoothing: { strength: 0.5 },
    budget: goodBudget(),
    dropBelow: 0.1,
    profile: false,
  };
}

const pipelineCreate: Door = {
  name: 'Pipeline.create',
  args: [optionalArg('options', pipelineOptions)],
  good: () => [goodPipelineOptions()],
  async call([options]) {
    const pipeline = await Pipeline.create(options as PipelineOptions);
    await pipeline.destroy();
  },
  isSlow: true,
  throws: ['DownloadError', 'AbortError'],
};

async function pipelineHouse(device: GPUDevice): Promise<House> {
  const create = () => Pipeline.create({ ...goodPipelineOptions(), budget: null, smoothing: null, device });
  let pipeline = await create();
  await pipeline.segment(goodImage());
  // RENDER_ATTACHMENT | COPY_SRC
  const target = device.createTexture({ size: [12, 9], format: 'rgba8unorm', usage: 16 | 1 });
  const look = { fit: choice('contain', 'cover'), mirror: boolean, split: number({ from: 0, to: 1 }) };
  const foreground = { ...look, foreground: list(integer(0, 2)), refineEdges: boolean };
  const pixels = number({ from: 0, to: 1000 });
  const view = either(
    object({ kind: choice('original', 'confidence') }, look),
    object({ kind: choice('overlay') }, { ...look, opacity: number({ from: 0, to: 1 }), outline: pixels }),
    object({ kind: choice('labels') }, { ...look, outline: pixels }),
    object({ kind: choice('cut-out') }, foreground),
    object({ kind: choice('colour'), colour: { is: 'text', matching: /^#([0-9a-f]{6}|[0-9a-f]{8})$/i } }, foreground),
    object({ kind: choice('blur') }, { ...foreground, sigmaXY: number({ above: 0, to: 15 }) }),
  );
  const isTarget: Spec = { is: 'like', what: 'a texture', test: (value) => (value === target ? 'yes' : 'no') };
  const views: View[] = [{ kind: 'original' }, { kind: 'overlay', outline: 1 }, { kind: 'colour', colour: '#00ff00' }];
  let turn = 0;
  return {
    doors: [
      {
        name: 'pipeline.segment',
        args: [arg('source', imageSpec), optionalArg('options', object({}, { signal }))],
        good: () => [goodImage(), {}],
        call: ([source, options]) => pipeline.segment(source as RgbaImage, options as object),
        throws: ['AbortError'],
      },
      {
        name: 'pipeline.segmentFrame',
        args: [arg('source', imageSpec)],
        good: () => [goodImage()],
        call: ([source]) => pipeline.segmentFrame(source as RgbaImage),
      },
      {
        name: 'pipeline.draw',
        args: [arg('view', view), arg('target', isTarget)],
        good: () => [views[turn++ % views.length], target],
        call: ([given, on]) => pipeline.draw(given as View, on as GPUTexture),
      },
      ...(
        [
          ['setBudget', either(budgetSpec, choice(null)), goodBudget],
          ['setSmoothing', either(temporal, choice(null)), () => ({ strength: 0.2 })],
          ['setWorkingSize', side, () => 10],
          ['setCrf', either(descriptionOptions.crf, choice(null)), () => ({ kernels: [], iterations: 1 })],
        ] as const
      ).map(
        ([method, spec, good]): Door => ({
          name: `pipeline.${method}`,
          args: [arg('value', spec)],
          good: () => [good()],
          call: ([value]) => (pipeline[method] as (given: unknown) => void)(value),
        }),
      ),
    ],
    look: async () => (await (await pipeline.segment(goodImage())).labelMap()).join(),
    restore: async () => {
      await pipeline.destroy();
      pipeline = await create();
    },
    close: () => pipeline.destroy(),
  };
}

export const networks: readonly HousePlan[] = [
  { name: 'networks', build: () => ({ doors: plainDoors }) },
  { name: 'FrameBudget', build: budgetHouse },
  { name: 'CpuNetwork', build: cpuNetworkHouse },
  {
    name: 'pipeline',
    needsGpu: true,
    build: async ({ gpu }) => {
      const watched = await gpu?.device();
      if (!watched) throw new Error('no device');
      return pipelineHouse(watched.device);
    },
  },
  { name: 'Pipeline', needsGpu: true, build: () => ({ doors: [pipelineCreate] }) },
];
