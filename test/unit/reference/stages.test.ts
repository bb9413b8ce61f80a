// SPDX-License-Identifier: MIT

import { describe, expect, test } from 'vitest';
import { separableRadius } from '../../../src/problem/parameters.js';
import type { Normalization } from '../../../src/problem/types.js';
import { addMessage } from '../../../src/reference/compatibility.js';
import { energyOf } from '../../../src/reference/energy.js';
import { ExactFilter } from '../../../src/reference/exact.js';
import { exponential } from '../../../src/reference/exponential.js';
import { kernelFeatures } from '../../../src/reference/features.js';
import { confidence, entropy, labelMap } from '../../../src/reference/label-map.js';
import { planarToRows, rowsToPlanar } from '../../../src/reference/layout.js';
import { normalize } from '../../../src/reference/normalization.js';
import { SeparableFilter } from '../../../src/reference/separable.js';
import { updateMarginals } from '../../../src/reference/softmax.js';
import { naiveExactKernel, naiveNormalize } from '../../support/naive-crf.js';
import { randomFloats, randomMarginals } from '../../support/random.js';

describe('exponential', () => {
  test('is within 1e-9 of e^x, relatively', () => {
    let worst = 0;
    for (let x = -87.2; x <= 0; x += 0.00173) {
      worst = Math.max(worst, Math.abs(exponential(x) / Math.exp(x) - 1));
    }
    expect(worst).toBeLessThan(1e-9);
    expect(exponential(0)).toBe(1);
    expect(exponential(-0)).toBe(1);
  });

  test('is 0 below the normal float32 numbers', () => {
    expect(exponential(-87.4)).toBe(0);
    expect(exponential(-1e30)).toBe(0);
    expect(exponential(Number.NEGATIVE_INFINITY)).toBe(0);
  });
});

describe('exact', () => {
  test.each([1, 2, 5, 7])('sums over all pairs, %i dimensions', (d) => {
    const features = randomFloats(d * 40, d, 3);
    const marginals = randomMarginals(40, 3, 8);
    const [before, after] = [randomFloats(40, 1), randomFloats(40, 2)];
    const out = new Float32Array(120).fill(1);
    const filter = new ExactFilter(features, d);
    filter.setScaling({ before, after });
    filter.addFiltered(marginals, 3, 2, out);
    const kernel = naiveExactKernel(features, d);
    const expected = Float64Array.from({ length: 120 }, (_, at) => {
      const i = Math.floor(at / 3);
      const sum = kernel[i].reduce((total, k, j) => total + k * before[j] * marginals[3 * j + (at % 3)], 0);
      return 1 + 2 * after[i] * sum;
    });
    expect(out).toBeAllClose(expected, { tolerance: 1e-5 });
  });

  test('gives the same whether it keeps K or evaluates it again', () => {
    // 2049² elements are just too many to keep.
    const features = randomFloats(2049, 3, 50);
    const large = new ExactFilter(features, 1).filterOnes();
    const kernel = naiveExactKernel(features.subarray(0, 2049), 1);
    const expected = kernel.map((row) => row.reduce((sum, value) => sum + value, 0));
    expect(large).toBeAllClose(expected, { tolerance: 1e-3 });
  });
});

describe('separable', () => {
  test.each([
    { width: 9, height: 7, sigmas: [2, 1.5] },
    { width: 1, height: 1, sigmas: [3, 3] },
    { width: 30, height: 1, sigmas: [0.5, 3] },
    { width: 1, height: 13, sigmas: [3, 4] },
  ])('is the exact spatial kernel but for its tails, $width×$height', ({ width, height, sigmas }) => {
    const size = { width, height, labelCount: 3 };
    const pixelCount = width * height;
    const features = kernelFeatures(
      {
        type: 'gaussian',
        featureDim: 2,
        sigmas,
        compatibility: { kind: 'potts', weight: 1 },
        normalization: 'none',
        method: 'separable',
      },
      size,
      null,
    );
    const marginals = randomMarginals(pixelCount, 3, 5);
    const scaling = { before: randomFloats(pixelCount, 1), after: randomFloats(pixelCount, 2) };
    const out = new Float32Array(pixelCount * 3);
    const exact = new Float32Array(pixelCount * 3);
    for (const [filter, to] of [
      [new SeparableFilter(size, sigmas), out],
      [new ExactFilter(features, 2), exact],
    ] as const) {
      filter.setScaling(scaling);
      filter.addFiltered(marginals, 3, 1.5, to);
    }
    expect(out).toBeAllClose(exact, { tolerance: 3e-3 });
  });

  test('reaches four sigmas', () => {
    expect(separableRadius(3)).toBe(12);
    expect(separableRadius(0.3)).toBe(2);
    const size = { width: 5, height: 1, labelCount: 1 };
    const dot = Float32Array.of(0, 0, 0, 0, 1);
    const out = new Float32Array(5);
    new SeparableFilter(size, [0.25, 1]).addFiltered(dot, 1, 1, out);
    expect(out).toBeAllClose([0, 0, 0, Math.exp(-8), 1], { tolerance: 1e-9 });
  });
});

