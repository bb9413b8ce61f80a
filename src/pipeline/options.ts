// SPDX-License-Identifier: MIT

import { checkCallback, checkChoice, checkFlag, checkInteger, checkNumber } from '../problem/checks.js';
import { checkColour } from '../problem/colours.js';
import { ArgumentError } from '../problem/errors.js';
import { checkBackend, checkThreads } from '../problem/options.js';
import { checkDevice, checkSignal } from '../problem/platform-objects.js';
import { parametersNamed } from '../problem/presets.js';
import { readArray, readObject, readOptions, readProperties } from '../problem/reading.js';
import type { CrfParameters } from '../problem/types.js';
import type { ExportOptions, PipelineOptions, PromptOptions, SegmentOptions } from './api.js';
import { checkFolderAddress } from './folder-address.js';
import { type Extent, largestFrameSide } from './frames/plan.js';
import { type Refinement, refinements } from './guided/settings.js';
import { checkNetwork } from './network/check-network.js';
import type { NetworkDescription, ResolvedNetwork } from './network/description.js';
import { atModelBase } from './network/model-base.js';
import { networkNamed } from './network/presets.js';
import { checkOnnxruntimeOptions, type OnnxruntimeOptions } from './runtime/options.js';
import { type BudgetOptions, resolveBudgetOptions } from './video/budget.js';
import { resolveTemporalParameters, type TemporalParameters } from './video/temporal-parameters.js';

const optionNames = [
  'network',
  'modelBase',
  'crf',
  'refinement',
  'workingSize',
  'frameSize',
  'warmStart',
  'smoothing',
  'budget',
  'dropBelow',
  'backend',
  'device',
  'profile',
  'threads',
  'onnxruntime',
  'onProgress',
  'onDeviceLost',
  'signal',
] as const satisfies (keyof PipelineOptions)[];

/** Options with every default filled in. */
export interface Settings {
  network: ResolvedNetwork;
  crf: CrfParameters;
  /** For frames of a video. */
  videoCrf: CrfParameters;
  refinement: Refinement;
  /** Whether the user said so: a frame budget then holds to it. */
  isOwnRefinement: boolean;
  /** Long side of the working picture at which the sigmas of `crf` are meant. */
  nominalSize: number;
  workingSize: number;
  frameSize: Extent | undefined;
  warmStart: boolean;
  smoothing: Required<TemporalParameters> | null;
  /** `isOwnLadder`: the user's, not the default. */
  budget: (Required<BudgetOptions> & { isOwnLadder: boolean }) | null;
  dropBelow: number;
  backend: 'auto' | 'webgpu' | 'cpu';
  device: GPUDevice | undefined;
  profile: boolean;
  threads: number | undefined;
  onnxruntime: OnnxruntimeOptions;
  onProgress: PipelineOptions['onProgress'];
  onDeviceLost: PipelineOptions['onDeviceLost'];
  signal: AbortSignal | undefined;
}

/** The network's output as it is. */
export const unrefined: CrfParameters = { kernels: [], iterations: 0 };

const largestWorkingSize = 16384;
const largestExport = 16384;
/** Networks of more labels than this leave out those that a photo doesn't show, unless told otherwise. */
const manyLabels = 32;

/** What was asked for, each option read once; not checked yet. */
export type GivenOptions = { readonly [Name in (typeof optionNames)[number]]: unknown };

/** Throws ArgumentError for what is no object, and for options that there are not. */
export function readPipelineOptions(options: unknown): GivenOptions {
  return readOptions('options', options, optionNames);
}

