// SPDX-License-Identifier: MIT

import { readFile } from 'node:fs/promises';
import type { CrfParameters, ProblemSize, RgbaImage, UnaryInput } from '../../index.js';
import { fileStamp } from '../batch/atomic-file.js';
import { isFile, listItems } from '../batch/items.js';
import { about, Failure, UsageError } from '../failure.js';
import { type Photograph, photographEndings, readPhotograph } from '../files/image.js';
import type { FullSize } from '../inputs/array-layout.js';
import type { LabelPlane } from '../inputs/label-plane.js';
import { type DataSetOptions, maximumPixelsOf, type PredictionForm } from './data-set-options.js';
import { networkPredictions, type Predictor, predictionsBy } from './network-predictions.js';
import type { NetworkPredictor } from './network-predictor.js';
import {
  type Prediction,
  type PredictionSource,
  predictionFiles,
  predictionsIn,
  readNames,
} from './prediction-source.js';
import { TruthFiles, type TruthPlane } from './truth-files.js';
import type { TruthCounts } from './truth-tally.js';

/** One image of a data set: what is predicted, what is true, and perhaps what it shows. */
export interface Example {
  item: string;
  size: ProblemSize;
  unary: UnaryInput<Float32Array, Int32Array>;
  truth: TruthPlane;
  truthCounts: TruthCounts;
  image?: RgbaImage;
  /** Share of the pixels whose probabilities, as the file has them, do not add up to 1. */
  offSums: number;
}

/** The files of one item; what is missing is found to be so when it is read. */
export interface ItemFiles {
  item: string;
  prediction: string;
  truth?: string;
  photograph?: string;
}

/** How a data set is read whose files another thread has found. Plain data. */
export interface ReadingPlan {
  options: DataSetOptions;
  /** Where a network predicts there is none. */
  form: PredictionForm | null;
  labelCount: number;
  hasPhotographs: boolean;
}

/** Predictions with their truth, found by their names. Nothing is held but names. */
export class DataSet {
  private constructor(
    private readonly predictions: PredictionSource,
    readonly truths: TruthFiles,
    private readonly photographs: ReadonlyMap<string, string> | undefined,
    private readonly maximumPixels: number,
    /** Sorted. */
    readonly items: readonly string[],
    /** How many labels there are, where something said so before the first prediction is read. */
    private knownLabelCount: number | undefined,
    readonly names: readonly string[] | null,
    /** `#rrggbb` by label, where something says them. */
    readonly colours: readonly string[] | null,
    /** Files of truth that nothing was predicted for. */
    readonly unpredicted: readonly string[],
    /** All that the examples depend on; plain JSON. */
    readonly settings: Readonly<Record<string, unknown>>,
  ) {}

  /**
   * Looks for the files. What is missing for one item is that item's error, when it is read.
   *
   * @param predictions folders and files: of predictions, or of the images that the predictor is to look at
   * @param predictor the network of --model, with how many bytes of its predictions to keep
   */
  static async open(
    predictions: readonly string[],
    truth: string,
    options: DataSetOptions,
    predictor?: { network: NetworkPredictor; keptBytes: number },
  ): Promise<DataSet> {
    const names = options.names === undefined ? null : await readNames(options.names, (file) => readFile(file, 'utf8'));
    const { labelCount = names?.length } = options;
    if (names && labelCount !== names.length) {
      throw new UsageError(`--label-count: got ${labelCount}, but ${options.names} names ${names.length} labels`);
    }
    const source = predictor
      ? await networkPredictions(predictions, predictor.network, predictor.keptBytes)
      : await predictionFiles(predictions, options, labelCount);
    const items = [...source.items.keys()];
    const truths = await matching(truth, ['.png', '.npy'], predictions, items);
    const { images } = options;
    const photographs =
      images === undefined ? source.photographs : await matching(images, photographEndings, predictions, items);
    // Who names single files means those.
    const areFolders = !(await Promise.all(predictions.map(isFile))).includes(true);
    const described = describeSources(predictions);
    const maximumPixels = maximumPixelsOf(options);
    const truthFiles = new TruthFiles(truths, options, maximumPixels);
    return new DataSet(
      source,
      truthFiles,
      photographs,
      maximumPixels,
      items,
      labelCount ?? source.known?.labelCount ?? options.predictionValues?.length,
      names ?? source.known?.names ?? null,
      source.known?.colours ?? null,
      areFolders ? [...truths.keys()].filter((item) => !source.items.has(item)) : [],
      {
        predictions: described,
        truth,
        images: images ?? (source.photographs ? described : null),
        ...source.settings,
        ...truthFiles.settings,
        names: names ?? source.known?.names ?? null,
        ...(options.labelCount === undefined ? undefined : { labelCount: options.labelCount }),
      },
    );
  }

