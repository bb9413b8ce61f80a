// SPDX-License-Identifier: MIT

import type { TuneObjective } from '../../analysis/index.js';
import { checkDataSetOptions, type DataSetOptions, predictionsAndTruth } from '../evaluate/data-set-options.js';
import { wrong } from '../option-values.js';

/** As commander gives them. */
export interface TuneCommandOptions extends DataSetOptions {
  out: string;
  objective: TuneObjective;
  space?: string;
  candidates?: number;
  folds?: number;
  confidenceLevel?: number;
  seed?: number;
  examples?: number;
  backend: 'webgpu' | 'cpu';
  /** More predictions, or images, that are not searched on. */
  also?: string[];
  strict?: boolean;
  json?: boolean;
}

/** The command line, found to make sense as a whole. */
export interface TuneRequest {
  /** Folders and files; of images, with --model. */
  predictions: readonly string[];
  truth: string;
  options: TuneCommandOptions;
}

export function checkTuneRequest(given: readonly string[], options: TuneCommandOptions): TuneRequest {
  checkDataSetOptions(options);
  return { ...predictionsAndTruth(given), options };
}

const measures = {
  'mean-iou': 'meanIoU',
  'pixel-accuracy': 'pixelAccuracy',
  'mean-accuracy': 'meanAccuracy',
  'weighted-iou': 'frequencyWeightedIoU',
  'mean-dice': 'meanDice',
} as const;

/** `mean-iou`, `mean-iou@4` in a band of 4 pixels, `boundary-f@2` at a tolerance of 2 pixels. */
export function objectiveOption(text: string): TuneObjective {
  const [, name = '', number] = /^([a-z-]+)(?:@(\d*\.?\d+))?$/.exec(text) ?? [];
  const at = number === undefined ? undefined : Number(number);
  if (name === 'boundary-f' && at !== undefined && at <= 64) return { measure: 'boundaryF', tolerance: at };
  const measure = measures[name as keyof typeof measures];
  if (measure && (at === undefined || (at > 0 && at <= 1024))) {
    return { measure, ...(at === undefined ? undefined : { bandWidth: at }) };
  }
  const names = Object.keys(measures).join(', ');
  throw wrong(
    '--objective',
    text,
    `one of ${names}, each perhaps with @WIDTH of a band in pixels, or boundary-f@TOLERANCE`,
  );
}

/** The objective in words. */
export function describeObjective(objective: TuneObjective): string {
  if (objective.measure === 'boundaryF') return `boundary F at ${objective.tolerance} px`;
  const words = {
    meanIoU: 'mean IoU',
    pixelAccuracy: 'pixel accuracy',
    meanAccuracy: 'mean accuracy',
    frequencyWeightedIoU: 'frequency-weighted IoU',
    meanDice: 'mean Dice',
  };
  const band = objective.bandWidth === undefined ? '' : ` within ${objective.bandWidth} px of boundaries`;
  return words[objective.measure] + band;
}
