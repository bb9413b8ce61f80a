// SPDX-License-Identifier: MIT

import { afterAll, beforeAll, expect, it } from 'vitest';
import { coarseGridWords } from '../../../../src/engine/inputs/coarse-grid.js';
import { resolveUnary } from '../../../../src/problem/given-unary.js';
import { pin as pinTwin } from '../../../../src/reference/pipeline/pin.js';
import { unaryEnergies } from '../../../../src/reference/unary.js';
import { pin } from '../../../../src/stages/pipeline/pin.js';
import { randomFloats } from '../../../support/random.js';
import { StageDevice } from '../../../support/stage-device.js';

let stages: StageDevice;
beforeAll(async () => {
  stages = await StageDevice.create();
});
afterAll(() => stages.finish());

it.each([false, true])('equals its twin, corners aligned: %s', async (alignCorners) => {
  const size = { width: 11, height: 7, labelCount: 3 };
  const coarse = { width: 4, height: 3 };
  const planes = randomFloats(3 * 12, 5);
  const marks = Uint32Array.from({ length: 77 }, (_unused, i) => (i % 5 === 0 ? 1 + (i % 3) : 0));
  const pinned = stages.filled(3 * 77, 9);
  await stages.run(pin, {
    constants: { workgroupSize: 4, alignCorners, windowed: false },
    bindings: {
      pinOf: stages.uniform(...coarseGridWords({ ...coarse, window: null }, size), 3, { float: 0.9 }, { float: 0.05 }),
      planes: stages.storage(planes),
      marks: stages.storage(marks),
      pinned,
    },
    items: 77,
  });
  // Logits become energies by a change of sign: upsampled, they are the planes at full size.
  const upsampling = alignCorners ? 'align-corners' : 'half-pixel';
  const energies = unaryEnergies(resolveUnary({ logits: planes, ...coarse, upsampling }, size), size);
  const expected = pinTwin(
    energies.map((energy) => -energy),
    marks,
    0.9,
    0.05,
  );
  expect(await stages.floats(pinned, 3 * 77)).toBeAllClose(expected, { tolerance: 1e-6 });
});