  /**
   * A data set of which one item at a time is shown, by its files.
   *
   * @param predictor where a network predicts
   */
  static shown(
    { options, form, labelCount, hasPhotographs }: ReadingPlan,
    predictor?: Predictor,
  ): { dataSet: DataSet; show(files: ItemFiles): void } {
    const [items, truths, photographs] = [0, 1, 2].map(() => new Map<string, string>());
    const maximumPixels = maximumPixelsOf(options);
    const source =
      form === null && predictor
        ? predictionsBy(items, predictor, 0)
        : predictionsIn(items, form ?? 'labels', options, labelCount);
    const dataSet = new DataSet(
      source,
      new TruthFiles(truths, options, maximumPixels),
      hasPhotographs ? photographs : undefined,
      maximumPixels,
      [],
      labelCount,
      null,
      null,
      [],
      {},
    );
    const show = ({ item, prediction, truth, photograph }: ItemFiles) => {
      for (const files of [items, truths, photographs]) files.clear();
      items.set(item, prediction);
      if (truth !== undefined) truths.set(item, truth);
      if (photograph !== undefined) photographs.set(item, photograph);
    };
    return { dataSet, show };
  }

  /** Makes ready what predicts; what goes wrong here goes wrong for every item. */
  async start(): Promise<void> {
    await this.predictions.open?.();
  }

  async close(): Promise<void> {
    await this.predictions.close?.();
  }

  /** For another thread, which reads an item by its files. */
  async readingPlan(options: DataSetOptions): Promise<ReadingPlan> {
    const { form = null } = this.predictions;
    return { options, form, labelCount: await this.labelCount(), hasPhotographs: this.hasPhotographs };
  }

  filesOf(item: string): ItemFiles {
    const [truth, photograph] = [this.truths.files.get(item), this.photographs?.get(item)];
    return {
      ...{ item, prediction: this.fileOf(item) },
      ...(truth === undefined ? undefined : { truth }),
      ...(photograph === undefined ? undefined : { photograph }),
    };
  }

  get hasPhotographs(): boolean {
    return this.photographs !== undefined;
  }

  /** How many labels there are: reads predictions, if it must, until one says so. */
  async labelCount(): Promise<number> {
    if (this.knownLabelCount !== undefined) {
      this.truths.codes(this.knownLabelCount);
      return this.knownLabelCount;
    }
    let first: unknown;
    for (const item of this.items) {
      try {
        const size = sizeOfTruth(await this.readTruth(item));
        const { labelCount } = await about(this.fileOf(item), () => this.predictions.read(item, undefined, size));
        this.truths.codes(labelCount);
        this.knownLabelCount = labelCount;
        return labelCount;
      } catch (error) {
        if (error instanceof UsageError) throw error;
        first ??= error;
      }
    }
    throw first;
  }

  private async readTruth(item: string): Promise<LabelPlane> {
    if (this.truths.files.has(item)) return await this.truths.read(item);
    throw new Failure(`${this.fileOf(item)}: there is no truth of the name ${item}`);
  }

