// SPDX-License-Identifier: MIT

import { describe, expect, test } from 'vitest';
import { segment } from '../../../demo/engine/segmentation.js';
import { enlarge } from '../../../demo/view/enlarge.js';

type Colour = readonly [number, number, number];

const red: Colour = [200, 40, 40];
const blue: Colour = [40, 60, 200];

function pictureOf(width: number, height: number, colourAt: (x: number, y: number) => Colour) {
  const pixels = new Uint8ClampedArray(4 * width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) pixels.set([...colourAt(x, y), 255], 4 * (y * width + x));
  }
  return { width, height, pixels };
}

/** Two labels; `share` is the probability of the second. */
function segmentationOf(width: number, height: number, share: (x: number, y: number) => number) {
  const pixelCount = width * height;
  const second = Float32Array.from({ length: pixelCount }, (_, i) => share(i % width, Math.floor(i / width)));
  return segment(Float32Array.from([...second.map((value) => 1 - value), ...second]), pixelCount, 2);
}

const isShown = [false, true];

describe('a result at the photo’s own size', () => {
  test('follows an edge that lies between the working picture’s pixels', () => {
    // 10 pixels to one: the edge at 437 is in the middle of the working picture's column 43.
    const full = pictureOf(800, 60, (x) => (x < 437 ? red : blue));
    const mixed = red.map((value, channel) => 0.7 * value + 0.3 * blue[channel]) as unknown as Colour;
    const working = pictureOf(80, 6, (x) => [red, mixed, blue][Math.sign(x - 43) + 1]);
    const segmentation = segmentationOf(80, 6, (x) => [0.01, 0.4, 0.99][Math.sign(x - 43) + 1]);
    const { labels, alpha } = enlarge({ full, working, segmentation, isShown });
    const wrong = labels.filter((label, i) => label !== Number(i % 800 >= 437));
    expect(wrong).toHaveLength(0);
    // No halo: within a pixel of the edge both sides are sure.
    expect(Math.max(...alpha.subarray(430, 437))).toBeLessThan(40);
    expect(Math.min(...alpha.subarray(437, 444))).toBeGreaterThan(215);
  });

  test('is what was found where the photo has as many pixels', () => {
    const picture = pictureOf(7, 5, (x) => (x < 3 ? red : blue));
    const segmentation = segmentationOf(7, 5, (x, y) => ((3 * x + 5 * y) % 7) / 7);
    const { labels, alpha } = enlarge({ full: picture, working: picture, segmentation, isShown });
    expect(labels).toEqual(segmentation.labels);
    expect(alpha).toEqual(segmentation.marginals.subarray(35));
  });

  test('sums the labels that are shown, of pictures smaller than a window too', () => {
    const segmentation = segment(Float32Array.from([0.2, 0.2, 0.2, 0.5, 0.5, 0.5, 0.3, 0.3, 0.3]), 3, 3);
    const working = pictureOf(3, 1, () => red);
    const full = pictureOf(9, 4, () => red);
    const { labels, alpha } = enlarge({ full, working, segmentation, isShown: [true, false, true] });
    expect(new Set(labels)).toEqual(new Set([1]));
    expect(new Set(alpha)).toEqual(new Set([51 + 77]));
  });

  test('has no tie that a rounding could decide: the lowest label wins', () => {
    const segmentation = segmentationOf(4, 4, () => 0.5);
    const working = pictureOf(4, 4, (x) => (x < 2 ? red : blue));
    const full = pictureOf(12, 12, (x) => (x < 6 ? red : blue));
    expect(new Set(enlarge({ full, working, segmentation, isShown }).labels)).toEqual(new Set([0]));
  });
});

describe('a part of a result', () => {
  const full = pictureOf(240, 120, (x, y) => (x + y < 150 ? red : blue));
  const working = pictureOf(60, 30, (x, y) => (4 * (x + y) < 147 ? red : blue));
  const segmentation = segmentationOf(60, 30, (x, y) => (4 * (x + y) < 147 ? 0.1 : 0.9));

  test('is that part of the whole', () => {
    const whole = enlarge({ full, working, segmentation, isShown });
    const [left, top, width, height] = [60, 30, 120, 60];
    const crop = <Values extends Uint8Array | Uint8ClampedArray>(values: Values, channels: number) =>
      values.filter((_, i) => {
        const pixel = Math.floor(i / channels);
        const [x, y] = [pixel % 240, Math.floor(pixel / 240)];
        return x >= left && x < left + width && y >= top && y < top + height;
      });
    const part = enlarge({
      full: { width, height, pixels: new Uint8ClampedArray(crop(full.pixels, 4)) },
      part: { left: left / 240, top: top / 120, width: width / 240, height: height / 120 },
      working,
      segmentation,
      isShown,
    });
    expect(part.labels).toEqual(crop(whole.labels, 1));
    expect(part.confidence).toEqual(crop(whole.confidence, 1));
    expect(part.alpha).toEqual(crop(whole.alpha, 1));
  });

  test('has soft edges without the colours, and sharp ones with them', () => {
    const spread = (followsColours: boolean) => {
      const { alpha } = enlarge({ full, working, segmentation, isShown, followsColours });
      return alpha.filter((value) => value > 60 && value < 195).length;
    };
    expect(spread(true)).toBeLessThan(spread(false) / 4);
  });
});
