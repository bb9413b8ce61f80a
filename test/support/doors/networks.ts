// SPDX-License-Identifier: MIT

import { type CrfParameters, crfSchema, type RgbaImage } from '../../../src/index.js';
import { CpuNetwork } from '../../../src/pipeline/cpu.js';
import {
  type BudgetOptions,
  checkNetwork,
  cutGraph,
  type ExportOptions,
  type FetchNetworkOptions,
  FrameBudget,
  fetchNetwork,
  framePosition,
  guidedFilterSettings,
  type HuggingFaceModel,
  type InputSize,
  inputSizeFor,
  inspectModel,
  markProbabilities,
  type NetworkFile,
  networkFromHuggingFace,
  networkFromJson,
  Pipeline,
  type PipelineOptions,
  type Prompts,
  playVideo,
  presetNetwork,
  presets,
  scaledParameters,
  type View,
  vocColours,
} from '../../../src/pipeline/index.js';
import { huggingFaceFiles } from '../hugging-face-files.js';
import { tinyDescription, tinyNetwork } from '../tiny-network.js';
import { twoShapes } from '../two-shapes.js';
import { arg, type Door, deviceOf, type House, type HousePlan, optionalArg } from './door.js';
import { goodImage, imageSpec, pixelCount } from './problem.js';
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
  signal,
  text,
  typed,
} from './spec.js';
import { viewSpec } from './views.js';

const bytes = tinyNetwork();
const anything: Spec = { is: 'anything' };
const onnxBytes: Spec = {
  is: 'like',
  what: 'bytes of this very model',
  // Whether other bytes happen to be a model is for their reader to say.
  test: (value) => (value instanceof Uint8Array ? 'unclear' : 'no'),
};
const side = integer(1, 16384);
/** As there is no page here, an absolute one. */
const folderAddress: Spec = {
  is: 'like',
  what: 'the address of a folder',
  test: (value) => (typeof value === 'string' || value instanceof URL ? 'unclear' : 'no'),
};

/** Of `fetchNetwork`, and of who calls it. */
const fetchOptions = object(
  {},
  { signal, onProgress: { is: 'function' }, cache: choice(false), fetch: { is: 'function' }, modelBase: folderAddress },
);
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
    object({ ...inputKeys, longSide: side }, { ...inputOptions, shortSide: side, multipleOf: side }),
    object({ ...inputKeys, shortSide: side }, { ...inputOptions, multipleOf: side }),
    object({ ...inputKeys, width: side, height: side }, inputOptions),
  ),
  output: object(
    { name: text, layout: choice('NCHW', 'NHWC'), activation: choice('logits', 'probabilities', 'sigmoid') },
    { type: choice('float32', 'float16'), upsampling: choice('half-pixel', 'align-corners') },
  ),
  labels: list(text, 2),
};
const networkCrf = object(
  { kernels },
  {
    iterations: integer(0, 10_000),
    method: choice('lattice', 'exact', 'separable'),
    tolerance: number({ from: 0, to: 1 }),
    damping: number({ from: 0, below: 1 }),
    exactWorkLimit: number({ above: 0, infinity: true }),
  },
);

