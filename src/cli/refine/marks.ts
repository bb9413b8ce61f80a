// SPDX-License-Identifier: MIT

import { type LabelPlane, readLabelPlane } from '../inputs/label-plane.js';
import { type AskedReading, applyReading, type LabelReading, readLabels } from '../inputs/label-reading.js';

/** Labels by pixel, as somebody drew or another program computed them. */
export interface Marks extends Pick<LabelPlane, 'width' | 'height' | 'palette'> {
  reading: LabelReading;
  /** Counted from 0; -1 where nothing is known. */
  labels: Int32Array;
  /** Pixels that are not unknown. */
  markedPixels: number;
}

/** Reads a label file and finds what its values mean. Errors don't name the file, but those that name an option: `about` does. */
export async function readMarks(file: string, maximumPixels: number, asked: AskedReading): Promise<Marks> {
  const plane = await readLabelPlane(file, maximumPixels);
  const reading = readLabels(file, plane, asked);
  const { width, height, palette, values } = plane;
  const unknownPixels = reading.unknown === null ? 0 : (values.get(reading.unknown) ?? 0);
  return {
    ...{ width, height, palette, reading },
    labels: applyReading(plane.labels, reading),
    markedPixels: width * height - unknownPixels,
  };
}
