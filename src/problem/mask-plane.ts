// SPDX-License-Identifier: MIT

import type { MediaPipeMask } from './api.js';
import { checkInteger } from './checks.js';
import { ArgumentError } from './errors.js';
import { checkFloats } from './inputs.js';
import { hasMethods } from './platform-objects.js';
import { readPixels } from './read-pixels.js';
import { readArray, reading, readProperties } from './reading.js';
import { isTensor, readTensor, tensorPlane } from './tensors.js';
import { inOwnMemory, isByteArray, isFloatArray, isMarkedLabels, labelArrayNames, viewName } from './typed-arrays.js';
import type { MarkedLabels, RgbaImage } from './types.js';

/** How much of each pixel of a mask is in front. */
export interface FrontPlane {
  /** 0..1, [y, x]. */
  frontOf: (pixel: number) => number;
  width: number;
  height: number;
}

/** Side of the largest picture. */
const maximumSide = 32767;

/** Rounding of a resampled alpha may step this far outside 0..1. */
const slack = 1e-3;

/** Below this highest value, bytes are neither an alpha with anything in front nor 0 and 1: labels, most likely. */
const leastFront = 128;

/**
 * Reads a mask with one value a pixel. Throws ArgumentError, which names the first value that can't be.
 *
 * @param labelsForm how the same door takes a label map, for errors
 */
export function readMaskPlane(argument: string, mask: unknown, labelsForm: string): FrontPlane {
  const { data, width, height } = readPlane(argument, mask);
  if (data === undefined) return frontOfPicture(argument, readPicture(argument, mask));
  return planeOf(argument, { path: `${argument}.data`, data }, { width, height }, labelsForm);
}

/** The same of values alone, whose size stands beside them. */
export function readMaskValues(
  argument: string,
  data: unknown,
  { beside, ...size }: { beside: string; width: unknown; height: unknown },
  labelsForm: string,
): FrontPlane {
  return planeOf(beside, { path: argument, data }, size, labelsForm);
}

function planeOf(
  argument: string,
  { path, data }: { path: string; data: unknown },
  given: { width: unknown; height: unknown },
  labelsForm: string,
): FrontPlane {
  const width = checkInteger(`${argument}.width`, given.width, 1, maximumSide);
  const height = checkInteger(`${argument}.height`, given.height, 1, maximumSide);
  return { width, height, frontOf: frontOfData(path, data, width * height, labelsForm) };
}

/** Values and size; no values where it is a picture. */
function readPlane(argument: string, mask: unknown): { data?: unknown; width?: unknown; height?: unknown } {
  if (isTensor(argument, mask)) {
    const { dims, values } = readTensor(argument, mask, []);
    return { data: values, ...tensorPlane(argument, dims) };
  }
  if (hasMethods(argument, mask, 'getAsUint8Array', 'getAsFloat32Array', 'hasUint8Array', 'hasFloat32Array')) {
    return reading(argument, mask, () => {
      const given = mask as MediaPipeMask;
      const isOfLabels = given.hasUint8Array() && !given.hasFloat32Array();
      const data = isOfLabels ? given.getAsUint8Array() : given.getAsFloat32Array();
      return { data, width: given.width, height: given.height };
    });
  }
  return isPicture(argument, mask) ? {} : readProperties(argument, mask, ['data', 'width', 'height']);
}

/** The bytes of a picture. Throws ArgumentError, also for what only a GPU can read. */
export function readPicture(argument: string, value: unknown): RgbaImage {
  return readPixels(argument, value, (path, side) => checkInteger(path, side, 1, maximumSide));
}

/** Whether a mask is given as a picture: not as planes, nor as so few bytes that they are one plane. */
function isPicture(argument: string, value: unknown): boolean {
  return reading(argument, value, () => {
    if (typeof value !== 'object' || value === null) return false;
    if (Object.prototype.toString.call(value) !== '[object Object]') return true;
    const { data, width, height } = value as { data?: unknown; width?: unknown; height?: unknown };
    return isByteArray(data) && data.length === 4 * Number(width) * Number(height);
  });
}

