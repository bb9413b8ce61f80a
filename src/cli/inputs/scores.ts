// SPDX-License-Identifier: MIT

import type { LabelLayout, UnaryInput, Upsampling } from '../../index.js';
import { Failure } from '../failure.js';
import { readFloatNpy } from '../files/npy.js';
import { type ArrayPlace, type FullSize, placeArray } from './array-layout.js';

/** What the numbers of an array are. */
export type ScoreForm = 'unary' | 'logits' | 'probabilities';

export interface ScoreOptions {
  form: ScoreForm;
  upsampling: Upsampling;
  layout?: LabelLayout;
  /** Of the image, where something says it. */
  size?: FullSize;
}

/** Scores of every label at every pixel, as an array file has them. */
export interface Scores extends ArrayPlace {
  unary: UnaryInput<Float32Array, never>;
  /** The file's own. */
  shape: readonly number[];
  /** The file has one plane, of a foreground: label 1 is what it says, label 0 the rest. */
  foreground: boolean;
  /** Of probabilities. */
  sums: ProbabilitySums | null;
}

/** Over the labels of a pixel. */
export interface ProbabilitySums {
  lowest: number;
  highest: number;
  /** Share of the pixels whose probabilities do not add up to 1. */
  off: number;
}

/** Sums further from 1 than this are no rounding, not even of float16. */
const SUM_TOLERANCE = 0.01;

/** As the library has it: rounding of a float16 softmax may step this far outside 0..1. */
const PROBABILITY_SLACK = 1e-3;

/** From an .npy file. Errors don't name the file: `about` does. */
export async function readScores(file: string, { form, upsampling, layout, size }: ScoreOptions): Promise<Scores> {
  const { shape, data } = await readFloatNpy(file);
  const place = placeArray(shape, layout, size);
  const { width, height } = place;
  if (place.labelCount === 1) {
    const values = twoPlanes(form, data, place);
    const unary = { ...unaryOf(form, values), width, height, upsampling };
    return { ...place, labelCount: 2, layout: 'planar', unary, shape, foreground: true, sums: null };
  }
  if (form !== 'probabilities') checkNoProbabilities(form, data, place);
  return {
    ...place,
    unary: { ...unaryOf(form, data), width, height, upsampling, layout: place.layout },
    shape,
    foreground: false,
    sums: form === 'probabilities' ? sumLabels(data, place) : null,
  };
}

/** Index of an element as its array's owner writes it; undefined where the file has none of it. */
export function elementName(index: number, { layout, labelCount, width, height, foreground }: Scores): string {
  const isPlanar = layout === 'planar';
  const pixel = isPlanar ? index % (width * height) : Math.floor(index / labelCount);
  const label = isPlanar ? Math.floor(index / (width * height)) : index % labelCount;
  const [y, x] = [Math.floor(pixel / width), pixel % width];
  if (foreground) return `[${y}, ${x}]`;
  return isPlanar ? `[${label}, ${y}, ${x}]` : `[${y}, ${x}, ${label}]`;
}

/** A note for people; undefined where the sums are right. */
export function describeSums(sums: ProbabilitySums | null): string | undefined {
  if (!sums || sums.off === 0) return undefined;
  const [lowest, highest, share] = [sums.lowest, sums.highest, 100 * sums.off].map((value) => value.toPrecision(3));
  return `the probabilities of ${share} % of its pixels do not add up to 1: sums are ${lowest} to ${highest}`;
}

function unaryOf(form: ScoreForm, data: Float32Array): UnaryInput<Float32Array, never> {
  if (form === 'unary') return { unary: data };
  return form === 'logits' ? { logits: data } : { probabilities: data };
}

/** Background and foreground, [2, y, x], from one plane. */
function twoPlanes(form: ScoreForm, data: Float32Array, place: ArrayPlace): Float32Array {
  if (form === 'unary') {
    throw new Failure(
      'it has one plane, so one label, and there is nothing to choose from; of energies expected a plane for each label',
    );
  }
  checkPlane(form, data, place);
  const planes = new Float32Array(2 * data.length);
  planes.set(data, data.length);
  if (form === 'probabilities') for (let i = 0; i < data.length; i++) planes[i] = 1 - data[i];
  // The softmax of 0 and x is the sigmoid of x.
  return planes;
}

function checkPlane(form: 'logits' | 'probabilities', data: Float32Array, { width }: ArrayPlace): void {
  const [from, to] =
    form === 'logits'
      ? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
      : [-PROBABILITY_SLACK, 1 + PROBABILITY_SLACK];
  const bad = data.findIndex((value) => !(Number.isFinite(value) && value >= from && value <= to));
  if (bad >= 0) {
    const allowed = form === 'logits' ? 'a finite number' : 'a probability in 0..1 (raw scores are logits)';
    throw new Failure(`element [${Math.floor(bad / width)}, ${bad % width}]: got ${data[bad]}, expected ${allowed}`);
  }
  if (form === 'probabilities' && data.every((value) => value >= 1 - PROBABILITY_SLACK)) {
    throw new Failure(
      'it has one plane and is 1 everywhere: that is one label, and there is nothing to choose from; expected the probability of a ' +
        'foreground, or a plane for each label',
    );
  }
  if (form === 'logits' && data.every((value) => value >= 0 && value <= 1)) {
    throw new Failure(
      `it has one plane, all of it in 0..1, where logits of a foreground are negative outside of it; ${giveProbabilities}`,
    );
  }
  if (form === 'logits' && data.every((value) => value >= 0 && Number.isInteger(value))) {
    throw new Failure(
      'it has one plane of whole numbers, none of them negative, where logits of a foreground are negative outside of it; a mask is --labels',
    );
  }
}

const giveProbabilities = 'probabilities are --probabilities (of evaluate and tune: --form probabilities)';

/** Energies and raw scores that add up to 1 at every pixel don't come by chance: taken for what they are not, they give masks that look right. */
function checkNoProbabilities(form: 'unary' | 'logits', data: Float32Array, place: ArrayPlace): void {
  const areProbabilities =
    data.every((value) => value >= -PROBABILITY_SLACK && value <= 1 + PROBABILITY_SLACK) &&
    sumLabels(data, place).off === 0;
  if (areProbabilities) {
    throw new Failure(`it is in 0..1 and adds up to 1 at every pixel, as probabilities do; ${giveProbabilities}`);
  }
  if (form === 'unary' && data.every((value) => value <= 0) && sumLabels(data.map(Math.exp), place).off === 0) {
    throw new Failure(
      'its exponentials add up to 1 at every pixel: these are log p, and energies are -log p; log p are logits, too',
    );
  }
}

function sumLabels(data: Float32Array, { layout, labelCount, width, height }: ArrayPlace): ProbabilitySums {
  const pixels = width * height;
  const [labelStep, pixelStep] = layout === 'planar' ? [pixels, 1] : [1, labelCount];
  const sums = new Float64Array(pixels);
  for (let label = 0; label < labelCount; label++) {
    for (let i = 0; i < pixels; i++) sums[i] += data[label * labelStep + i * pixelStep];
  }
  let [lowest, highest, off] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
  for (const sum of sums) {
    lowest = Math.min(lowest, sum);
    highest = Math.max(highest, sum);
    if (Math.abs(sum - 1) > SUM_TOLERANCE) off++;
  }
  return { lowest, highest, off: off / pixels };
}
