// SPDX-License-Identifier: MIT

import { afterAll, beforeAll, expect, it } from 'vitest';
import { reseed as reseedTwin } from '../../../../src/reference/pipeline/reseed.js';
import { reseed } from '../../../../src/stages/pipeline/reseed.js';
import { randomFloats } from '../../../support/random.js';
import { StageDevice } from '../../../support/stage-device.js';

let stages: StageDevice;
beforeAll(async () => {
  stages = await StageDevice.create();
});
afterAll(() => stages.finish());

const cases = [
  [
    { width: 8, height: 6 },
    { width: 31, height: 17 },
  ],
  [
    { width: 8, height: 6 },
    { width: 8, height: 6 },
  ],
  [
    { width: 9, height: 7 },
    { width: 4, height: 3 },
  ],
  [
    { width: 1, height: 5 },
    { width: 1, height: 1 },
  ],
  [
    { width: 5, height: 4 },
    { width: 6, height: 5 },
  ],
] as const;

it.each(cases)('equals its twin: %o from %o', async (size, working) => {
  const labelCount = 3;
  const cellCount = size.width * size.height;
  const seeds = randomFloats(labelCount * cellCount, 1).map((seed, item) => (item % 7 === 0 ? 1 : 0.9 * seed));
  const marginals = randomFloats(labelCount * working.width * working.height, 2);
  const prompts = stages.filled(seeds.length, 9);
  await stages.run(reseed, {
    constants: { workgroupSize: 4 },
    bindings: {
      reseed: stages.uniform(size.width, size.height, working.width, working.height, labelCount),
      seeds: stages.storage(seeds),
      marginals: stages.storage(marginals),
      prompts,
    },
    items: seeds.length,
  });
  const result = await stages.floats(prompts, seeds.length);
  expect(result).toBeAllClose(reseedTwin(seeds, size, marginals, working), { tolerance: 1e-6 });
});
