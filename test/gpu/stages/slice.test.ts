// SPDX-License-Identifier: MIT

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { float } from '../../../src/gpu/shader.js';
import { latticeScale, slice as sliceOnCpu } from '../../../src/reference/slice.js';
import { normalization } from '../../../src/stages/normalization.js';
import { slice } from '../../../src/stages/slice.js';
import { orderedWeights, runConstants, uploadLattice } from '../../support/lattice-buffers.js';
import { buildOnCpu, latticeCases } from '../../support/lattice-fixture.js';
import { randomFloats } from '../../support/random.js';
import { filteredRows, fromRows, relativeToLast, toRows, updatedRows } from '../../support/row-layout.js';
import { rowsFor, StageDevice, tinyTunings } from '../../support/stage-device.js';

let gpu: StageDevice;
beforeAll(async () => {
  gpu = await StageDevice.create();
});
afterAll(() => gpu.finish());

const potts = 0.8;

interface SliceCase {
  firstKernel: boolean;
  lastKernel: boolean;
  messageOnly: boolean;
}

/** Slices by both with all that belongs to a case. `padding` is what unused channels hold. */
async function sliceBoth(name: string, labelCount: number, tuning: (typeof tinyTunings)[number], use: SliceCase) {
  const problem = latticeCases[name]();
  const twin = buildOnCpu(problem);
  const { featureDim, vertexCount, pointCount } = twin.lattice;
  const rows = rowsFor({ ...problem.size, labelCount }, [problem.kernel], tuning);
  const values = randomFloats((vertexCount + 1) * labelCount, 1);
  const before = randomFloats(pointCount * labelCount, 2, 3);
  const factors = randomFloats(pointCount, 3).map((value) => 0.2 + value);

  const message = new Float32Array(pointCount * labelCount);
  sliceOnCpu(twin.lattice, values, labelCount, factors, potts, message);
  // What the label that is not stored gets is the message of Q = 1 less the others'.
  const norms = new Float32Array(2 * pointCount);
  for (let pixel = 0; pixel < pointCount; pixel++) {
    const row = message.subarray(pixel * labelCount, (pixel + 1) * labelCount);
    norms.set([Number.NaN, row.reduce((sum, part) => sum + part, 0) / potts], 2 * pixel);
  }

  const weight = rows.filtersExcess ? 2 * potts : potts;
  const energies = toRows(relativeToLast(before, labelCount, rows), labelCount, rows, 0, 1e38);
  const { bindings, runCount } = uploadLattice(gpu, twin, tuning.maxRunLength);
  const logits = use.firstKernel ? gpu.filled(energies.length, 77) : gpu.storage(energies.map((energy) => -energy));
  await gpu.run(slice, {
    constants: { ...runConstants(featureDim, tuning, rows), ...use },
    bindings: {
      ...bindings,
      parameters: gpu.uniform({ float: latticeScale(featureDim) * weight }, { float: potts }),
      weights: gpu.storage(orderedWeights(twin, factors)),
      norms: gpu.storage(norms),
      values: gpu.storage(toRows(filteredRows(values, labelCount, rows), labelCount, rows, 0)),
      unary: gpu.storage(energies),
      logits,
    },
    items: runCount,
    blocks: rows.blockCount,
  });
  const found = fromRows([await gpu.floats(logits, energies.length)], rows);
  return { found, expected: updatedRows(before, message, labelCount, rows, use), rows };
}

const only = { firstKernel: false, lastKernel: false, messageOnly: true };
const first = { firstKernel: true, lastKernel: false, messageOnly: false };
const last = { firstKernel: false, lastKernel: true, messageOnly: false };
const both = { firstKernel: true, lastKernel: true, messageOnly: false };