const descriptionOptions = {
  sha256: { is: 'text', matching: /^[0-9a-f]{64}$/i },
  byteLength: integer(1, 2 ** 31 - 1),
  licence: text,
  colours: list({ is: 'text', matching: /^#[0-9a-f]{6}$/i }, 3, 3),
  crf: networkCrf,
  videoCrf: networkCrf,
  flipAveraging: boolean,
  workingSize: side,
} satisfies Record<string, Spec>;
const describedKeys = { ...descriptionKeys, bytes: either(onnxBytes, { is: 'function' }) };
const described = object(describedKeys, descriptionOptions);

function goodDescription() {
  return {
    ...structuredClone(tinyDescription),
    colours: ['#000000', '#ff0000', '#0000ff'],
    licence: 'MIT',
    bytes,
  };
}

/** Of one size, which networks with variants have. */
const variedKeys = {
  ...descriptionKeys,
  input: object({ ...inputKeys, width: side, height: side }, inputOptions),
  labels: list(text, 2, 2),
};
const variantKeys = { width: side, height: side };
const variantOptions = { sha256: descriptionOptions.sha256, byteLength: descriptionOptions.byteLength };
const varied = object(
  { ...variedKeys, bytes: either(onnxBytes, { is: 'function' }) },
  {
    ...descriptionOptions,
    variants: list(object({ ...variantKeys, bytes: either(onnxBytes, { is: 'function' }) }, variantOptions)),
  },
);

const length = number({ above: 0, isDouble: true });
const extent = open({ width: length, height: length });

/** Looked at once the size is known. */
const unscaled = Object.fromEntries(Object.keys(crfSchema.parameters).map((name) => [name, anything]));

/** Functions that need neither a device nor onnxruntime. */
const place = number({ isDouble: true });
const strokes = list(
  object({
    label: either(integer(0, 1), choice(null)),
    radius: number({ above: 0, isDouble: true }),
    points: list(open({ x: place, y: place }), 1),
  }),
);
const promptsSpec = object(
  { width: integer(1, 2 ** 24), height: integer(1, 2 ** 24), labelCount: integer(2, 16) },
  {
    // Whether it lies on the picture is another question.
    box: object(
      { x: place, y: place, width: length, height: length },
      { inside: integer(0, 1), outside: integer(0, 1) },
    ),
    labelMap: typed(labelTypes, pixelCount, integer(0, 2)),
    strokes,
  },
);

function goodPrompts() {
  return {
    ...{ width: 12, height: 9, labelCount: 2 },
    box: { x: 6, y: 1, width: 5, height: 7, inside: 1, outside: 0 },
    labelMap: Uint8Array.from({ length: pixelCount }, (_, pixel) => 1 + Number(pixel % 12 > 6)),
    strokes: [{ label: 0, radius: 1, points: [{ x: 2, y: 2 }] }],
  };
}

const huggingFaceConfig = open(
  { architectures: list(text, 1), id2label: object({ 0: text, 1: text, 2: text }) },
  { num_channels: choice(3, null), _name_or_path: either(text, choice(null, '')) },
);
const step = (spec: Spec) => either(spec, choice(null));
const onePerChannel = (spec: Spec) => step(either(list(spec, 3, 3), spec));
const positive = number({ from: 1e-6, to: 1e6 });
const huggingFacePicture = object(
  {},
  {
    do_resize: anything,
    do_rescale: step(boolean),
    rescale_factor: step(positive),
    do_normalize: step(boolean),
    image_mean: onePerChannel(number({ from: -1e6, to: 1e6 })),
    image_std: onePerChannel(positive),
    do_reduce_labels: step(boolean),
    reduce_labels: step(boolean),
    image_processor_type: step(text),
    size: anything,
    resample: anything,
  },
);

const plainDoors: Door[] = [
  {
    name: 'markProbabilities',
    args: [arg('image', imageSpec), arg('prompts', promptsSpec)],
    good: () => [goodImage(), goodPrompts()],
    call: ([image, prompts]) => markProbabilities(image as RgbaImage, prompts as Prompts),
  },
  {
    name: 'checkNetwork',
    args: [arg('value', described)],
    good: () => [goodDescription()],
    call: ([value]) => checkNetwork(value),
  },
  {
    name: 'checkNetwork',
    args: [arg('value', varied)],
    good: () => [{ ...twoShapes(), workingSize: 64 }],
    call: ([value]) => checkNetwork(value),
  },
  {
    name: 'networkFromJson',
    args: [
      arg(
        'json',
        object(variedKeys, {
          ...descriptionOptions,
          url: text,
          variants: list(object({ ...variantKeys, url: text }, variantOptions)),
        }),
      ),
      arg('bytes', onnxBytes),
    ],
    good: () => {
      const { bytes: given, ...json } = twoShapes();
      return [{ ...json, variants: [{ url: 'wide.onnx', width: 32, height: 16 }] }, given];
    },
    call: ([json, given]) => networkFromJson(json, given as Uint8Array),
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
    name: 'networkFromHuggingFace',
    args: [
      arg('config', huggingFaceConfig),
      arg('preprocessorConfig', huggingFacePicture),
      arg(
        'model',
        object(
          {},
          {
            ...descriptionOptions,
            ...{ name: text, url: text, bytes: either(onnxBytes, { is: 'function' }) },
            input: object({}, { ...inputOptions, name: text, layout: inputKeys.layout, width: side, height: side }),
            output: object({}, { name: text, activation: choice('logits', 'probabilities', 'sigmoid') }),
          },
        ),
      ),
    ],
    good: () => {
      const { bytes: given, colours, licence } = goodDescription();
      const { config, preprocessorConfig } = huggingFaceFiles();
      const input = { name: 'image', width: 32, height: 24 };
      return [config, preprocessorConfig, { bytes: given, colours, licence, input, output: { name: 'logits' } }];
    },
    call: ([config, preprocessorConfig, model]) =>
      networkFromHuggingFace(config, preprocessorConfig, model as HuggingFaceModel),
  },
  {
    name: 'fetchNetwork',
    args: [
      arg(
        'network',
        open({ name: text, bytes: either(onnxBytes, { is: 'function' }) }, { byteLength: integer(1, 2 ** 31 - 1) }),
      ),
      optionalArg('options', fetchOptions),
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
    args: [arg('labelCount', integer(0, 2 ** 20))],
    good: () => [21],
    call: ([count]) => vocColours(count as number),
  },
  {
    name: 'scaledParameters',
    args: [arg('parameters', open({ kernels }, unscaled)), arg('scale', length)],
    good: () => [{ kernels: [{ type: 'gaussian', sigmaXY: [3, 2] }] }, 0.5],
    call: ([parameters, scale]) => scaledParameters(parameters as CrfParameters, scale as number),
  },
  {
    name: 'framePosition',
    args: [
      arg('frame', extent),
      arg('target', extent),
      arg('options', object({}, { fit: choice('contain', 'cover'), mirror: boolean })),
      arg('point', open({ x: number({ isDouble: true }), y: number({ isDouble: true }) })),
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
          open({ kind: choice('fixed'), width: side, height: side }),
          open({ kind: choice('free'), longSide: side, multipleOf: side }, { shortSide: side }),
        ),
      ),
      arg('picture', extent),
    ],
    good: () => [
      { kind: 'free', longSide: 128, shortSide: 64, multipleOf: 4 },
      { width: 640, height: 480 },
    ],
    call: ([size, picture]) => inputSizeFor(size as InputSize, picture as { width: number; height: number }),
  },
  {
    name: 'guidedFilterSettings',
    args: [arg('size', open({ width: integer(1, 32768), height: integer(1, 32768) }))],
    good: () => [{ width: 640, height: 480 }],
    call: ([extent]) => guidedFilterSettings(extent as { width: number; height: number }),
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
          {
            canvasSize: choice('frame', 'layout', 'own'),
            whenHidden: choice('pause', 'continue'),
            onFrame: { is: 'function' },
            onError: { is: 'function' },
          },
        ),
      ),
    ],
    good: () => [goodPlayer(), goodVideo(), { getContext: () => null }, { kind: 'original' }, { canvasSize: 'own' }],
    call: (args) => playVideo(...(args as Parameters<typeof playVideo>)).stop(),
  },
];