describe('normalization', () => {
  test.each<Normalization>(['none', 'before', 'after', 'symmetric'])('%s', (normalization) => {
    const features = randomFloats(2 * 30, 11, 4);
    const filter = new ExactFilter(features, 2);
    const marginals = randomMarginals(30, 2, 3);
    const out = new Float32Array(60);
    normalize(filter, normalization);
    filter.addFiltered(marginals, 2, 1, out);
    const kernel = naiveNormalize(naiveExactKernel(features, 2), normalization);
    const expected = Float64Array.from({ length: 60 }, (_, at) =>
      kernel[at >> 1].reduce((sum, value, j) => sum + value * marginals[2 * j + (at & 1)], 0),
    );
    expect(out).toBeAllClose(expected, { tolerance: 1e-5 });
  });
});

describe('compatibility', () => {
  const filtered = Float32Array.of(1, 2, 3, 4, 5, 6);

  test('a Potts number attracts', () => {
    const target = new Float32Array(6).fill(1);
    addMessage({ kind: 'potts', weight: 2 }, filtered, 3, 3, target);
    expect(Array.from(target)).toEqual([3, 5, 7, 9, 11, 13]);
  });

  test('a vector penalises', () => {
    const target = new Float32Array(6);
    addMessage({ kind: 'diagonal', penalties: Float32Array.of(1, 0, -1) }, filtered, 3, 3, target);
    expect(Array.from(target)).toEqual([-1, 0, 3, -4, 0, 6]);
  });

  test('a matrix penalises pairs', () => {
    const target = new Float32Array(6);
    const penalties = Float32Array.of(0, 1, 2, 1, 0, 3, 2, 3, 0);
    addMessage({ kind: 'matrix', penalties }, filtered, 3, 3, target);
    expect(Array.from(target)).toEqual([-8, -10, -8, -17, -22, -23]);
  });
});

describe('softmax', () => {
  const scores = Float32Array.of(0, 1, 2, -1000, 0, 1000, 5, 5, 5);

  test('is e^x over its sum, and reports the largest change', () => {
    const marginals = new Float32Array(9);
    const change = updateMarginals(scores.slice(), 3, 0, marginals);
    const sum = 1 + Math.E + Math.E ** 2;
    const expected = [1 / sum, Math.E / sum, Math.E ** 2 / sum, 0, 0, 1, 1 / 3, 1 / 3, 1 / 3];
    expect(marginals).toBeAllClose(expected, { tolerance: 1e-7 });
    expect(change).toBe(1);
    expect(updateMarginals(scores.slice(), 3, 0, marginals)).toBeLessThan(1e-7);
  });

  test('damping keeps a part of the old Q', () => {
    const marginals = Float32Array.of(1, 0, 0, 0, 0, 1, 0.5, 0.25, 0.25);
    updateMarginals(scores.slice(), 3, 0.75, marginals);
    expect(marginals.subarray(6)).toBeAllClose([0.375 + 1 / 12, 0.1875 + 1 / 12, 0.1875 + 1 / 12]);
    expect(marginals.subarray(3, 6)).toBeAllClose([0, 0, 1]);
  });

  test('one label has it all', () => {
    const marginals = new Float32Array(2);
    updateMarginals(Float32Array.of(-5, 80), 1, 0, marginals);
    expect(Array.from(marginals)).toEqual([1, 1]);
  });
});

describe('what is read off Q', () => {
  // Rows of three labels: a clear one, a tie, certainty.
  const marginals = Float32Array.of(0.2, 0.5, 0.3, 0.4, 0.2, 0.4, 0, 0, 1);

  test('label map: the lowest label wins a tie', () => {
    expect(labelMap(marginals, 3)).toEqual(Uint32Array.of(1, 0, 2));
  });

  test('confidence is the largest Q', () => {
    expect(confidence(marginals, 3)).toEqual(Float32Array.of(0.5, 0.4, 1));
  });

  test('entropy is in nats, and 0 where Q is certain', () => {
    const logs = (values: number[]) => -values.reduce((sum, q) => sum + q * Math.log(q), 0);
    expect(entropy(marginals, 3)).toBeAllClose([logs([0.2, 0.5, 0.3]), logs([0.4, 0.2, 0.4]), 0]);
  });

  test('energy sums Q log Q, U·Q and -Q·message', () => {
    const negatedUnary = Float32Array.of(-1, -2, -3, 0, 0, 0, -1, -1, -4);
    const messages = Float32Array.of(1, 1, 1, 2, 2, 2, 0, 0, 10);
    const energy = energyOf(marginals, negatedUnary, messages);
    expect(energy.unaryTerm).toBeCloseTo(0.2 + 1 + 0.9 + 4, 5);
    expect(energy.pairwiseTerm).toBeCloseTo(-13, 5);
    const entropies = entropy(marginals, 3);
    expect(energy.entropyTerm).toBeCloseTo(-entropies[0] - entropies[1], 5);
    expect(energy.kl).toBeCloseTo(energy.entropyTerm + energy.unaryTerm + energy.pairwiseTerm, 12);
  });
});

test.each([1, 255, 256, 600])('%i pixels survive the way to rows and back', (pixelCount) => {
  const planar = randomFloats(3 * pixelCount, 4);
  const rows = new Float32Array(planar.length);
  planarToRows(planar, pixelCount, 3, 3, -1, rows);
  expect(rows[1]).toBe(-planar[pixelCount]);
  const back = new Float32Array(planar.length);
  rowsToPlanar(rows, pixelCount, 3, 3, back);
  expect(back).toEqual(planar.map((value) => -value));
});
