// SPDX-License-Identifier: MIT

import { checkInteger } from './checks.js';
import { checkColour } from './colours.js';
import { ArgumentError } from './errors.js';
import { readArray, readOptions } from './reading.js';
import { inOwnMemory, isLabelArray, labelArrayNames } from './typed-arrays.js';
import type { LabelArray } from './types.js';
import { vocColours } from './voc-colours.js';

/** What `labelsToImageData` takes beside the label map. */
export interface LabelPictureOptions {
  /** Pixels, 1..2²⁴. */
  width: number;
  /** Pixels, 1..2²⁴. */
  height: number;
  /** `#rrggbb` or `#rrggbbaa` by label, at least one for each label that occurs. Default: the Pascal VOC colour map, in which label 0 is black. */
  colours?: readonly string[];
}

/** As many as the VOC map has before it repeats. */
const vocCount = 256;

/**
 * A label map as a picture, for `context.putImageData` or `createImageBitmap`: each pixel has its label's colour.
 *
 * ```js
 * const picture = labelsToImageData(await crf.labelMap(), { width, height, colours: ['#00000000', '#ff0000'] });
 * canvas.getContext('2d').putImageData(picture, 0, 0);
 * ```
 *
 * @param labelMap [y, x], as `labelMap()` gives it, or labels of any other program
 * @returns straight alpha. Where there is no class ImageData, as in Node, an object with the same `data`, `width`, `height` and `colorSpace`
 * @throws ArgumentError, which names the value: `labelMap[17]` where a label has no colour
 */
export function labelsToImageData(labelMap: LabelArray, options: LabelPictureOptions): ImageData {
  const given = readOptions('options', options, ['width', 'height', 'colours']);
  const width = checkInteger('options.width', given.width, 1, 2 ** 24);
  const height = checkInteger('options.height', given.height, 1, 2 ** 24);
  if (!isLabelArray(labelMap)) throw new ArgumentError('labelMap', labelMap, `labels as ${labelArrayNames}`);
  const labels = inOwnMemory(labelMap);
  if (labels.length !== width * height) {
    const allowed = `${width * height}, which is options.width · options.height`;
    throw new ArgumentError('labelMap.length', labels.length, allowed);
  }
  const table = given.colours === undefined ? undefined : colourTable(given.colours);
  const data = paint(labels, table ?? colourTable(vocColours(vocCount)), table === undefined);
  if (typeof ImageData === 'function') return new ImageData(data, width, height);
  return { data, width, height, colorSpace: 'srgb' };
}

/** Bytes of red, green, blue and opacity, by label. */
function colourTable(colours: unknown): Uint8Array {
  const given = readArray('options.colours', colours);
  if (given.length === 0) throw new ArgumentError('options.colours', colours, 'at least one colour');
  return Uint8Array.from(
    given.flatMap((colour, label) => checkColour(`options.colours[${label}]`, colour).map((part) => 255 * part)),
    Math.round,
  );
}

function paint(labels: LabelArray, table: Uint8Array, isRepeated: boolean): Uint8ClampedArray<ArrayBuffer> {
  const count = table.length / 4;
  const data = new Uint8ClampedArray(4 * labels.length);
  for (let pixel = 0; pixel < labels.length; pixel++) {
    const label = labels[pixel];
    if (label < 0 || (label >= count && !isRepeated)) {
      const allowed = isRepeated
        ? 'a label of at least 0'
        : `a label in 0..${count - 1}, as options.colours has ${count}`;
      throw new ArgumentError(`labelMap[${pixel}]`, label, allowed);
    }
    const from = 4 * (label % count);
    for (let channel = 0; channel < 4; channel++) data[4 * pixel + channel] = table[from + channel];
  }
  return data;
}