function hasKey(key: string) {
  return (value: unknown) =>
    typeof value === 'object' && value !== null && key in value ? ('unclear' as const) : ('no' as const);
}

function goodPlayer() {
  return { segmentFrame: async () => undefined, draw: async () => undefined };
}

function goodVideo() {
  return {
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
const ladder = list(
  object(
    { size: part, iterations: number({ from: 0, to: 1 }), networkEvery: integer(1, 1000) },
    { refinement: choice('crf', 'guided') },
  ),
  1,
);
const budgetSpec = object({}, { framesPerSecond: number({ above: 0, to: 1000 }), ladder });

function goodBudget(): BudgetOptions {
  return {
    framesPerSecond: 30,
    ladder: [
      { size: 1, iterations: 1, networkEvery: 1 },
      { size: 0.5, iterations: 0.5, networkEvery: 2, refinement: 'guided' },
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
        args: [arg('choice', anything), arg('milliseconds', number({ from: 0, isDouble: true }))],
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
          optionalArg(
            'network',
            either(
              choice('person'),
              object(describedKeys, { ...descriptionOptions, url: anything, prompts: anything, variants: anything }),
            ),
          ),
          optionalArg('options', fetchOptions),
        ],
        good: () => [goodDescription(), { cache: false }],
        async call([given, options]) {
          const made = await CpuNetwork.create(given as 'person', options as FetchNetworkOptions);
          await made.destroy();
        },
        throws: ['DownloadError', 'AbortError'],
        isSlow: true,
      },
      {
        name: 'CpuNetwork.run',
        args: [arg('image', imageSpec)],
        good: () => [goodImage()],
        call: ([image]) => network.run(image as RgbaImage),
        isSlow: true,
      },
    ],
    look: async () =>
      Object.values(await network.run(goodImage()))
        .map(String)
        .join(),
    close: () => network.destroy(),
  };
}

/** Of a file, or the file itself. */
const address: Spec = {
  is: 'like',
  what: 'an address or an ArrayBuffer',
  test: (value) => ((typeof value === 'string' && value !== '') || value instanceof ArrayBuffer ? 'unclear' : 'no'),
};

