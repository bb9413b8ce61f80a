// SPDX-License-Identifier: MIT

import { describe, expect, test } from 'vitest';
import { intersectionOverUnion } from '../../../bench/marks/player.js';
import { promptsOf } from '../../../demo/marks/prompts.js';
import { settingsFor } from '../../../demo/networks/catalogue.js';
import { samples } from '../../../demo/photo/samples.js';
import { crfParameters } from '../../../demo/state/crf-settings.js';
import { readLabelPng, readPhotograph } from '../../../src/cli/files/image.js';
import { DenseCrf, type RgbaImage } from '../../../src/index.js';
import { markProbabilities, type Prompts } from '../../../src/pipeline/index.js';

/** No photo may be worse off than with colours alone, which is how marks were spread before, by more than this. */
const loss = 0.005;

function photo(name: string): Promise<RgbaImage> {
  return readPhotograph(`demo/public/photos/${name}.png`, 1e7);
}

/** IoU of all that is no background, from marks, with the CRF that the page has for them. */
async function score(name: string, image: RgbaImage, prompts: Prompts): Promise<number> {
  const { labelCount } = prompts;
  const { width, height } = image;
  const parameters = crfParameters(settingsFor('colour-prompt'));
  const crf = await DenseCrf.create({ width, height, labelCount, parameters, backend: 'cpu' });
  await crf.refine({ image, unary: { probabilities: markProbabilities(image, prompts) } });
  const labels = await crf.labelMap();
  crf.destroy();
  const { samples: mask } = await readLabelPng(`samples/masks/${name}.png`, 1e7);
  const found = Uint8Array.from(labels, (label) => (label > 0 ? 1 : 0));
  return intersectionOverUnion(found, { width, height, labels: mask.map((value) => Number(value > 0)) });
}

describe('the strokes of the samples cut out what they did when only colours counted', () => {
  test.each([
    ['astronaut', 'astronaut', 0.992],
    ['cat', 'chelsea', 0.965],
    ['coffee', 'coffee', 0.984],
  ])('in the page: %s', async (id, name, before) => {
    const image = await photo(name);
    const { strokes = [], labels = [] } = samples.find((sample) => sample.id === id) ?? {};
    const prompts = promptsOf({ strokes, box: null }, image.width, image.height, labels.length);
    expect(await score(name, image, prompts)).toBeGreaterThan(before - loss);
  });

  test.each([
    ['astronaut', 0.99],
    ['chelsea', 1],
    ['coffee', 0.992],
    ['coins', 0.9886],
  ])('in a file: %s', async (name, before) => {
    const { samples: labelMap, width, height } = await readLabelPng(`samples/strokes/${name}.png`, 1e7);
    const marks = { width, height, labelCount: 2, labelMap: Uint8Array.from(labelMap) };
    expect(await score(name, await photo(name), marks)).toBeGreaterThan(before - loss);
  });
});
