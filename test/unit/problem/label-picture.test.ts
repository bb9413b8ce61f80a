// SPDX-License-Identifier: MIT

import { afterEach, expect, test, vi } from 'vitest';
import { labelsToImageData } from '../../../src/index.js';
import { argumentErrorOf } from '../../support/argument-error.js';

afterEach(() => vi.unstubAllGlobals());

const labels = Uint32Array.of(0, 1, 2, 1, 0, 2);
const colours = ['#00000000', '#ff0102', '#0a0b0c80'];
const size = { width: 3, height: 2 };

test('each pixel has the colour of its label', () => {
  const picture = labelsToImageData(labels, { ...size, colours });
  expect([picture.width, picture.height]).toEqual([3, 2]);
  const [none, red, grey] = [
    [0, 0, 0, 0],
    [255, 1, 2, 255],
    [10, 11, 12, 128],
  ];
  expect([...picture.data]).toEqual([none, red, grey, red, none, grey].flat());
});

test('without colours it has those of Pascal VOC, which repeat', () => {
  const { data } = labelsToImageData(Uint16Array.of(0, 15, 255, 256, 271, 65535), size);
  const [black, person, last] = [
    [0, 0, 0, 255],
    [192, 128, 128, 255],
    [224, 224, 192, 255],
  ];
  expect([...data]).toEqual([black, person, last, black, person, last].flat());
});

test('in a page it is an ImageData', () => {
  class PageImageData {
    constructor(
      readonly data: Uint8ClampedArray,
      readonly width: number,
      readonly height: number,
    ) {}
  }
  vi.stubGlobal('ImageData', PageImageData);
  const picture = labelsToImageData(labels, { ...size, colours });
  expect(picture).toBeInstanceOf(PageImageData);
  expect([picture.data.length, picture.width, picture.height]).toEqual([24, 3, 2]);
});

test.each([
  [labels, { ...size, colours: colours.slice(1) }, 'labelMap[2]: got 2, expected a label in 0..1'],
  [Int16Array.of(0, 0, 0, 0, 0, -1), size, 'labelMap[5]: got -1, expected a label of at least 0'],
  [labels, { width: 2, height: 2 }, 'labelMap.length: got 6, expected 4'],
  [labels, { ...size, colours: ['red'] }, 'options.colours[0]: got "red"'],
  [labels, { ...size, colours: [] }, 'options.colours: got'],
  [Float32Array.of(0, 0, 0, 0, 0, 0), size, 'labelMap'],
  [labels, { width: 3, height: 2, colors: colours }, 'options.colors'],
  [labels, undefined, 'options'],
])('%o with %o is refused', (labelMap, options, message) => {
  const error = argumentErrorOf(() => labelsToImageData(labelMap as typeof labels, options as typeof size));
  expect(error.message).toContain(message);
});