const temporal = object(
  {},
  {
    strength: number({ from: 0, below: 1 }),
    colourSigma: number({ from: 1e-6, to: 1e6 }),
    hysteresis: number({ from: 0, to: 1 }),
  },
);
const pipelineOptions = object(
  {},
  {
    network: either(choice('person', 'colour-prompt', 'selfie', 'deeplab-voc', 'segformer-b0-ade20k'), described),
    modelBase: folderAddress,
    crf: either(descriptionOptions.crf, choice(null)),
    refinement: choice('crf', 'guided', 'none'),
    workingSize: side,
    frameSize: object({ width: side, height: side }),
    warmStart: boolean,
    smoothing: either(temporal, choice(null)),
    budget: either(budgetSpec, choice(null)),
    dropBelow: number({ from: 0, below: 1 }),
    backend: choice('auto', 'webgpu', 'cpu'),
    // One of its own, here.
    device: choice(undefined),
    profile: boolean,
    threads: integer(1, 256),
    onnxruntime: object({}, { module: anything, wasmFolder: folderAddress, wasm: address, cpuWasm: address }),
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
    backend: 'webgpu',
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
  throws: ['DownloadError', 'AbortError'],
  isSlow: true,
};

const exportSize = { width: side, height: side };
const exportKeys = { colours: list({ is: 'text', matching: /^#([0-9a-f]{6}|[0-9a-f]{8})$/i } as const, 3) };

/** The pipeline as it is made; its last result, which a refused call leaves readable. */
async function pipelineHouse(device: GPUDevice): Promise<House> {
  const pipeline = await Pipeline.create({ ...goodPipelineOptions(), budget: null, smoothing: null, device });
  let last = await pipeline.segment(goodImage());
  // RENDER_ATTACHMENT | COPY_SRC
  const target = device.createTexture({ size: [12, 9], format: 'rgba8unorm', usage: 16 | 1 });
  const isTarget: Spec = { is: 'like', what: 'a texture', test: (value) => (value === target ? 'yes' : 'no') };
  const views: View[] = [{ kind: 'original' }, { kind: 'overlay', outline: 1 }, { kind: 'colour', colour: '#00ff00' }];
  let turn = 0;
  return {
    doors: [
      {
        name: 'Pipeline.segment',
        args: [arg('source', imageSpec), optionalArg('options', object({}, { signal }))],
        good: () => [goodImage(), {}],
        call: ([source, options]) => pipeline.segment(source as RgbaImage, options as object),
        throws: ['AbortError'],
        isSlow: true,
      },
      {
        name: 'Pipeline.segmentFrame',
        args: [arg('source', imageSpec), optionalArg('options', object({}, { signal }))],
        good: () => [goodImage(), {}],
        call: ([source, options]) => pipeline.segmentFrame(source as RgbaImage, options as object),
        throws: ['AbortError'],
        isSlow: true,
      },
      {
        name: 'Pipeline.draw',
        args: [arg('view', viewSpec), arg('target', isTarget)],
        good: () => [views[turn++ % views.length], target],
        call: ([given, on]) => pipeline.draw(given as View, on as GPUTexture),
      },
      {
        name: 'Pipeline.exportImage',
        args: [
          arg('view', viewSpec),
          optionalArg('options', either(object({}, exportKeys), object(exportSize, exportKeys))),
        ],
        good: () => [
          views[turn++ % views.length],
          { width: 8, height: 6, colours: ['#102030', '#ff000080', '#0a0b0c'] },
        ],
        call: ([given, options]) => pipeline.exportImage(given as View, options as ExportOptions),
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
          name: `Pipeline.${method}`,
          args: [
            arg(
              method.replace(/^set./, (start) => start.slice(3).toLowerCase()),
              spec,
            ),
          ],
          good: () => [good()],
          call: ([value]) => (pipeline[method] as (given: unknown) => void)(value),
        }),
      ),
    ],
    look: async () => (await last.labelMap()).join(),
    restore: async () => {
      const { crf = null, workingSize = 12 } = goodPipelineOptions();
      pipeline.setBudget(null);
      pipeline.setSmoothing(null);
      pipeline.setWorkingSize(workingSize);
      pipeline.setCrf(crf);
      last = await pipeline.segment(goodImage());
    },
    close: async () => {
      await pipeline.destroy();
      target.destroy();
    },
  };
}

async function promptHouse(device: GPUDevice): Promise<House> {
  const network = { ...presets['colour-prompt'], input: { ...presets['colour-prompt'].input, longSide: 36 } };
  const pipeline = await Pipeline.create({ network, crf: null, device });
  await pipeline.setPrompts(goodImage(), goodPrompts());
  let last = await pipeline.segment(goodImage());
  return {
    doors: [
      {
        name: 'Pipeline.setPrompts',
        args: [
          arg('keyImage', imageSpec),
          arg('prompts', promptsSpec),
          optionalArg('options', object({}, { signal, rounds: integer(1, 16) })),
        ],
        good: () => [goodImage(), goodPrompts(), { rounds: 1 }],
        call: (args) => pipeline.setPrompts(...(args as Parameters<Pipeline['setPrompts']>)),
        throws: ['AbortError'],
        isSlow: true,
      },
    ],
    look: async () => (await last.labelMap()).join(),
    restore: async () => {
      await pipeline.setPrompts(goodImage(), goodPrompts());
      last = await pipeline.segment(goodImage());
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
    build: (context) => pipelineHouse(deviceOf(context)),
  },
  { name: 'Pipeline.create', needsGpu: true, build: () => ({ doors: [pipelineCreate] }) },
  { name: 'prompts', needsGpu: true, build: (context) => promptHouse(deviceOf(context)) },
];
