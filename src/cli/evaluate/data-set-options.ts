// SPDX-License-Identifier: MIT

import type { Command } from 'commander';
import type { LabelLayout, Upsampling } from '../../index.js';
import { UsageError } from '../failure.js';
import { defaultMaximumPixels } from '../files/image.js';
import { oneOf, wholeNumber, wrong } from '../option-values.js';
import {
  confidenceOption,
  layoutOption,
  maxMegapixelsOption,
  timeoutOption,
  upsampleOption,
} from '../shared-options.js';

/** What predictions may be. */
export const predictionForms = ['logits', 'probabilities', 'unary', 'labels'] as const;
export type PredictionForm = (typeof predictionForms)[number];

/** A value, or that there is none. */
export type IgnoreOption = number | 'none';

/** Options that say where a labelled data set is and how to read it, as commander gives them. */
export interface DataSetOptions {
  /** A network makes the predictions: a preset's name or an ONNX file. */
  model?: string;
  images?: string;
  form?: PredictionForm;
  layout?: LabelLayout;
  upsample?: Upsampling;
  confidence?: number;
  labelCount?: number;
  names?: string;
  /** Commander turns null into an empty text. */
  ignore?: IgnoreOption;
  /** By label. */
  truthValues?: number[];
  predictionValues?: number[];
  /** Of evaluate: names or numbers of labels; truth holds instance ids. */
  instances?: string[];
  /** Of tune: the same, compared as one label. */
  foreground?: string[];
  maxMegapixels?: number;
  /** Of the network, in seconds. */
  timeout?: number;
}

export function addDataSetOptions(command: Command): Command {
  return command
    .optionsGroup('How to read the data set:')
    .option(
      '--model <model>',
      'let a network predict: its name, or an ONNX file with its description beside it (FILE.json); images take the place of predictions',
    )
    .option('--images <folder>', 'photographs that the kernels see; file names as those of the predictions')
    .option(
      '--form <form>',
      'of the predictions: logits, probabilities or unary (.npy), or labels (.png; the default where all are)',
      oneOf('--form', predictionForms),
    )
    .addOption(layoutOption())
    .addOption(upsampleOption())
    .addOption(confidenceOption('predicted label, with --form labels'))
    .option(
      '--label-count <count>',
      'how many labels there are; needed with label PNGs unless --names or --prediction-values says it',
      wholeNumber('--label-count', 1, 65536),
    )
    .option('--names <file>', "the labels' names: a JSON array, or a line each")
    .option(
      '--ignore <value>',
      'pixels of truth that count nowhere, or none (default: 255; none where truth holds instances)',
      ignoreOption,
    )
    .option(
      '--truth-values <values>',
      'values of truth that are the labels 0, 1, ..., in this order, as 0,255 or 1..150 (default: they are the labels themselves)',
      valueList('--truth-values'),
    )
    .option(
      '--prediction-values <values>',
      'the same of predicted labels, with --form labels',
      valueList('--prediction-values'),
    )
    .addOption(maxMegapixelsOption())
    .addOption(timeoutOption());
}

/** What nobody need say where a network predicts. */
const saidByNetwork = [
  ['images', '--images'],
  ['form', '--form'],
  ['layout', '--layout'],
  ['upsample', '--upsample'],
  ['confidence', '--confidence'],
  ['labelCount', '--label-count'],
  ['names', '--names'],
  ['predictionValues', '--prediction-values'],
] as const satisfies readonly (readonly [keyof DataSetOptions, string])[];

/** Splits what stands on a command line before its options: predictions, of which there may be several, and truth. */
export function predictionsAndTruth(given: readonly string[]): { predictions: string[]; truth: string } {
  const truth = given.at(-1);
  if (given.length >= 2 && truth !== undefined) return { predictions: given.slice(0, -1), truth };
  throw new UsageError(`got ${given.join(' ')} alone, expected PREDICTIONS (or IMAGES with --model) and TRUTH`);
}