describe.each([
  { name: 'position and colour', labelCount: 1, ...tinyTunings[4], use: only },
  { name: 'position and colour', labelCount: 3, ...tinyTunings[1], use: first },
  { name: 'position and colour', labelCount: 12, ...tinyTunings[2], use: first },
  { name: 'position and colour', labelCount: 12, ...tinyTunings[4], use: both },
  { name: 'position', labelCount: 2, ...tinyTunings[0], use: last },
  { name: 'position and colour', labelCount: 2, ...tinyTunings[1], use: only },
  { name: 'position', labelCount: 5, ...tinyTunings[3], use: both },
  { name: 'position', labelCount: 4, ...tinyTunings[3], use: last },
  { name: 'one colour', labelCount: 6, ...tinyTunings[3], use: last },
  { name: '1 feature', labelCount: 3, ...tinyTunings[2], use: only },
  { name: '3 features', labelCount: 7, ...tinyTunings[4], use: both },
])('slice: $name, $labelCount labels, workgroups of $workgroupSize', ({ name, labelCount, use, ...tuning }) => {
  test(`as the CPU twin, ${JSON.stringify(use)}`, async () => {
    const { found, expected, rows } = await sliceBoth(name, labelCount, tuning, use);
    expect(found).toBeAllClose(expected, {
      tolerance: 1e-5,
      shape: [found.length / rows.storedLabels, rows.storedLabels],
    });
  });
});

describe.each(['none', 'after', 'symmetric'] as const)('normalization: %s', (kind) => {
  const sliceApart = kind === 'after';
  const flags = {
    symmetric: kind === 'symmetric',
    divided: sliceApart,
    dividesBefore: kind === 'symmetric',
    dividesAfter: kind !== 'none',
    sliceApart,
  };
  test.each([
    { name: 'position and colour', ...tinyTunings[1] },
    { name: '1 feature', ...tinyTunings[3] },
  ])('$name: factors from n, then the message of ones', async ({ name, ...tuning }) => {
    const twin = buildOnCpu(latticeCases[name]());
    const { lattice } = twin;
    const { featureDim, vertexCount, pointCount } = lattice;
    const { bindings, runCount } = uploadLattice(gpu, twin, tuning.maxRunLength);
    const norms = gpu.storage(new Float32Array(2 * pointCount).fill(Number.NaN));
    const weightCount = pointCount * (featureDim + 1);
    const [splatWeights, sliceWeights] = [0, 1].map(() => gpu.filled(weightCount, Number.NaN));
    const ones = new Float32Array(pointCount).fill(1);
    const run = async (turn: 0 | 1) => {
      const values = randomFloats(vertexCount + 1, turn === 1 ? 5 : 6).map((value) => 0.5 + 9 * value);
      await gpu.run(normalization, {
        constants: {
          ...runConstants(featureDim, tuning),
          ...flags,
          latticeScale: float(latticeScale(featureDim)),
        },
        bindings: {
          ...bindings,
          values: gpu.storage(values),
          norms,
          splatWeights,
          sliceWeights,
          turn: gpu.uniform(turn),
        },
        items: runCount,
      });
      const sliced = new Float32Array(pointCount);
      sliceOnCpu(lattice, values, 1, ones, 1, sliced);
      return { sliced, pairs: await gpu.floats(norms, 2 * pointCount) };
    };
    const { sliced: n, pairs } = await run(0);
    const factors = n.map((sum) => ({ none: 1, after: 1 / sum, symmetric: 1 / Math.sqrt(sum) })[kind]);
    expect(pairs.filter((_, i) => i % 2 === 0)).toBeAllClose(factors, { tolerance: 1e-5 });
    expect(await gpu.floats(splatWeights, weightCount)).toBeAllClose(
      orderedWeights(twin, kind === 'symmetric' ? factors : ones),
      {
        tolerance: 1e-5,
      },
    );
    if (sliceApart) {
      expect(await gpu.floats(sliceWeights, weightCount)).toBeAllClose(orderedWeights(twin, factors), {
        tolerance: 1e-5,
      });
    }
    // What one turn can know of the message of ones: n itself, n/n; `symmetric` needs the second.
    if (kind !== 'symmetric') {
      const message = n.map((sum) => (kind === 'none' ? sum : 1));
      expect(pairs.filter((_, i) => i % 2 === 1)).toBeAllClose(message, { tolerance: 1e-4 });
    }
    const second = await run(1);
    const messages = second.sliced.map((sum, i) => (kind === 'symmetric' ? sum * factors[i] : sum));
    expect(second.pairs.filter((_, i) => i % 2 === 0)).toBeAllClose(factors, { tolerance: 1e-5 });
    expect(second.pairs.filter((_, i) => i % 2 === 1)).toBeAllClose(messages, { tolerance: 1e-4 });
  });
});
