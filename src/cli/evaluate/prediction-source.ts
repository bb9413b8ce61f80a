// SPDX-License-Identifier: MIT

import { crfSchema, type UnaryInput } from '../../index.js';
import { fileStamp } from '../batch/atomic-file.js';
import { listItemsOf } from '../batch/items.js';
import { about, Failure, UsageError } from '../failure.js';
import type { Photograph } from '../files/image.js';
import { parseJson } from '../files/json.js';
import type { FullSize } from '../inputs/array-layout.js';
import { decodeLabels, type LabelCodes } from '../inputs/label-codes.js';
import { readLabelPlane } from '../inputs/label-plane.js';
import { type ProbabilitySums, readScores } from '../inputs/scores.js';
import { type DataSetOptions, maximumPixelsOf, type PredictionForm } from './data-set-options.js';

/** What is predicted for one image. */
export interface Prediction {
  unary: UnaryInput<Float32Array, Int32Array>;
  labelCount: number;
  /** Of what was predicted, and how the image's must stand to it. Left out by a network, which sees every image at a size of its own. */
  size?: { width: number; height: number; rule: 'exactly' | 'at most' };
  /** Of probabilities from a file. */
  sums?: ProbabilitySums;
}

/**
 * Where predictions come from: files, or whatever makes one from an image. Items are known by name before any is read, and each is read by
 * itself, so that a data set of any length fits into memory.
 */
export interface PredictionSource {
  /** File, or whatever an error should be said of, by item; sorted by item. */
  readonly items: ReadonlyMap<string, string>;
  /** Of files. */
  readonly form?: PredictionForm;
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
  /**
   * Errors don't name the item: `about` does.
   *
   * @param size of the item's truth: what an array's own size is compared with
   */
  read(item: string, photograph: Photograph | undefined, size: FullSize): Promise<Prediction>;
}

/** Predictions as files: .npy arrays [label, y, x] or [y, x, label], or labels as PNG or .npy [y, x]. */
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
  checkForm(form, options);
  return predictionsIn(items, form, options, labelCount);
}

/** The same, of files that are known. They are looked up when they are read. */
export function predictionsIn(
  items: ReadonlyMap<string, string>,
  form: PredictionForm,
  options: DataSetOptions,
  labelCount: number | undefined,
): PredictionSource {
  const fileOf = (item: string) => items.get(item) ?? item;
  if (form !== 'labels') return arrayFiles(items, fileOf, form, options);
  const { confidence = crfSchema.unary.confidence.default, predictionValues: values = null } = options;
  const count = labelCount ?? values?.length;
  if (count === undefined) {
    throw new UsageError(
      'predictions are labels: --label-count, --names or --prediction-values must say how many labels there are',
    );
  }
  if (values && values.length !== count) {
    throw new UsageError(`--prediction-values: got ${values.length} values, expected ${count}, one for each label`);
  }
  const codes: LabelCodes = { labelCount: count, values, ignore: null, option: '--prediction-values' };
  const maximumPixels = maximumPixelsOf(options);
  return {
    items,
    form,
    settings: { form, confidence, ...(values ? { predictionValues: values } : undefined) },
    stamp: (item) => fileStamp(fileOf(item)),
    async read(item) {
      const plane = await readLabelPlane(fileOf(item), maximumPixels);
      const { width, height } = plane;
      const size = { width, height, rule: 'exactly' } as const;
      return { size, labelCount: count, unary: { labels: decodeLabels(plane, codes), confidence } };
    },
  };
}

/** What `checkDataSetOptions` can't know before the files are seen. */
function checkForm(form: PredictionForm, { layout, predictionValues }: DataSetOptions): void {
  if (layout !== undefined && form === 'labels') {
    throw new UsageError(`--layout: got ${layout}, but predictions are labels, which have no axis of them`);
  }
  if (predictionValues && form !== 'labels') {
    throw new UsageError(`--prediction-values: got ${predictionValues}, but predictions are ${form}`);
  }
}

function arrayFiles(
  items: ReadonlyMap<string, string>,
  fileOf: (item: string) => string,
  form: Exclude<PredictionForm, 'labels'>,
  { layout, upsample: upsampling = crfSchema.unary.upsampling.default }: DataSetOptions,
): PredictionSource {
  return {
    items,
    form,
    settings: { form, upsampling, ...(layout === undefined ? undefined : { layout }) },
    stamp: (item) => fileStamp(fileOf(item)),
    async read(item, _photograph, fullSize) {
      const asked = { form, upsampling, size: fullSize, ...(layout === undefined ? undefined : { layout }) };
      const { unary, labelCount, width, height, sums } = await readScores(fileOf(item), asked);
      return { unary, labelCount, size: { width, height, rule: 'at most' }, ...(sums ? { sums } : undefined) };
    },
  };
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
    const names: unknown = text.trimStart().startsWith('[') ? parseJson(text) : text.trim().split(/\r?\n/);
    if (!Array.isArray(names) || names.some((name) => typeof name !== 'string' || name.trim() === '')) {
      throw new Failure('expected a JSON array of texts, or a line with a name for each label');
    }
    return names.map((name: string) => name.trim());
  });
}