/** Throws ArgumentError for what can't be, before anything is loaded. */
export function checkOptions(given: GivenOptions): Settings {
  const crf = parametersNamed('crf', given.crf);
  const { network = 'person', warmStart = false, smoothing = {}, budget = null, profile = false } = given;
  const ownCrf = crf !== undefined && crf !== null;
  const description = networkNamed(network);
  const resolved = checkNetwork(
    ownCrf ? { ...readObject('options.network', description), crf, videoCrf: undefined } : description,
  );
  const { workingSize: longSide = resolved.workingSize } = given;
  const workingSize = checkInteger('workingSize', longSide, 1, largestWorkingSize);
  const { dropBelow = resolved.labels.length > manyLabels ? 1e-4 : 0 } = given;
  const modelBase = given.modelBase === undefined ? undefined : checkFolderAddress('modelBase', given.modelBase);
  return {
    network: atModelBase(resolved, network as string | NetworkDescription, modelBase),
    crf: crf === null ? unrefined : resolved.crf,
    videoCrf: crf === null ? unrefined : resolved.videoCrf,
    ...checkRefinement(given),
    nominalSize: ownCrf ? workingSize : resolved.workingSize,
    workingSize,
    frameSize: given.frameSize === undefined ? undefined : checkFrameSize(given.frameSize),
    warmStart: checkFlag('warmStart', warmStart),
    smoothing: smoothing === null ? null : resolveTemporalParameters(smoothing),
    budget: budget === null ? null : resolveBudget(budget),
    dropBelow: checkNumber('dropBelow', dropBelow, { from: 0, below: 1, float32: true }),
    ...checkHost(given),
    profile: checkFlag('profile', profile),
    threads: checkThreads(given.threads),
    onnxruntime: given.onnxruntime === undefined ? {} : checkOnnxruntimeOptions(given.onnxruntime),
    onProgress: checkCallback('onProgress', given.onProgress as PipelineOptions['onProgress']),
    onDeviceLost: checkCallback('onDeviceLost', given.onDeviceLost as PipelineOptions['onDeviceLost']),
    signal: checkSignal('signal', given.signal as AbortSignal | undefined),
  };
}

function checkRefinement({ refinement, crf }: GivenOptions): Pick<Settings, 'refinement' | 'isOwnRefinement'> {
  if (refinement === undefined) return { refinement: crf === null ? 'none' : 'crf', isOwnRefinement: crf === null };
  const checked = checkChoice('refinement', refinement, refinements);
  if (checked === 'crf' && crf === null) {
    throw new ArgumentError('refinement', refinement, "'guided' or 'none' beside crf: null");
  }
  return { refinement: checked, isOwnRefinement: true };
}

function resolveBudget(budget: unknown): NonNullable<Settings['budget']> {
  const { ladder } = readProperties('budget', budget, ['ladder']);
  return { ...resolveBudgetOptions(budget), isOwnLadder: ladder !== undefined };
}

function checkHost(given: GivenOptions): Pick<Settings, 'backend' | 'device'> {
  const backend = checkBackend(given.backend);
  const device = checkDevice('device', given.device as GPUDevice | undefined);
  if (device && backend === 'cpu') throw new ArgumentError('device', device, "none with backend 'cpu'");
  return { backend, device };
}

function checkFrameSize(value: unknown): Extent {
  const { width, height } = readOptions('frameSize', value, ['width', 'height']);
  return {
    width: checkInteger('frameSize.width', width, 1, largestFrameSide),
    height: checkInteger('frameSize.height', height, 1, largestFrameSide),
  };
}

/** Throws ArgumentError. */
export function checkExportOptions(options: ExportOptions | undefined): {
  size: Extent | undefined;
  colours: readonly string[] | undefined;
} {
  if (options === undefined) return { size: undefined, colours: undefined };
  const { width, height, colours } = readOptions('options', options, ['width', 'height', 'colours']);
  const size =
    width === undefined && height === undefined
      ? undefined
      : {
          width: checkInteger('options.width', width, 1, largestExport),
          height: checkInteger('options.height', height, 1, largestExport),
        };
  if (colours === undefined) return { size, colours };
  return {
    size,
    colours: readArray('options.colours', colours).map((colour, label) => {
      checkColour(`options.colours[${label}]`, colour);
      return colour as string;
    }),
  };
}

/** The signal, if there is one. Throws ArgumentError. */
export function checkSegmentOptions(options: SegmentOptions | undefined): AbortSignal | undefined {
  if (options === undefined) return undefined;
  const { signal } = readOptions('options', options, ['signal']);
  return checkSignal('options.signal', signal as AbortSignal | undefined);
}

/** Throws ArgumentError. */
export function checkPromptOptions(options: PromptOptions | undefined): { rounds: number; signal?: AbortSignal } {
  if (options === undefined) return { rounds: 1 };
  const { signal, rounds = 1 } = readOptions('options', options, ['signal', 'rounds']);
  const checked = checkSignal('options.signal', signal as AbortSignal | undefined);
  return { rounds: checkInteger('rounds', rounds, 1, 16), ...(checked ? { signal: checked } : undefined) };
}
