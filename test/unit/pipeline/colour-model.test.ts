// SPDX-License-Identifier: MIT

import { describe, expect, test } from 'vitest';
import { assignBins, binCount, corners } from '../../../src/pipeline/marks/colour-bins.js';
import { colourProbabilities } from '../../../src/pipeline/marks/colour-model.js';
import { LocalHistograms } from '../../../src/pipeline/marks/local-histograms.js';
import { blockMeans, enlarge, planShrinking } from '../../../src/pipeline/marks/shrink.js';

describe('colour bins', () => {
  test('every colour is spread over eight bins, with weights that sum to 1', () => {
    const colours = Float32Array.of(0, 0, 0, 255, 255, 255, 255, 255, 13.5, 200, 77, 255, 51, 102, 153, 255);
    const { first, weights } = assignBins(colours);
    for (let pixel = 0; pixel < 4; pixel++) {
      const own = weights.subarray(8 * pixel, 8 * pixel + 8);
      expect(own.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 6);
      expect(Math.min(...own)).toBeGreaterThanOrEqual(0);
      expect(first[pixel] + corners[7]).toBeLessThan(binCount);
    }
    // A colour on the grid of bins has one bin to itself.
    expect(weights[0]).toBe(1);
    expect(weights[15]).toBe(1);
    expect(Math.max(...weights.subarray(24))).toBeCloseTo(1, 6);
  });
});

describe('shrinking', () => {
  test('takes means, also of the smaller blocks at the edge', () => {
    const plan = planShrinking(5, 3, 3);
    expect(plan).toMatchObject({ factor: 2, columns: 3, rows: 2 });
    const values = Float32Array.from({ length: 15 }, (_, i) => i);
    expect(blockMeans(plan, values, 1)).toBeAllClose([3, 5, 6.5, 10.5, 12.5, 14], { tolerance: 1e-6, shape: [2, 3] });
  });

  test('and back: a plane stays a plane between the outermost centres', () => {
    const plan = planShrinking(16, 8, 4);
    const blocks = Float32Array.from({ length: 8 }, (_, i) => (i % 4) + 10 * Math.floor(i / 4));
    const enlarged = new Float32Array(16 * 8);
    enlarge(plan, blocks, enlarged);
    expect(enlarged[0]).toBe(0);
    // Pixel (6, 4): a quarter of a block right of the second centre… in blocks (6.5/4 - 0.5, 4.5/4 - 0.5).
    expect(enlarged[4 * 16 + 6]).toBeCloseTo(1.125 + 6.25, 5);
    expect(enlarged[8 * 16 - 1]).toBe(13);
  });
});

test('local histograms agree with the Gaussian window taken pixel by pixel', () => {
  const [width, height, sigma] = [40, 30, 6];
  const pixelCount = width * height;
  const rgba = Float32Array.from({ length: 4 * pixelCount }, (_, i) => 127 + 120 * Math.sin(0.013 * i * ((i % 4) + 1)));
  const bins = assignBins(rgba);
  const seeds = Float32Array.from({ length: pixelCount }, (_, i) => (i % 7 === 0 && i % width < 25 ? 0.8 : 0));
  const scarce = 0.01;
  const scores = new Float32Array(pixelCount);
  const histograms = new LocalHistograms(width, height, sigma);
  histograms.learn(bins, seeds);
  histograms.addScores(bins, { weight: 1, scarce, nearness: 0.5 }, scores);

  const match = (a: number, b: number) => {
    let sum = 0;
    for (let i = 0; i < 8; i++) {
      for (let j = 0; j < 8; j++) {
        if (bins.first[a] + corners[i] === bins.first[b] + corners[j]) {
          sum += bins.weights[8 * a + i] * bins.weights[8 * b + j];
        }
      }
    }
    return sum;
  };
  // In the middle, where the window has no edge of the picture.
  for (const pixel of [15 * width + 20, 14 * width + 18, 16 * width + 22]) {
    let share = 0;
    let matching = 0;
    for (let seed = 0; seed < pixelCount; seed++) {
      if (seeds[seed] === 0) continue;
      const dx = (seed % width) - (pixel % width);
      const dy = Math.floor(seed / width) - Math.floor(pixel / width);
      const weight =
        (seeds[seed] * Math.exp(-(dx * dx + dy * dy) / (2 * sigma * sigma))) / (2 * Math.PI * sigma * sigma);
      share += weight;
      matching += weight * match(pixel, seed);
    }
    const expected = matching / (share + scarce) + 0.5 * share;
    expect(Math.abs(scores[pixel] / expected - 1)).toBeLessThan(0.02);
  }
});

describe('label probabilities', () => {
  const [width, height] = [60, 40];
  const pixelCount = width * height;
  const plan = planShrinking(width, height, 160);
  /** Left red, right blue, with a little texture. */
  const rgba = new Float32Array(4 * pixelCount);
  for (let pixel = 0; pixel < pixelCount; pixel++) {
    const texture = (pixel * 37) % 30;
    rgba.set(pixel % width < 35 ? [200 + texture, 30, 40, 255] : [40, 60, 190 + texture, 255], 4 * pixel);
  }
  const seeds = [0, 1, 2].map(() => new Float32Array(pixelCount));
  seeds[0].fill(1, 10 * width + 5, 10 * width + 20);
  seeds[1].fill(1, 30 * width + 45, 30 * width + 55);

  test('follow the colours of the seeds', () => {
    const probabilities = colourProbabilities(plan, assignBins(rgba), seeds.slice(0, 2), 0.1);
    for (let pixel = 0; pixel < pixelCount; pixel++) {
      expect(probabilities[pixel] + probabilities[pixelCount + pixel]).toBeCloseTo(1, 5);
      if (Math.abs((pixel % width) - 35) < 2) continue;
      expect(probabilities[pixel] > 0.5).toBe(pixel % width < 35);
    }
  });

  test('leave a label without seeds all but impossible', () => {
    const probabilities = colourProbabilities(plan, assignBins(rgba), seeds, 0.1);
    expect(Math.max(...probabilities.subarray(2 * pixelCount))).toBeLessThan(0.03);
  });

  test('say nothing where there are none', () => {
    const nothing = [0, 1].map(() => new Float32Array(1));
    expect(
      colourProbabilities(planShrinking(1, 1, 160), assignBins(Float32Array.of(1, 2, 3, 255)), nothing, 0.1)[1],
    ).toBe(0.5);
  });
});