function frontOfPicture(argument: string, { data, width, height }: RgbaImage): FrontPlane {
  let isOpaque = true;
  for (let at = 3; at < data.length && isOpaque; at += 4) isOpaque = data[at] === 255;
  if (!isOpaque) return { width, height, frontOf: (pixel) => data[4 * pixel + 3] / 255 };
  for (let at = 0; at < data.length; at += 4) {
    if (data[at] === data[at + 1] && data[at] === data[at + 2]) continue;
    const colour = `${data[at]}, ${data[at + 1]}, ${data[at + 2]}`;
    throw new ArgumentError(
      `${argument}, pixel ${at / 4}`,
      colour,
      'grey, or transparency somewhere: a picture in colour is no mask',
    );
  }
  return { width, height, frontOf: (pixel) => data[4 * pixel] / 255 };
}

function frontOfData(argument: string, data: unknown, pixelCount: number, labelsForm: string): FrontPlane['frontOf'] {
  if (isFloatArray(data)) return frontOfFloats(argument, data, pixelCount);
  if (isByteArray(data)) return frontOfBytes(argument, data, pixelCount, labelsForm);
  if (isMarkedLabels(data)) return frontOfFlags(argument, data, pixelCount, labelsForm);
  const allowed = `floats in 0..1, whole numbers (${labelArrayNames}) or booleans`;
  const flags = readArray(argument, data, allowed);
  checkLength(argument, flags, pixelCount);
  const stray = flags.findIndex((flag) => typeof flag !== 'boolean');
  if (stray >= 0) {
    throw new ArgumentError(`${argument}[${stray}]`, flags[stray], 'true or false; numbers come as a typed array');
  }
  return (pixel) => Number(flags[pixel]);
}

/** Of floats in 0..1. */
export function frontOfFloats(argument: string, data: unknown, count: number): FrontPlane['frontOf'] {
  const values = checkFloats(argument, data, count);
  const stray = values.findIndex((value) => value < -slack || value > 1 + slack);
  if (stray >= 0) throw new ArgumentError(`${argument}[${stray}]`, values[stray], 'a number in 0..1');
  return (pixel) => Math.min(1, Math.max(0, values[pixel]));
}

function frontOfBytes(
  argument: string,
  data: Uint8Array | Uint8ClampedArray,
  pixelCount: number,
  labelsForm: string,
): FrontPlane['frontOf'] {
  checkLength(argument, data, pixelCount);
  const values = inOwnMemory(data);
  let highest = 0;
  for (const value of values) highest = Math.max(highest, value);
  if (highest > 1 && highest < leastFront) {
    throw new ArgumentError(
      argument,
      `bytes up to ${highest}`,
      `bytes of 0 and 1, or an alpha up to 255 that reaches ${leastFront}; a label map comes as ${labelsForm}`,
    );
  }
  const whole = highest > 1 ? 255 : 1;
  return (pixel) => values[pixel] / whole;
}

function frontOfFlags(
  argument: string,
  data: MarkedLabels,
  pixelCount: number,
  labelsForm: string,
): FrontPlane['frontOf'] {
  checkLength(argument, data, pixelCount);
  const values = inOwnMemory(data);
  const stray = Array.prototype.findIndex.call(
    values,
    (value: number | bigint) => Number(value) !== 0 && Number(value) !== 1,
  );
  if (stray >= 0) {
    throw new ArgumentError(
      `${argument}[${stray}]`,
      values[stray],
      `0 or 1, as ${viewName(values)} has no end that alpha could be a part of; a label map comes as ${labelsForm}`,
    );
  }
  return (pixel) => Number(values[pixel]);
}

export function checkLength(argument: string, values: ArrayLike<unknown>, count: number): void {
  if (values.length !== count) throw new ArgumentError(argument, values, `${count} values: width · height`);
}
