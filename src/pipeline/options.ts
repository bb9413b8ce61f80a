// SPDX-License-Identifier: MIT

import { checkInteger, checkKeys, checkNumber, checkObject } from '../problem/checks.js';
import { ArgumentError } from '../problem/errors.js';
import type { CrfParameters } from '../problem/types.js';
import type { PipelineOptions, PromptOptions, SegmentOptions } from './api.js';
import { type Extent, largestFrameSide } from './frames/plan.js';
import { checkNetwork } from './network/check-network.js';
import type { NetworkDescription, ResolvedNetwork } from './network/description.js';
import { presetNetwork } from './network/presets.js';
import { type BudgetOptions, resolveBudgetOptions } from './video/budget.js';
import { resolveTemporalParameters, type TemporalParameters } from './video/temporal.js';

const optionNames = [
  'network',
  'crf',
  'workingSize',
  'frameSize',
  'warmStart',
  'smoothing',
  'budget',
  'dropBelow',
  'device',
  'profile',
  'onnxruntime',
  'onProgress',
  'onDeviceLost',
  'signal',
] as const satisfies (keyof PipelineOptions)[];

/** Options with every default filled in. */
export interface Settings {
  network: ResolvedNetwork;
  crf: CrfParameters;
  /** Long side of the working picture at which the sigmas of `crf` are meant. */
  nominalSize: number;
  workingSize: number;
  frameSize: Extent | undefined;
  warmStart: boolean;
  smoothing: Required<TemporalParameters> | null;
  budget: Required<BudgetOptions> | null;
  dropBelow: number;
  device: GPUDevice | undefined;
  profile: boolean;
  onDeviceLost: PipelineOptions['onDeviceLost'];
}

/** The network's output as it is. */
const unrefined: CrfParameters = { kernels: [], iterations: 0 };

const largestWorkingSize = 16384;
/** Networks of more labels than this leave out those that a photo doesn't show, unless told otherwise. */
const manyLabels = 32;

/** Throws ArgumentError for what can't be, before anything is loaded. */
export function checkOptions(options: PipelineOptions): Settings {
  const given = checkObject('options', options);
  checkKeys('options', given, optionNames);
  const { network = 'person', crf, device, profile, onDeviceLost } = options;
  const description: NetworkDescription = typeof network === 'string' ? presetNetwork(network) : network;
  const resolved = checkNetwork(crf ? { ...description, crf } : description);
  const workingSize = checkInteger('workingSize', options.workingSize ?? resolved.workingSize, 1, largestWorkingSize);
  if (device !== undefined && (typeof device !== 'object' || !('queue' in device))) {
    throw new ArgumentError('device', device, 'a GPUDevice');
  }
  const dropBelow = options.dropBelow ?? (resolved.labels.length > manyLabels ? 1e-4 : 0);
  return {
    network: resolved,
    crf: crf === null ? unrefined : resolved.crf,
    nominalSize: crf ? workingSize : resolved.workingSize,
    workingSize,
    frameSize: options.frameSize === undefined ? undefined : checkFrameSize(options.frameSize),
    warmStart: options.warmStart === true,
    smoothing: options.smoothing === null ? null : resolveTemporalParameters(options.smoothing ?? {}),
    budget: options.budget ? resolveBudgetOptions(options.budget) : null,
    dropBelow: checkNumber('dropBelow', dropBelow, { from: 0, below: 1 }),
    device,
    profile: profile === true,
    onDeviceLost,
  };
}

function checkFrameSize(value: unknown): Extent {
  const given = checkObject('frameSize', value);
  checkKeys('frameSize', given, ['width', 'height']);
  const [width, height] = [given.width, given.height].map((side, i) =>
    checkInteger(`frameSize.${i === 0 ? 'width' : 'height'}`, side, 1, largestFrameSide),
  );
  return { width, height };
}

/** Throws ArgumentError. */
export function checkSegmentOptions(options: SegmentOptions): void {
  checkKeys('options', checkObject('options', options), ['signal']);
}

/** Throws ArgumentError. */
export function checkPromptOptions(options: PromptOptions): { rounds: number } {
  checkKeys('options', checkObject('options', options), ['signal', 'rounds']);
  return { rounds: checkInteger('rounds', options.rounds ?? 1, 1, 16) };
}