/** Finds options that exclude each other. Throws UsageError. */
export function checkDataSetOptions(options: DataSetOptions): void {
  const { model, form, confidence, upsample, layout, predictionValues, truthValues, ignore, timeout } = options;
  for (const [key, option] of model === undefined ? [] : saidByNetwork) {
    if (options[key] === undefined) continue;
    throw new UsageError(`${option}: got ${JSON.stringify(options[key])}, but --model ${model} says it`);
  }
  if (timeout !== undefined && model === undefined) {
    throw new UsageError(`--timeout: got ${timeout}, but it is for --model`);
  }
  if (confidence !== undefined && form !== undefined && form !== 'labels') {
    throw new UsageError(`--confidence: got ${confidence}, but it is for --form labels`);
  }
  if (upsample !== undefined && form === 'labels') {
    throw new UsageError(`--upsample: got ${upsample}, but it is for arrays: labels have the image's size`);
  }
  if (layout !== undefined && form === 'labels') {
    throw new UsageError(`--layout: got ${layout}, but it is for arrays: a file of labels has no axis of them`);
  }
  if (predictionValues && form !== undefined && form !== 'labels') {
    throw new UsageError(`--prediction-values: got ${predictionValues}, but it is for --form labels`);
  }
  if (truthValues && holdsIds(options)) {
    const option = options.instances ? '--instances' : '--foreground';
    throw new UsageError(`--truth-values: got ${truthValues}, but with ${option} truth may hold instance ids`);
  }
  if (typeof ignore === 'number' && truthValues?.includes(ignore)) {
    throw new UsageError(`--truth-values: got ${truthValues}, but --ignore ${ignore} leaves ${ignore} out`);
  }
}

/** Of an image that is read. */
export function maximumPixelsOf({ maxMegapixels }: DataSetOptions): number {
  return maxMegapixels === undefined ? defaultMaximumPixels : maxMegapixels * 1e6;
}

/** Whether truth may hold instance ids, and only what is 0 in it is told from the rest. */
export function holdsIds({ instances, foreground }: DataSetOptions): boolean {
  return instances !== undefined || foreground !== undefined;
}

/** The value of truth that counts nowhere; null: there is none. 255 is the custom of label PNGs, but an instance like any other. */
export function ignoreValue(options: DataSetOptions): number | null {
  const { ignore, truthValues } = options;
  if (ignore === undefined) return holdsIds(options) || truthValues?.includes(255) ? null : 255;
  return ignore === 'none' ? null : ignore;
}

/** Values of labels: numbers and ranges with commas between them. */
function valueList(option: string): (text: string) => number[] {
  return (text) => {
    const values: number[] = [];
    for (const part of text.split(',')) {
      const [, first, last = first] = /^\s*(\d{1,5})(?:\.\.(\d{1,5}))?\s*$/.exec(part) ?? [];
      for (let value = Number(first); value <= Number(last); value++) values.push(value);
      if (first === undefined || Number(last) < Number(first)) values.push(Number.NaN);
    }
    const isRight = values.every((value) => value <= 65535) && new Set(values).size === values.length;
    if (isRight && values.length >= 2) return values;
    throw wrong(option, text, 'two values or more, each once, in 0..65535, as 0,255 or 1..150');
  };
}

export function ignoreOption(text: string): IgnoreOption {
  if (text === 'none') return text;
  if (/^-?\d+$/.test(text) && Number(text) <= 65535 && Number(text) >= -(2 ** 31)) return Number(text);
  throw wrong('--ignore', text, 'a whole number up to 65535, or none');
}

/** A list of numbers separated by commas, or none. */
export function numberList(option: string, allowed: string, passes: (value: number) => boolean) {
  return (text: string): number[] => {
    if (text === 'none') return [];
    const values = text.split(',').map((part) => (/^\d*\.?\d+$/.test(part) ? Number(part) : Number.NaN));
    if (values.every((value) => passes(value))) return [...new Set(values)].sort((a, b) => a - b);
    throw wrong(option, text, `numbers separated by commas, each ${allowed}, or none`);
  };
}

/** Texts separated by commas. */
export function commaList(text: string): string[] {
  return text.split(',').map((part) => part.trim());
}
