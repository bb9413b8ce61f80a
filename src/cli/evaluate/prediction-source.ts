// SPDX-License-Identifier: MIT

import { crfSchema, type UnaryInput } from '../../index.js';
import { fileStamp } from '../batch/atomic-file.js';
import { listItemsOf } from '../batch/items.js';
import { about, Failure, UsageError } from '../failure.js';
import { defaultMaximumPixels, type Photograph } from '../files/image.js';
import { readFloatNpy } from '../files/npy.js';
import { readMarks } from '../refine/marks.js';
import type { DataSetOptions, PredictionForm } from './data-set-options.js';

/** What is predicted for one image. */
export interface Prediction {
  unary: UnaryInput<Float32Array, Int32Array>;
  labelCount: number;
  /** Of what was predicted, and how the image's must stand to it. Left out by a network, which sees every image at a size of its own. */
  size?: { width: number; height: number; rule: 'exactly' | 'at most' };
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
  /** What is known of the labels before any is predicted. */
  readonly known?: { labelCount: number; names: readonly string[]; colours: readonly string[] };
  /** Files of the images, where predictions are made of them. */
  readonly photographs?: ReadonlyMap<string, string>;
  /** Makes ready what predicts; what goes wrong here goes wrong for every item. */
  open?(): Promise<void>;
  close?(): Promise<void>;
  /** Changes when the item's prediction may have. */
  stamp(item: string): Promise<string>;
  /** Errors don't name the item: `about` does. */
  read(item: string, photograph: Photograph | undefined): Promise<Prediction>;
}

/** Predictions as files: .npy arrays [label, y, x], or labels as PNG or .npy [y, x]. */
export async function predictionFiles(
  sources: readonly string[],
  options: DataSetOptions,
  labelCount: number | undefined,
): Promise<PredictionSource> {
  const source = sources.join(', ');
  const items = await listItemsOf(sources, options.form === undefined ? ['.npy', '.png'] : endingsOf(options.form));
  if (items.size === 0) {
    throw new Failure(`${source}: no ${endingsOf(options.form).join(' or ')} file in it`);
  }
  const form = options.form ?? guessForm(source, items);
  if (form === 'labels' && labelCount === undefined) {
    throw new UsageError('predictions are labels: --label-count or --names must say how many labels there are');
  }
  const fileOf = (item: string) => items.get(item) ?? item;
  const upsampling = options.upsample ?? crfSchema.unary.upsampling.default;
  const confidence = options.confidence ?? crfSchema.unary.confidence.default;
  const maximumPixels = options.maxMegapixels === undefined ? defaultMaximumPixels : options.maxMegapixels * 1e6;
  return {
    items,
    settings: { form, ...(form === 'labels' ? { confidence } : { upsampling }) },
    stamp: (item) => fileStamp(fileOf(item)),
    async read(item) {
      if (form !== 'labels') return await readValues(fileOf(item), form, upsampling);
      const marks = await readMarks(fileOf(item), maximumPixels, null, labelCount);
      const { width, height, labels } = marks;
      const size = { width, height, rule: 'exactly' } as const;
      return { size, labelCount: marks.labelCount, unary: { labels, confidence } };
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
  return { unary, labelCount, size: { width, height, rule: 'at most' } };
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
