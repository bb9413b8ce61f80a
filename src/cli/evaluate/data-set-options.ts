// SPDX-License-Identifier: MIT

import type { Command } from 'commander';
import type { Upsampling } from '../../index.js';
import { UsageError } from '../failure.js';
import { oneOf, wholeNumber, wrong } from '../option-values.js';
import { confidenceOption, maxMegapixelsOption, upsampleOption } from '../shared-options.js';

/** What predictions may be. */
export const predictionForms = ['logits', 'probabilities', 'unary', 'labels'] as const;
export type PredictionForm = (typeof predictionForms)[number];

/** Options that say where a labelled data set is and how to read it, as commander gives them. */
export interface DataSetOptions {
  /** A network makes the predictions: a preset's name or an ONNX file. */
  model?: string;
  images?: string;
  form?: PredictionForm;
  upsample?: Upsampling;
  confidence?: number;
  labelCount?: number;
  names?: string;
  /** Commander turns null into an empty text. */
  ignore?: number | 'none';
  /** Of evaluate: names or numbers of labels; truth holds instance ids. */
  instances?: string[];
  /** Of tune: the same, compared as one label. */
  foreground?: string[];
  maxMegapixels?: number;
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
    .addOption(upsampleOption())
    .addOption(confidenceOption('predicted label, with --form labels'))
    .option(
      '--label-count <count>',
      'how many labels there are; needed with label PNGs unless --names says it',
      wholeNumber('--label-count', 1, 65536),
    )
    .option('--names <file>', "the labels' names: a JSON array, or a line each")
    .option(
      '--ignore <value>',
      'pixels of truth that count nowhere, or none (default: 255; none where truth holds instances)',
      ignoreOption,
    )
    .addOption(maxMegapixelsOption());
}

/** What nobody need say where a network predicts. */
const saidByNetwork = [
  ['images', '--images'],
  ['form', '--form'],
  ['upsample', '--upsample'],
  ['confidence', '--confidence'],
  ['labelCount', '--label-count'],
  ['names', '--names'],
] as const satisfies readonly (readonly [keyof DataSetOptions, string])[];

/** Splits what stands on a command line before its options: predictions, of which there may be several, and truth. */
export function predictionsAndTruth(given: readonly string[]): { predictions: string[]; truth: string } {
  const truth = given.at(-1);
  if (given.length >= 2 && truth !== undefined) return { predictions: given.slice(0, -1), truth };
  throw new UsageError(`got ${given.join(' ')} alone, expected PREDICTIONS (or IMAGES with --model) and TRUTH`);
}

/** Finds options that exclude each other. Throws UsageError. */
export function checkDataSetOptions(options: DataSetOptions): void {
  const { model, form, confidence, upsample } = options;
  for (const [key, option] of model === undefined ? [] : saidByNetwork) {
    if (options[key] === undefined) continue;
    throw new UsageError(`${option}: got ${JSON.stringify(options[key])}, but --model ${model} says it`);
  }
  if (confidence !== undefined && form !== undefined && form !== 'labels') {
    throw new UsageError(`--confidence: got ${confidence}, but it is for --form labels`);
  }
  if (upsample !== undefined && form === 'labels') {
    throw new UsageError(`--upsample: got ${upsample}, but it is for arrays: labels have the image's size`);
  }
}

/** The value of truth that counts nowhere; null: there is none. 255 is the custom of label PNGs, but an instance like any other. */
export function ignoreValue({ ignore, instances, foreground }: DataSetOptions): number | null {
  if (ignore === undefined) return instances || foreground ? null : 255;
  return ignore === 'none' ? null : ignore;
}

function ignoreOption(text: string): number | 'none' {
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
