// SPDX-License-Identifier: MIT

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { oneChannel } from '../../../src/engine/lists/constants.js';
import type { RowPlan } from '../../../src/engine/plan/row-plan.js';
import { splat as splatOnCpu } from '../../../src/reference/splat.js';
import { splat } from '../../../src/stages/splat.js';
import { splatScales } from '../../../src/stages/splat-scales.js';
import { type LatticeBuffers, orderedWeights, runConstants, uploadLattice } from '../../support/lattice-buffers.js';
import { buildOnCpu, latticeCases } from '../../support/lattice-fixture.js';
import { randomFloats, randomMarginals } from '../../support/random.js';
import { filteredRows, toRows } from '../../support/row-layout.js';
import { rowsFor, StageDevice, tinyTunings } from '../../support/stage-device.js';

let gpu: StageDevice;
beforeAll(async () => {
  gpu = await StageDevice.create();
});
afterAll(() => gpu.finish());

const cases = [
  { name: 'position and colour', labelCount: 1, ...tinyTunings[0] },
  { name: 'position and colour', labelCount: 3, ...tinyTunings[1] },
  { name: 'position and colour', labelCount: 11, ...tinyTunings[2] },
  { name: 'position', labelCount: 2, ...tinyTunings[3] },
  { name: 'one colour', labelCount: 4, ...tinyTunings[4] },
  { name: '3 features', labelCount: 6, ...tinyTunings[2] },
];

/** A lattice of the CPU twin, factors of pixels, and by vertex the largest factor and the largest term with it. */
function prepare(name: string, maxRunLength: number) {
  const problem = latticeCases[name]();
  const twin = buildOnCpu(problem);
  const { pointCount, featureDim, vertexCount, simplexCount, simplexStarts, simplexRows, points } = twin.lattice;
  const factors = randomFloats(pointCount, 5).map((value) => 0.01 + value);
  const largest = new Float32Array(vertexCount + 1);
  const largestFactors = new Float32Array(vertexCount + 1);
  for (let simplex = 0; simplex < simplexCount; simplex++) {
    for (const pixel of points.subarray(simplexStarts[simplex], simplexStarts[simplex + 1])) {
      for (let k = 0; k <= featureDim; k++) {
        const row = simplexRows[simplex * (featureDim + 1) + k];
        const term = Math.fround(twin.embedding.weights[pixel * (featureDim + 1) + k] * factors[pixel]);
        largest[row] = Math.max(largest[row], term);
        largestFactors[row] = Math.max(largestFactors[row], factors[pixel]);
      }
    }
  }
  const norms = Float32Array.from({ length: 2 * pointCount }, (_, i) => (i % 2 === 0 ? factors[i / 2] : Number.NaN));
  const buffers = uploadLattice(gpu, twin, maxRunLength);
  return {
    ...problem,
    ...twin.lattice,
    lattice: twin.lattice,
    factors,
    largest,
    largestFactors,
    norms: gpu.storage(norms),
    weights: gpu.storage(orderedWeights(twin, factors)),
    buffers,
  };
}

type Prepared = ReturnType<typeof prepare>;

async function findScales(
  { buffers, featureDim, vertexCount, norms }: Prepared,
  tuning: (typeof tinyTunings)[number],
  isBounded = true,
) {
  const scales = gpu.zeros(vertexCount + 1);
  const constants = runConstants(featureDim, tuning);
  const splatCounts = gpu.storage(buffers.splatCounts);
  const bindings = { ...buffers.bindings, norms, splatCounts, scales };
  if (isBounded) await gpu.run(splatScales, { constants, bindings, items: buffers.runCount, entry: 'bounds' });
  await gpu.run(splatScales, { constants, bindings, items: vertexCount });
  return { buffer: scales, values: (await gpu.floats(scales)).subarray(0, vertexCount + 1) };
}

/** Rows on the lattice after splat, [vertexCount + 1, rowChannels], as the numbers that their integers stand for. */
async function splatOnGpu(
  prepared: Prepared,
  { labelCount, ...tuning }: (typeof cases)[number],
  bindings: Partial<LatticeBuffers['bindings']> = {},
) {
  const { size, kernel, buffers, featureDim, vertexCount, weights, pointCount } = prepared;
  const rows = rowsFor({ ...size, labelCount: labelCount + 1 }, [kernel], tuning);
  const q = randomMarginals(pointCount, labelCount + 1, 3);
  const scales = await findScales(prepared, tuning);
  const sums = gpu.zeros((vertexCount + 1) * rows.rowChannels);
  await gpu.run(splat, {
    constants: { ...runConstants(featureDim, tuning, rows), ones: false },
    bindings: {
      ...buffers.bindings,
      weights,
      ...bindings,
      q: gpu.storage(toRows(q, labelCount + 1, rows, 0)),
      scales: scales.buffer,
      sums,
    },
    items: buffers.runCount,
    blocks: rows.blockCount,
  });
  const integers = await gpu.integers(sums, (vertexCount + 1) * rows.rowChannels);
  const values = Float32Array.from(integers, (sum, index) => {
    return sum === 0 ? 0 : sum / scales.values[Math.floor(index / rows.rowChannels)];
  });
  return { rows, q, integers, values };
}

