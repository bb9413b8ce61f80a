// SPDX-License-Identifier: MIT

import { Failure } from '../failure.js';
import { readLabelPng } from '../files/image.js';
import { isArrayFile, readIntegerNpy } from '../files/npy.js';
import { countValues, type ValueCounts } from './values.js';

/** Whole numbers by pixel, as their file has them; what they mean is for `readLabels` and `decodeLabels` to say. */
export interface LabelPlane {
  width: number;
  height: number;
  /** [y, x] */
  labels: Int32Array;
  values: ValueCounts;
  /** Red, green, blue by index, where the labels are indices of a palette. */
  palette: readonly (readonly number[])[] | null;
}

/** From a PNG of grey values or palette indices, or an .npy of whole numbers [y, x], whatever its name ends with. Errors don't name the file: `about` does. */
export async function readLabelPlane(file: string, maximumPixels: number): Promise<LabelPlane> {
  const isArray = file.toLowerCase().endsWith('.npy') || (await isArrayFile(file));
  return isArray ? await readNpyPlane(file) : await readPngPlane(file, maximumPixels);
}

async function readPngPlane(file: string, maximumPixels: number): Promise<LabelPlane> {
  const { width, height, samples, palette } = await readLabelPng(file, maximumPixels);
  const labels = Int32Array.from(samples);
  return { width, height, labels, values: countValues(labels), palette: palette ?? null };
}

async function readNpyPlane(file: string): Promise<LabelPlane> {
  const { shape, data } = await readIntegerNpy(file);
  const [height, width] = planeOf(shape);
  return { width, height, labels: data, values: countValues(data), palette: null };
}

/** Axes of one element around the plane say nothing. */
function planeOf(shape: readonly number[]): readonly number[] {
  let axes = [...shape];
  while (axes.length > 2 && axes[0] === 1) axes = axes.slice(1);
  if (axes.length === 3 && axes[2] === 1) axes = axes.slice(0, 2);
  if (axes.length === 2 && axes[0] > 0 && axes[1] > 0) return axes;
  const hint = axes.length === 3 ? ': a label for each pixel, not a plane for each label' : '';
  throw new Failure(`its shape is [${shape.join(', ')}], expected [y, x]${hint}`);
}
