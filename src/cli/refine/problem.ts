// SPDX-License-Identifier: MIT

import {
  type CrfParameters,
  crfSchema,
  type LabelLayout,
  type ProblemSize,
  type UnaryInput,
  type Upsampling,
} from '../../index.js';
import { about, Failure, UsageError } from '../failure.js';
import { defaultMaximumPixels, type Photograph, readPhotograph } from '../files/image.js';
import type { FullSize } from '../inputs/array-layout.js';
import { describeSums, elementName, type ProbabilitySums, readScores, type ScoreForm } from '../inputs/scores.js';
import { readMarks } from './marks.js';
import type { RefineOptions, RefineRequest } from './options.js';
import { type ParametersFile, readParameters } from './parameters.js';

/** Everything that a refinement needs, read from its files and found to agree. */
export interface Problem {
  size: ProblemSize;
  parameters: CrfParameters;
  photograph?: Photograph;
  unary: UnaryInput<Float32Array, Int32Array>;
  /** The array's own shape, or the labels that were found. */
  input: InputDescription;
  /** How results name labels in the label map. */
  labelMap: LabelMapForm;
  /** Index of an element of the unary, as its array's owner writes it. */
  elementName(index: number): string;
  /** What people should hear before they trust the result. */
  notes: readonly string[];
}

export type InputDescription =
  | {
      form: ScoreForm;
      shape: readonly number[];
      layout: LabelLayout;
      /** One plane, of a foreground, which is label 1. */
      foreground: boolean;
      upsampling: Upsampling | null;
      /** Of probabilities: their sums over the labels of each pixel. */
      sums: ProbabilitySums | null;
    }
  | {
      form: 'labels';
      confidence: number;
      unknown: number | null;
      markedPixels: number;
      /** The file's value of each label. */
      values: readonly number[];
    };

/** What the label map holds. */
export interface LabelMapForm {
  /** By label; null: labels counted from 0. */
  values: readonly number[] | null;
  /** Red, green, blue by what the label map holds, where the file of labels has a palette. */
  palette: readonly (readonly number[])[] | null;
}

interface PlaneSize {
  width: number;
  height: number;
}

interface Input extends Pick<Problem, 'unary' | 'labelMap' | 'elementName' | 'notes'> {
  plane: PlaneSize;
  labelCount: number;
  describe(size: PlaneSize): InputDescription;
}

export async function readProblem(request: RefineRequest): Promise<Problem> {
  const { image, options } = request;
  const file = await readParameters(options);
  const needing = file.parameters.kernels.findIndex((kernel) => kernel.type === 'bilateral');
  if (image === undefined && needing >= 0) {
    const where =
      options.options === undefined ? 'the default parameters have a' : `${options.options}: kernels[${needing}] is a`;
    throw new UsageError(`IMAGE: got "-", but ${where} bilateral kernel, which needs an image`);
  }
  const maximumPixels = maximumPixelsOf(options);
  const photograph = image === undefined ? undefined : await about(image, () => readPhotograph(image, maximumPixels));
  const fullSize = fullSizeOf(photograph, file, options);
  const input = await about(request.input, () => readInput(request, photograph, fullSize));
  const { width, height } = photograph ?? input.plane;
  const size = { width, height, labelCount: input.labelCount };
  checkDescription(request, file, size);
  return {
    size,
    parameters: file.parameters,
    ...(photograph ? { photograph } : undefined),
    unary: input.unary,
    input: input.describe(size),
    labelMap: input.labelMap,
    elementName: input.elementName,
    notes: input.notes,
  };
}

/** Of the image; where there is none, what the file of parameters says of it. */
function fullSizeOf(
  photograph: Photograph | undefined,
  { expected }: ParametersFile,
  options: RefineOptions,
): FullSize | undefined {
  if (photograph) return { width: photograph.width, height: photograph.height, of: "the image's size" };
  const { width, height } = expected;
  return width === undefined || height === undefined
    ? undefined
    : { width, height, of: `the size in ${options.options}` };
}

