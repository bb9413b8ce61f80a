// SPDX-License-Identifier: MIT

import { describe, expect, test } from 'vitest';
import { DenseCrf } from '../../../src/index.js';
import { chamferDistance, cost, geodesicDistance, stepsOn } from '../../../src/pipeline/marks/geodesic.js';
import { markProbabilities } from '../../../src/pipeline/marks/mark-probabilities.js';
import { markedEnergies, markedProbabilities } from '../../../src/pipeline/marks/marked-probabilities.js';
import { networkPrior } from '../../../src/pipeline/marks/network-prior.js';
import { strokeSeeds } from '../../../src/pipeline/marks/stroke-seeds.js';
import { embeddedNetworks } from '../../../src/pipeline/network/embedded.js';
import { promptsForKept, withMarked } from '../../../src/pipeline/prompts/kept-prompts.js';
import { checkPrompts, type Prompts } from '../../../src/pipeline/prompts/prompts.js';
import { randomNumbers } from '../../support/random.js';

const [width, height] = [80, 60];
const pixelCount = width * height;

/** Grey, with a body and an arm that sticks out of it, both red, and far from them a red ball. */
function isRed(x: number, y: number): boolean {
  const isBody = x >= 20 && x < 40 && y >= 10 && y < 60;
  const isArm = x >= 40 && x < 60 && y >= 20 && y < 28;
  return isBody || isArm || Math.hypot(x - 70, y - 50) < 7;
}

const image = { width, height, data: new Uint8ClampedArray(4 * pixelCount) };
const random = randomNumbers(3);
for (let pixel = 0; pixel < pixelCount; pixel++) {
  const [x, y] = [pixel % width, Math.floor(pixel / width)];
  const colour = isRed(x, y) ? [190, 40, 50] : [120, 125, 120];
  image.data.set([...colour.map((value) => value + 6 * random()), 255], 4 * pixel);
}

function dab(label: number, x: number, y: number, radius = 3) {
  return { label, radius, points: [{ x, y }] };
}

function prompts(given: Partial<Prompts>): Prompts {
  return { width, height, labelCount: 2, ...given };
}

/** Label 1 at the places, as a list of yes and no. */
function found(probabilities: Float32Array, ...places: (readonly [number, number])[]): boolean[] {
  return places.map(([x, y]) => probabilities[pixelCount + y * width + x] > 0.5);
}

test('a mark that speaks against all around it is not outvoted by the CRF, with the strongest parameters there are', async () => {
  const probabilities = new Float32Array(2 * pixelCount).fill(1e-4, 0, pixelCount).fill(1 - 1e-4, pixelCount);
  const marked = 30 * width + 40;
  probabilities[marked] = 1;
  probabilities[pixelCount + marked] = 0;
  const { crf: parameters } = embeddedNetworks.person;
  const crf = await DenseCrf.create({
    width,
    height,
    labelCount: 2,
    backend: 'cpu',
    ...(parameters && { parameters }),
  });
  const flat = { width, height, data: new Uint8ClampedArray(4 * pixelCount).fill(200) };
  await crf.refine({ image: flat, unary: { unary: markedEnergies(probabilities) } });
  const labels = await crf.labelMap();
  expect(labels[marked]).toBe(0);
  expect(labels.reduce((sum, label) => sum + label, 0)).toBe(pixelCount - 1);
  // As probabilities, which the CRF takes for at most so sure, the mark would be lost.
  await crf.refine({ unary: { probabilities } });
  expect((await crf.labelMap())[marked]).toBe(1);
  crf.destroy();
});

