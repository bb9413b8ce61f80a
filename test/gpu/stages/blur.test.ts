// SPDX-License-Identifier: MIT

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { blur as blurOnCpu } from '../../../src/reference/blur.js';
import { blur } from '../../../src/stages/blur.js';
import { runConstants, uploadLattice } from '../../support/lattice-buffers.js';
import { buildOnCpu, latticeCases } from '../../support/lattice-fixture.js';
import { randomFloats } from '../../support/random.js';
import { rowsFor, StageDevice, tinyTunings } from '../../support/stage-device.js';

let gpu: StageDevice;
beforeAll(async () => {
  gpu = await StageDevice.create();
});
afterAll(() => gpu.finish());

/** Fixed-point sums with a scale a vertex, blurred by both; falsely, vertex 2 may be its own neighbour. */
async function blurBoth(
  name: string,
  labelCount: number,
  tuning: (typeof tinyTunings)[number],
  wrongNeighbour = false,
) {
  const { size, kernel } = latticeCases[name]();
  const twin = buildOnCpu(latticeCases[name]());
  const { vertexCount, featureDim } = twin.lattice;
  const rows = rowsFor({ ...size, labelCount: labelCount + 1 }, [kernel], tuning);
  const { rowChannels } = rows;
  const scales = randomFloats(vertexCount + 1, 1).map((value) => 2 ** Math.floor(8 + 8 * value));
  scales[0] = 0;
  const numbers = randomFloats((vertexCount + 1) * rowChannels, 2);
  const sums = Int32Array.from(numbers, (value, i) => (i < rowChannels ? 0 : Math.round(value * 2 ** 16)));

  const { bindings, neighbours } = uploadLattice(gpu, twin, tuning.maxRunLength);
  if (wrongNeighbour) gpu.write(neighbours, Uint32Array.of(2), 2 * (featureDim + 1) * 2);
  const sumBuffer = gpu.storage(sums);
  let source = sumBuffer;
  for (let axis = 0; axis <= featureDim; axis++) {
    const blurred = gpu.zeros(sums.length);
    await gpu.run(blur, {
      constants: runConstants(featureDim, tuning, rows),
      bindings: {
        counted: bindings.counted,
        neighbours,
        scales: gpu.storage(scales),
        source,
        blurred,
        ...(axis === 1 && { sums: sumBuffer }),
        axis: gpu.uniform(axis, featureDim + 1),
      },
      items: vertexCount,
      blocks: rows.blockCount,
    });
    source = blurred;
  }
  const values = Float32Array.from(sums, (sum, i) => (sum === 0 ? 0 : sum / scales[Math.floor(i / rowChannels)]));
  return {
    blurred: await gpu.floats(source, sums.length),
    expected: blurOnCpu(twin.lattice, rowChannels, values, new Float32Array(values.length)),
    sumsAfter: await gpu.integers(sumBuffer, sums.length),
    largest: values.reduce((most, value) => Math.max(most, value), 0),
    shape: [vertexCount + 1, rowChannels],
  };
}

describe.each([
  { name: 'position', labelCount: 1, ...tinyTunings[0] },
  { name: 'position and colour', labelCount: 3, ...tinyTunings[1] },
  { name: 'position and colour', labelCount: 9, ...tinyTunings[2] },
  { name: 'one pixel', labelCount: 2, ...tinyTunings[3] },
  { name: '1 feature', labelCount: 4, ...tinyTunings[4] },
  { name: '3 features', labelCount: 5, ...tinyTunings[2] },
])('$name, $labelCount stored labels, workgroups of $workgroupSize', ({ name, labelCount, ...tuning }) => {
  test('all axes in turn, from fixed-point sums, as the CPU twin blurs them', async () => {
    const { blurred, expected, sumsAfter, largest, shape } = await blurBoth(name, labelCount, tuning);
    expect(blurred).toBeAllClose(expected, { tolerance: 1e-6 * largest * 2 ** 3, shape });
    // Left ready for the next splat.
    expect(sumsAfter.every((sum) => sum === 0)).toBe(true);
  });
});

test('a wrong neighbour is noticed', async () => {
  const { blurred, expected, largest } = await blurBoth('position and colour', 3, tinyTunings[1], true);
  expect(() => expect(blurred).toBeAllClose(expected, { tolerance: 1e-6 * largest * 2 ** 3 })).toThrow(/largest/);
});