function splatByTwin({ lattice, factors, vertexCount }: Prepared, q: Float32Array, rows: RowPlan): Float32Array {
  const labelCount = q.length / lattice.pointCount;
  const target = new Float32Array((vertexCount + 1) * labelCount);
  splatOnCpu(lattice, q, labelCount, labelCount, factors, target);
  return toRows(filteredRows(target, labelCount, rows), labelCount, rows, 0);
}

describe.each(cases)('$name, $labelCount stored labels, workgroups of $workgroupSize', (given) => {
  test('splat-scales: powers of two that keep terms and sums in bounds, and waste few bits', async () => {
    const prepared = prepare(given.name, given.maxRunLength);
    const { values } = await findScales(prepared, given);
    const { largest, largestFactors, vertexCount } = prepared;
    const { splatCounts } = prepared.buffers;
    expect(values[0]).toBe(0);
    for (let vertex = 1; vertex <= vertexCount; vertex++) {
      const scale = values[vertex];
      expect(Math.log2(scale) % 1).toBe(0);
      const terms = splatCounts[vertex];
      expect(scale * largest[vertex]).toBeLessThan(2 ** 23);
      expect(scale * largest[vertex] * terms).toBeLessThanOrEqual(2 ** 30);
      // A power of two above the largest factor, and one above the number of terms, is all that may be given away.
      expect(4 * scale * largestFactors[vertex] * Math.max(terms, 2 ** 7)).toBeGreaterThanOrEqual(2 ** 30);
    }
  });

  test('splat: sums on every vertex are what the CPU twin has', async () => {
    const prepared = prepare(given.name, given.maxRunLength);
    const { rows, q, values, integers } = await splatOnGpu(prepared, given);
    const expected = splatByTwin(prepared, q, rows);
    expect(values).toBeAllClose(expected, {
      tolerance: 3e-6,
      shape: [values.length / rows.rowChannels, rows.rowChannels],
    });
    expect(integers.every((sum) => Math.abs(sum) <= 2 ** 30)).toBe(true);
  });
});

test('the same bits, in whatever order pixels and runs come', async () => {
  const prepared = prepare('position and colour', 2);
  const given = { name: '', labelCount: 3, ...tinyTunings[1] };
  const once = await splatOnGpu(prepared, given);
  const { bindings, runCount } = prepared.buffers;
  const runs = await gpu.words(bindings.runs, 2 * runCount);
  const reversed = Uint32Array.from(runs, (_, i) => runs[2 * (runCount - 1 - (i >> 1)) + (i & 1)]);
  const again = await splatOnGpu(prepared, given, { runs: gpu.storage(reversed) });
  expect(again.integers).toEqual(once.integers);
});

test('splat of ones needs no Q', async () => {
  const prepared = prepare('position and colour', 2);
  const { lattice, buffers, featureDim, vertexCount, pointCount } = prepared;
  const tuning = tinyTunings[1];
  const scales = await findScales(prepared, tuning, false);
  const sums = gpu.zeros(vertexCount + 1);
  await gpu.run(splat, {
    constants: { ...runConstants(featureDim, tuning), ...oneChannel, ones: true },
    bindings: { ...buffers.bindings, scales: scales.buffer, sums, turn: gpu.uniform(0) },
    items: buffers.runCount,
  });
  const expected = new Float32Array(vertexCount + 1);
  const ones = new Float32Array(pointCount).fill(1);
  splatOnCpu(lattice, ones, 1, 1, ones, expected);
  const found = Float32Array.from(await gpu.integers(sums, vertexCount + 1), (sum, i) => sum / (scales.values[i] || 1));
  expect(found).toBeAllClose(expected, { tolerance: 1e-4 });
});

test('one weight that is wrong, or one pixel in the wrong run, is noticed', async () => {
  const prepared = prepare('position and colour', 2);
  const given = { name: '', labelCount: 3, ...tinyTunings[1] };
  const { bindings } = prepared.buffers;
  const wrongWeights = await gpu.floats(prepared.weights);
  wrongWeights[17] += 0.01;
  const wrongPixels = await gpu.words(bindings.sortedPixels, prepared.pointCount);
  wrongPixels[5] = wrongPixels[6];
  for (const wrong of [{ weights: gpu.storage(wrongWeights) }, { sortedPixels: gpu.storage(wrongPixels) }]) {
    const { rows, q, values } = await splatOnGpu(prepared, given, wrong);
    const expected = splatByTwin(prepared, q, rows);
    expect(() => expect(values).toBeAllClose(expected, { tolerance: 3e-6 })).toThrow(/largest difference/);
  }
});
