// SPDX-License-Identifier: MIT

import { type CrfParameters, crfSchema, type ProblemSize, type UnaryInput } from '../../index.js';
import { about, Failure, UsageError } from '../failure.js';
import { defaultMaximumPixels, type Photograph, readPhotograph } from '../files/image.js';
import { readFloatNpy } from '../files/npy.js';
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
}

export type InputDescription =
  | {
      form: 'unary' | 'logits' | 'probabilities';
      shape: readonly number[];
      upsampling: 'half-pixel' | 'align-corners' | null;
    }
  | { form: 'labels'; confidence: number; unknown: number | null; markedPixels: number };

interface PlaneSize {
  width: number;
  height: number;
}

interface Input {
  plane: PlaneSize;
  labelCount: number;
  unary: Problem['unary'];
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
  const input = await about(request.input, () => readInput(request, photograph));
  const { width, height } = photograph ?? input.plane;
  const size = { width, height, labelCount: input.labelCount };
  checkDescription(request, file, size);
  return {
    size,
    parameters: file.parameters,
    ...(photograph ? { photograph } : undefined),
    unary: input.unary,
    input: input.describe(size),
  };
}

function maximumPixelsOf(options: RefineOptions): number {
  return options.maxMegapixels === undefined ? defaultMaximumPixels : options.maxMegapixels * 1e6;
}

function readInput(request: RefineRequest, photograph: Photograph | undefined): Promise<Input> {
  const { form, input, options } = request;
  if (form !== 'labels') return readValues(form, input, photograph, options);
  return readLabels(input, photograph, options);
}

async function readValues(
  form: 'unary' | 'logits' | 'probabilities',
  file: string,
  photograph: Photograph | undefined,
  options: RefineOptions,
): Promise<Input> {
  const { shape, data } = await readFloatNpy(file);
  if (shape.length !== 3 || data.length === 0) {
    throw new Failure(`its shape is [${shape.join(', ')}], expected [label, y, x]`);
  }
  const [labelCount, height, width] = shape;
  if (photograph && (width > photograph.width || height > photograph.height)) {
    throw new Failure(
      `its shape is [${shape.join(', ')}], expected [label, y, x] with y at most ${photograph.height} and x at most ` +
        `${photograph.width}, the image's size`,
    );
  }
  const upsampling = options.upsample ?? crfSchema.unary.upsampling.default;
  return {
    plane: { width, height },
    labelCount,
    unary: { ...valuesAs(form, data), width, height, upsampling },
    describe: (size) => ({
      form,
      shape,
      upsampling: size.width === width && size.height === height ? null : upsampling,
    }),
  };
}

async function readLabels(file: string, photograph: Photograph | undefined, options: RefineOptions): Promise<Input> {
  const unknown = options.unknown === 'none' ? null : (options.unknown ?? 0);
  const confidence = options.confidence ?? crfSchema.unary.confidence.default;
  const marks = await readMarks(file, maximumPixelsOf(options), unknown, options.labelCount);
  const { width, height, labels, labelCount, markedPixels } = marks;
  if (photograph && (width !== photograph.width || height !== photograph.height)) {
    throw new Failure(
      `it has ${width} x ${height} pixels, expected ${photograph.width} x ${photograph.height}, the image's size`,
    );
  }
  return {
    plane: { width, height },
    labelCount,
    unary: { labels, confidence, unknown },
    describe: () => ({ form: 'labels', confidence, unknown, markedPixels }),
  };
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

function valuesAs(form: 'unary' | 'logits' | 'probabilities', data: Float32Array): UnaryInput<Float32Array, never> {
  if (form === 'unary') return { unary: data };
  return form === 'logits' ? { logits: data } : { probabilities: data };
}