function maximumPixelsOf(options: RefineOptions): number {
  return options.maxMegapixels === undefined ? defaultMaximumPixels : options.maxMegapixels * 1e6;
}

function readInput(
  request: RefineRequest,
  photograph: Photograph | undefined,
  fullSize: FullSize | undefined,
): Promise<Input> {
  const { form, input, options } = request;
  if (form !== 'labels') return readArray(form, input, fullSize, options);
  return readLabels(input, photograph, options);
}

async function readArray(
  form: ScoreForm,
  file: string,
  size: FullSize | undefined,
  options: RefineOptions,
): Promise<Input> {
  const upsampling = options.upsample ?? crfSchema.unary.upsampling.default;
  const { layout: asked } = options;
  const scores = await readScores(file, { form, upsampling, ...(asked && { layout: asked }), ...(size && { size }) });
  const { width, height, labelCount, unary, shape, layout, foreground, sums } = scores;
  const note = describeSums(sums);
  return {
    plane: { width, height },
    labelCount,
    unary,
    labelMap: { values: null, palette: null },
    elementName: (index) => elementName(index, scores),
    notes: note === undefined ? [] : [`${file}: ${note}`],
    describe: (full) => ({
      ...{ form, shape, layout, foreground, sums },
      upsampling: full.width === width && full.height === height ? null : upsampling,
    }),
  };
}

async function readLabels(file: string, photograph: Photograph | undefined, options: RefineOptions): Promise<Input> {
  const { unknown: asked, labelCount: count, confidence = crfSchema.unary.confidence.default } = options;
  const marks = await readMarks(file, maximumPixelsOf(options), {
    ...(asked === undefined ? undefined : { unknown: asked }),
    ...(count === undefined ? undefined : { labelCount: count }),
  });
  const { width, height, labels, reading, markedPixels, palette } = marks;
  if (photograph && (width !== photograph.width || height !== photograph.height)) {
    const isTurned = width === photograph.height && height === photograph.width;
    throw new Failure(
      `it has ${width} x ${height} pixels, expected ${photograph.width} x ${photograph.height}, the image's size` +
        `${isTurned ? ': x and y are exchanged' : ''}`,
    );
  }
  const { values, unknown, results } = reading;
  const isOwn = results === 'values';
  return {
    plane: { width, height },
    labelCount: values.length,
    unary: { labels, confidence, unknown: -1 },
    labelMap: { values: isOwn ? values : null, palette: palette && paletteOf(palette, values, isOwn) },
    elementName: (index) => `[${Math.floor(index / width)}, ${index % width}]`,
    // Files that count without a gap have other numbers in their results.
    notes:
      isOwn && unknown === 0
        ? [`${file}: its labels have gaps, so the label map has the file's values; with --label-count it counts from 0`]
        : [],
    describe: () => ({ form: 'labels', confidence, unknown, markedPixels, values }),
  };
}

/** The colours of the label map's values; null where the file's palette lacks a label's. */
function paletteOf(
  palette: readonly (readonly number[])[],
  values: readonly number[],
  isOwn: boolean,
): LabelMapForm['palette'] {
  if (values.some((value) => value >= palette.length)) return null;
  return isOwn ? palette : values.map((value) => palette[value]);
}

/** A parameters file that says what it was made for is right about it. */
function checkDescription(request: RefineRequest, file: ParametersFile, size: ProblemSize): void {
  const { options } = request;
  for (const [key, value] of Object.entries(file.expected)) {
    const actual = size[key as keyof ProblemSize];
    if (value === actual) continue;
    const source = key === 'labelCount' || request.image === undefined ? request.input : request.image;
    throw new Failure(`${options.options}: ${key}: got ${value}, expected ${actual}, as in ${source}`);
  }
  for (const { file: name, shape } of file.featureFiles) {
    const [, height, width] = shape;
    if (shape.length !== 3 || (height === size.height && width === size.width)) continue;
    throw new Failure(
      `${options.options}: ${name}: its shape is [${shape.join(', ')}], expected [featureDim, ${size.height}, ${size.width}] or ` +
        `[featureDim, ${size.height * size.width}]`,
    );
  }
}