  /** Changes when a file of the item does. */
  async stamp(item: string): Promise<string> {
    const files = [this.truths.files.get(item), this.photographs?.get(item)].filter((file) => file !== undefined);
    const stamps = files.map((file) => fileStamp(file).catch(() => 'missing'));
    const prediction = this.predictions.stamp(item).catch(() => 'missing');
    return (await Promise.all([prediction, ...stamps])).join(' ');
  }

  /** Reads one item's files, and finds that they agree. Errors name the file. */
  async read(item: string): Promise<Example> {
    const labelCount = await this.labelCount();
    const plane = await this.readTruth(item);
    const { width, height, labels, counts } = await this.truths.decode(item, plane, labelCount);
    const photograph = await this.readPhotograph(item);
    if (photograph && (photograph.width !== width || photograph.height !== height)) {
      throw new Failure(
        `${this.truthFileOf(item)}: it has ${width} x ${height} pixels, expected ${photograph.width} x ${photograph.height}, the image's size`,
      );
    }
    const file = this.fileOf(item);
    const size = sizeOfTruth(plane);
    const prediction = await about(file, () => this.predictions.read(item, photograph, size));
    if (prediction.labelCount !== labelCount) {
      throw new Failure(`${file}: it has ${prediction.labelCount} labels, expected ${labelCount} as the others`);
    }
    checkSize(file, prediction.size, plane);
    const { unary } = prediction;
    return {
      item,
      size: { width, height, labelCount },
      unary,
      truth: { labels, width, height },
      truthCounts: counts,
      offSums: prediction.sums?.off ?? 0,
      ...(photograph ? { image: { data: photograph.data, width, height } } : undefined),
    };
  }

  private async readPhotograph(item: string): Promise<Photograph | undefined> {
    if (!this.photographs) return undefined;
    const file = this.photographs.get(item);
    if (file === undefined) throw new Failure(`${this.fileOf(item)}: there is no image of the name ${item}`);
    return await about(file, () => readPhotograph(file, this.maximumPixels));
  }

  fileOf(item: string): string {
    return this.predictions.items.get(item) ?? item;
  }

  truthFileOf(item: string): string {
    return this.truths.files.get(item) ?? item;
  }
}

function sizeOfTruth({ width, height }: LabelPlane): FullSize {
  return { width, height, of: "the truth's size" };
}

function checkSize(file: string, size: Prediction['size'], { width, height }: { width: number; height: number }): void {
  if (!size) return;
  const isExact = size.rule === 'exactly';
  const fits = isExact ? size.width === width && size.height === height : size.width <= width && size.height <= height;
  if (fits) return;
  throw new Failure(
    `${file}: it has ${size.width} x ${size.height} pixels, expected ${isExact ? '' : 'at most '}${width} x ${height}, the truth's size`,
  );
}

/** For people; items are known by their names. */
function describeSources(sources: readonly string[]): string {
  return sources.length === 1 ? sources[0] : `${sources[0]} and ${sources.length - 1} more`;
}

/** Where predictions and the others are single files they belong together whatever their names. */
async function matching(
  source: string,
  endings: readonly string[],
  predictions: readonly string[],
  items: readonly string[],
): Promise<Map<string, string>> {
  const found = await listItems(source, endings);
  if (found.size === 0) throw new Failure(`${source}: no ${endings.join(' or ')} file in it`);
  if (items.length === 1 && found.size === 1 && (await isFile(predictions[0])) && (await isFile(source))) {
    return new Map([[items[0], source]]);
  }
  return found;
}

/** What a kernel asks of the data set: an array of features belongs to one image, a bilateral kernel needs photographs. */
export function checkKernels(parameters: CrfParameters, source: string, hasPhotographs: boolean): void {
  for (const [index, kernel] of parameters.kernels.entries()) {
    if (kernel.type === 'features') {
      throw new Failure(`${source}: kernels[${index}] is a features kernel, whose array belongs to one image`);
    }
    if (kernel.type === 'bilateral' && !hasPhotographs) {
      throw new UsageError(`${source}: kernels[${index}] is a bilateral kernel, which needs --images`);
    }
  }
}