describe('geodesic distance', () => {
  /** Two halves of one colour each. */
  const channels = [0, 1, 2].map(() => Float32Array.from({ length: 24 }, (_, pixel) => (pixel % 6 < 3 ? 0 : 100)));
  const plane = { width: 6, height: 4, channels };

  test('is that of every path: the cheapest, by brute force', () => {
    const rough = randomNumbers(7);
    const noise = [0, 1, 2].map(() => Float32Array.from({ length: 24 }, () => 255 * rough()));
    const distances = geodesicDistance(stepsOn({ ...plane, channels: noise }), [8], 1e6);
    const expected = new Float64Array(24).fill(Number.POSITIVE_INFINITY);
    expected[8] = 0;
    for (let round = 0; round < 24; round++) {
      for (let from = 0; from < 24; from++) {
        for (let to = 0; to < 24; to++) {
          const [dx, dy] = [(to % 6) - (from % 6), Math.floor(to / 6) - Math.floor(from / 6)];
          if (Math.max(Math.abs(dx), Math.abs(dy)) !== 1) continue;
          const change = Math.hypot(...noise.map((channel) => channel[from] - channel[to]));
          expected[to] = Math.min(
            expected[to],
            expected[from] + cost.length * Math.hypot(dx, dy) + cost.colour * change,
          );
        }
      }
    }
    expect(distances).toBeAllClose([...expected], { tolerance: 1e-3 });
  });

  test('is short within a colour, long across an edge, and ends at the limit', () => {
    const distances = geodesicDistance(stepsOn(plane), [0], 20);
    expect(distances[2]).toBeCloseTo(2 * cost.length, 5);
    expect(distances[3]).toBe(Number.POSITIVE_INFINITY);
  });

  test('by chamfer: within a tenth of the true one, Infinity where there is no site', () => {
    const sites = new Uint8Array(400);
    sites[205] = 1;
    const distances = chamferDistance(sites, 20);
    for (let pixel = 0; pixel < 400; pixel++) {
      const truth = Math.hypot((pixel % 20) - 5, Math.floor(pixel / 20) - 10);
      expect(Math.abs(distances[pixel] - truth)).toBeLessThanOrEqual(0.1 * truth + 1e-5);
    }
    expect(chamferDistance(new Uint8Array(4), 2)[0]).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('seeds of strokes', () => {
  test('are the parts of the label map, then strokes, without what later ones cover', () => {
    const labelMap = Uint8Array.of(2, 0, 1, 0, 0, 1, 2, 0, 0);
    const given = {
      width: 3,
      height: 3,
      labelCount: 2,
      labelMap,
      strokes: [dab(1, 1.5, 1.5, 0.7), dab(0, 1.5, 1.5, 0.7)],
    };
    expect(strokeSeeds(checkPrompts(given), { width: 3, height: 3 })).toEqual([
      { label: 0, pixels: [2, 5] },
      { label: 1, pixels: [0] },
      { label: 1, pixels: [6] },
      { label: 0, pixels: [4] },
    ]);
  });
});

describe('marks alone', () => {
  test('one click takes what hangs together and looks alike, and not its like far away', () => {
    const probabilities = markProbabilities(image, prompts({ strokes: [dab(1, 30, 30)] }));
    expect(found(probabilities, [30, 50], [55, 24], [70, 50], [10, 30], [55, 40])).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
  });

  test('marked pixels are sure of their labels, the last stroke on top, whatever the box', () => {
    const box = { x: 15, y: 5, width: 30, height: 50 };
    const strokes = [dab(1, 70, 50), dab(0, 30, 30), dab(1, 30, 30, 1)];
    const probabilities = markProbabilities(image, prompts({ box, strokes }));
    expect(probabilities[pixelCount + 50 * width + 70]).toBe(1);
    expect(probabilities[30 * width + 32]).toBe(1);
    expect(probabilities[pixelCount + 30 * width + 30]).toBe(1);
    for (let pixel = 0; pixel < pixelCount; pixel++) {
      expect(probabilities[pixel] + probabilities[pixelCount + pixel]).toBeCloseTo(1, 5);
    }
  });

  test('a stroke outside of a box takes what the box left out', () => {
    const box = { x: 15, y: 5, width: 26, height: 54 };
    const arm: [number, number] = [55, 24];
    expect(found(markProbabilities(image, prompts({ box })), [30, 30], arm, [70, 50])).toEqual([true, false, false]);
    const corrected = markProbabilities(image, prompts({ box, strokes: [dab(1, 50, 24)] }));
    expect(found(corrected, [30, 30], arm, [70, 50])).toEqual([true, true, false]);
  });

  test('where colours tell labels apart, they do so far from the strokes', () => {
    const strokes = [dab(1, 30, 20), dab(1, 30, 50), dab(0, 10, 20), dab(0, 60, 50)];
    expect(found(markProbabilities(image, prompts({ strokes })), [70, 50])).toEqual([true]);
  });

  test('a long stroke of each label shows colours, dabs show places', () => {
    const along = (label: number, x: number) => ({
      label,
      radius: 2,
      points: [
        { x, y: 14 },
        { x, y: 50 },
      ],
    });
    const ball: [number, number] = [70, 50];
    expect(found(markProbabilities(image, prompts({ strokes: [along(1, 30), along(0, 8)] })), ball)).toEqual([true]);
    expect(found(markProbabilities(image, prompts({ strokes: [along(1, 30), dab(0, 8, 30)] })), ball)).toEqual([false]);
  });

  test('the same marks give the same numbers, whatever was asked in between', () => {
    const given = prompts({ box: { x: 15, y: 5, width: 30, height: 50 }, strokes: [dab(1, 50, 24), dab(0, 10, 10)] });
    const first = markProbabilities(image, given);
    markProbabilities(image, prompts({ strokes: [dab(1, 5, 5)] }));
    expect(markProbabilities(image, given)).toEqual(first);
  });

  test('a picture of one pixel, and three labels of which one has no mark', () => {
    const pixel = { width: 1, height: 1, data: Uint8ClampedArray.of(1, 2, 3, 255) };
    const dot = { width: 1, height: 1, labelCount: 2, strokes: [dab(1, 0.5, 0.5, 1)] };
    expect(markProbabilities(pixel, dot)[1]).toBe(1);
    const strokes = [dab(1, 30, 30), dab(2, 10, 30)];
    const probabilities = markProbabilities(image, prompts({ labelCount: 3, strokes }));
    expect(Math.max(...probabilities.subarray(0, pixelCount))).toBeLessThan(0.03);
    expect(probabilities.every((value) => value >= 0 && value <= 1)).toBe(true);
  });
});

describe('over a network', () => {
  /** The body, but neither the arm nor anything else. */
  const logits = new Float32Array(2 * pixelCount);
  for (let pixel = 0; pixel < pixelCount; pixel++) {
    const [x, y] = [pixel % width, Math.floor(pixel / width)];
    logits[pixelCount + pixel] = isRed(x, y) && x < 40 ? 4 : -4;
  }
  const prior = networkPrior({ logits, width, height }, 2);
  const corrected = (given: Partial<Prompts>) => markedProbabilities(image, checkPrompts(prompts(given)), prior);

  test('a click on a missed arm takes the arm, and changes nothing elsewhere', () => {
    const probabilities = corrected({ strokes: [dab(1, 50, 24)] });
    expect(found(probabilities, [57, 24], [43, 24], [30, 40], [50, 40], [70, 50])).toEqual([
      true,
      true,
      true,
      false,
      false,
    ]);
    const before = corrected({ strokes: [dab(0, 1, 1, 1)] });
    const farAway = [...probabilities.keys()].filter(
      (i) => i % width < 15 && Math.floor((i % pixelCount) / width) > 10,
    );
    expect(Math.max(...farAway.map((i) => Math.abs(probabilities[i] - before[i])))).toBeLessThan(0.05);
  });

  test('a click on a sliver that is thinner than its disc takes the sliver, and leaves what the disc covers beside it', () => {
    const tooMuch = logits.map((logit, i) => {
      const [x, y] = [i % width, Math.floor((i % pixelCount) / width)];
      return i >= pixelCount && x >= 40 && x < 43 && y >= 30 ? 4 : logit;
    });
    const sliver = networkPrior({ logits: tooMuch, width, height }, 2);
    const strokes = [dab(0, 41.5, 45, 5)];
    const probabilities = markedProbabilities(image, checkPrompts(prompts({ strokes })), sliver);
    expect(found(probabilities, [41, 52], [41, 38], [38, 45])).toEqual([false, false, false]);
    expect(found(probabilities, [30, 45], [34, 45], [36, 53], [30, 20])).toEqual([true, true, true, true]);
  });

  test('outside of a box is doubt that grows with the distance', () => {
    const box = { x: 15, y: 5, width: 30, height: 30 };
    const probabilities = corrected({ box });
    const at = (y: number) => probabilities[pixelCount + y * width + 30];
    expect(at(30)).toBeGreaterThan(0.9);
    expect(at(35)).toBeGreaterThan(at(38));
    expect(at(38)).toBeGreaterThan(at(45));
    expect(at(50)).toBeLessThan(0.1);
  });

  test('what is not finite is unknown', () => {
    const broken = logits.slice().fill(Number.NaN, 0, 10);
    const values = networkPrior({ logits: broken, width, height }, 2)({ width, height });
    expect(values[0]).toBeCloseTo(0.5, 6);
    expect(values.every(Number.isFinite)).toBe(true);
  });

  test('labels left out are none that were marked', () => {
    const given = checkPrompts(
      { width, height, labelCount: 9, strokes: [dab(7, 5, 5)], box: { x: 1, y: 1, width: 5, height: 5, inside: 3 } },
      'prompts',
      9,
    );
    const kept = withMarked([0, 5], given);
    expect(kept).toEqual([0, 3, 5, 7]);
    expect(promptsForKept(given, kept)).toMatchObject({
      labelCount: 4,
      strokes: [{ label: 3 }],
      box: { inside: 1, outside: 0 },
    });
  });
});
