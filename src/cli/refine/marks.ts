// SPDX-License-Identifier: MIT

import { Failure } from '../failure.js';
import { readLabelPng } from '../files/image.js';
import { readIntegerNpy } from '../files/npy.js';

/** Labels by pixel, as somebody drew them. */
export interface Marks {
  width: number;
  height: number;
  /** As in the file: the library takes the unknown value out of the count. */
  labels: Int32Array;
  labelCount: number;
  /** Pixels that are not unknown. */
  markedPixels: number;
}

/**
 * @param unknown the value of unmarked pixels; labels above it count one less. null: there is none.
 * @param labelCount where the highest label of this file is not the highest there is.
 */
export async function readMarks(
  file: string,
  maximumPixels: number,
  unknown: number | null,
  labelCount: number | undefined,
): Promise<Marks> {
  const plane = file.toLowerCase().endsWith('.npy')
    ? await readNpyPlane(file)
    : await readPngPlane(file, maximumPixels);
  const { labels } = plane;
  const shiftAbove = unknown !== null && unknown >= 0 ? unknown : Number.POSITIVE_INFINITY;
  let highest = -1;
  let markedPixels = 0;
  for (let i = 0; i < labels.length; i++) {
    const value = labels[i];
    if (value === unknown) continue;
    highest = Math.max(highest, value > shiftAbove ? value - 1 : value);
    markedPixels++;
  }
  if (markedPixels === 0) {
    throw new Failure(`every pixel is ${unknown}, which means unknown: there is nothing to refine`);
  }
  // Labels that can't be, negative ones for example, are the library's to refuse.
  return { ...plane, labelCount: labelCount ?? Math.max(1, highest + 1), markedPixels };
}

interface LabelPlane {
  width: number;
  height: number;
  labels: Int32Array;
}

async function readPngPlane(file: string, maximumPixels: number): Promise<LabelPlane> {
  const { width, height, samples } = await readLabelPng(file, maximumPixels);
  return { width, height, labels: Int32Array.from(samples) };
}

async function readNpyPlane(file: string): Promise<LabelPlane> {
  const { shape, data } = await readIntegerNpy(file);
  if (shape.length !== 2 || data.length === 0) {
    throw new Failure(`its shape is [${shape.join(', ')}], expected [y, x]`);
  }
  return { width: shape[1], height: shape[0], labels: data };
}
