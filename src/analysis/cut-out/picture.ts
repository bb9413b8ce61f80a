// SPDX-License-Identifier: MIT

import type { ImageInput } from '../../problem/api.js';
import { checkInteger } from '../../problem/checks.js';
import { readPixels } from '../../problem/read-pixels.js';
import { reading } from '../../problem/reading.js';
import { isByteArray } from '../../problem/typed-arrays.js';
import type { RgbaImage } from '../../problem/types.js';
import { maximumExtent } from '../arguments.js';

/** Pixels, or what a page shows. */
export type CutOutPicture = Exclude<ImageInput, GPUTexture | GPUBuffer>;

/** The bytes of a picture. Throws ArgumentError, also for what only a GPU can read. */
export function readPicture(argument: string, value: unknown): RgbaImage {
  return readPixels(argument, value, (path, side) => checkInteger(path, side, 1, maximumExtent));
}

/** Whether a mask is given as a picture: not as planes, nor as so few bytes that they are one plane. */
export function isPicture(argument: string, value: unknown): boolean {
  return reading(argument, value, () => {
    if (typeof value !== 'object' || value === null) return false;
    if (Object.prototype.toString.call(value) !== '[object Object]') return true;
    const { data, width, height } = value as { data?: unknown; width?: unknown; height?: unknown };
    return isByteArray(data) && data.length === 4 * Number(width) * Number(height);
  });
}
