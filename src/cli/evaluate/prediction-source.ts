// SPDX-License-Identifier: MIT

import type { UnaryInput } from '../../index.js';
import { fileStamp } from '../batch/atomic-file.js';
import { listItems } from '../batch/items.js';
import { about, Failure, UsageError } from '../failure.js';
import { defaultMaximumPixels, type Photograph } from '../files/image.js';
import { readFloatNpy } from '../files/npy.js';
import { readMarks } from '../refine/marks.js';
import type { DataSetOptions, PredictionForm } from './data-set-options.js';

/** What is predicted for one image. */
export interface Prediction {
  unary: UnaryInput<Float32Array, Int32Array>;
  labelCount: number;
  /** Size of what was predicted; where it is hard labels the image must have the same. */
  width: number;
  height: number;
}

/**
 * Where predictions come from: files, or whatever makes one from an image. Items are known by name before any is read, and each is read by
 * itself, so that a data set of any length fits into memory.
 */
export interface PredictionSource {
  /** File, or whatever an error should be said of, by item; sorted by item. */
  readonly items: ReadonlyMap<string, string>;
  /** All that predictions depend on, beside the files; plain JSON. Two runs that differ in it must not be mixed. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Changes when the item's prediction may have. */
  stamp(item: string): Promise<string>;
  /** Errors don't name the item: `about` does. */
  read(item: string, photograph: Photograph | undefined): Promise<Prediction>;
}

/** Predictions as files: .npy arrays [label, y, x], or labels as PNG or .npy [y, x]. */
export async function predictionFiles(
  source: string,
  options: DataSetOptions,
  labelCount: number | undefined,
): Promise<PredictionSource> {
  const items = await listItems(source, options.form === undefined ? ['.npy', '.png'] : endingsOf(options.form));
  if (items.size === 0) {
    throw new Failure(`${source}: no ${endingsOf(options.form).join(' or ')} file in it`);
  }
  const form = options.form ?? guessForm(source, items);
  if (form === 'labels' && labelCount === undefined) {
    throw new UsageError('predictions are labels: --label-count or --names must say how many labels there are');
  }
  const fileOf = (item: string) => items.get(item) ?? item;
  const upsampling = options.upsample ?? 'half-pixel';
  const confidence = options.confidence ?? 0.7;
  const maximumPixels = options.maxMegapixels === undefined ? defaultMaximumPixels : options.maxMegapixels * 1e6;
  return {
    items,
    settings: { form, ...(form === 'labels' ? { confidence } : { upsampling }) },
    stamp: (item) => fileStamp(fileOf(item)),
    async read(item) {
      if (form !== 'labels') return await readValues(fileOf(item), form, upsampling);
      const marks = await readMarks(fileOf(item), maximumPixels, null, labelCount);
      const { width, height, labels } = marks;
      return { width, height, labelCount: marks.labelCount, unary: { labels, confidence } };
    },
  };
}

async function readValues(
  file: string,
  form: Exclude<PredictionForm, 'labels'>,
  upsampling: 'half-pixel' | 'align-corners',
): Promise<Prediction> {
  const { shape, data } = await readFloatNpy(file);
  if (shape.length !== 3 || data.length === 0) {
    throw new Failure(`its shape is [${shape.join(', ')}], expected [label, y, x]`);
  }
  const [labelCount, height, width] = shape;
  const values = { width, height, upsampling };
  const unary: UnaryInput<Float32Array, never> =
    form === 'logits'
      ? { logits: data, ...values }
      : { ...(form === 'unary' ? { unary: data } : { probabilities: data }), ...values };
  return { unary, labelCount, width, height };
}

function endingsOf(form: PredictionForm | undefined): string[] {
  if (form === undefined) return ['.npy', '.png'];
  return form === 'labels' ? ['.png', '.npy'] : ['.npy'];
}

/** Whether numbers are logits or probabilities a file does not say, and both may look alike. */
function guessForm(source: string, items: ReadonlyMap<string, string>): PredictionForm {
  const array = [...items.values()].find((file) => file.toLowerCase().endsWith('.npy'));
  if (array === undefined) return 'labels';
  throw new UsageError(`${source} has .npy files: --form must say whether they are logits, probabilities or unary`);
}

/** Label names from a file: a JSON array of texts, or a line each. */
export async function readNames(file: string, read: (file: string) => Promise<string>): Promise<string[]> {
  return await about(file, async () => {
    const text = await read(file);
    const names: unknown = text.trimStart().startsWith('[') ? parse(text) : text.trim().split(/\r?\n/);
    if (!Array.isArray(names) || names.some((name) => typeof name !== 'string' || name.trim() === '')) {
      throw new Failure('expected a JSON array of texts, or a line with a name for each label');
    }
    return names.map((name: string) => name.trim());
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Failure(`not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}
