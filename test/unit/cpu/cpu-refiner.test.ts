// SPDX-License-Identifier: MIT

import { describe, expect, test } from 'vitest';
import { CpuCrf } from '../../../src/cpu/cpu-crf.js';
import { CpuRefiner } from '../../../src/cpu/cpu-refiner.js';
import { DenseCrf } from '../../../src/dense-crf.js';
import { resolveParameters } from '../../../src/problem/parameters.js';
import {
  afterReuse,
  allRefusals,
  badCounts,
  callImage,
  callLogits,
  callSize,
  coloured,
  spatial,
  withoutReuse,
} from '../../support/calls.js';
import { drawnLogits } from '../../support/problems.js';
import { simdEngine } from '../../support/row-engines.js';

const create = (parameters = spatial) => CpuRefiner.create(callSize, parameters);

describe('what is refused', () => {
  test('names the method or the argument, and says what helps', async () => {
    const { fresh, imageless, started, destroyed } = await allRefusals(await create(coloured));
    for (const method of ['marginals', 'labelMap', 'confidence', 'entropy', 'gpuResults', 'energy', 'step']) {
      expect(fresh[method]).toBe(
        `ArgumentError: ${method}: got "no Q yet", expected a Q to work on. Call refine() or start() first`,
      );
    }
    expect(fresh['refine with an image alone']).toMatch(/^ArgumentError: unary: got undefined/);
    expect(fresh['refine from nothing']).toMatch(/^ArgumentError: warmStart: got true/);
    const noImage =
      'ArgumentError: image: got undefined, expected an image, as kernels[1] is bilateral. Give one to refine() or start()';
    expect(fresh['refine without an image']).toBe(noImage);
    for (const call of ['step', 'energy', 'refine({})', 'start({})']) expect(imageless[call]).toBe(noImage);
    for (const refusals of [fresh, imageless, started]) {
      for (const count of badCounts) {
        expect(refusals[`step(${String(count)})`]).toMatch(
          /^ArgumentError: count: got .*, expected a whole number in 0..10000$/,
        );
      }
    }
    expect(new Set(Object.values(destroyed))).toEqual(new Set(['DeviceError: this DenseCrf was destroyed']));
  });

  test('leaves the object as it was', async () => {
    const crf = await create();
    await crf.refine({ unary: { logits: callLogits } });
    const q = await crf.marginals();
    crf.setParameters(coloured);
    await expect(crf.step()).rejects.toThrow('image');
    expect(await crf.marginals()).toEqual(q);
    await crf.refine({ image: callImage });
    expect(await crf.marginals()).not.toEqual(q);
  });
});

describe('step', () => {
  const tolerant = { ...spatial, tolerance: 0.02, iterations: 30 };

  test('stops when the tolerance is met, and says after how many', async () => {
    const [stepped, refined] = [await create(tolerant), await create(tolerant)];
    await stepped.start({ unary: { logits: callLogits } });
    const report = await stepped.step(30);
    expect(report).toEqual(await refined.refine({ unary: { logits: callLogits } }));
    expect(report.iterations).toBeLessThan(30);
    expect(report.change).toBeLessThanOrEqual(0.02);
    expect(await stepped.marginals()).toEqual(await refined.marginals());
  });

  test('of none changes nothing and measures nothing', async () => {
    const crf = await create(tolerant);
    await crf.start({ unary: { logits: callLogits } });
    const q = await crf.marginals();
    expect(await crf.step(0)).toMatchObject({ iterations: 0, change: Number.NaN });
    expect(await crf.marginals()).toEqual(q);
  });
});

describe('arguments', () => {
  test('are taken when a call is made', async () => {
    const parameters = (given: typeof coloured) => CpuRefiner.create(callSize, given);
    expect(await afterReuse(parameters)).toEqual(await withoutReuse(parameters));
  });

  test('of create are taken when it is called', async () => {
    const given = { kernels: [{ type: 'gaussian' as const, sigmaXY: 2, compatibility: 2 }], iterations: 2 };
    const creating = DenseCrf.create({ ...callSize, backend: 'cpu', parameters: given });
    given.kernels[0].sigmaXY = 0;
    given.iterations = 9;
    const [crf, expected] = [await creating, await create()];
    for (const one of [crf, expected]) await one.refine({ unary: { logits: callLogits } });
    expect(await crf.marginals()).toEqual(await expected.marginals());
  });

  test('with features that have changed build a lattice of what they are now', async () => {
    const features = Float32Array.from({ length: 2 * 54 }, (_unused, index) => (index % 7) / 2);
    const parameters = { kernels: [{ type: 'features' as const, features, featureDim: 2 }], iterations: 1 };
    const crf = await create(parameters);
    const { vertexCounts } = await crf.refine({ unary: { logits: callLogits } });
    for (const [index] of features.entries()) features[index] = index / 3;
    crf.setParameters(parameters);
    const fresh = await create(parameters);
    const report = await crf.refine({});
    expect(report).toEqual(await fresh.refine({ unary: { logits: callLogits } }));
    expect(report.vertexCounts).not.toEqual(vertexCounts);
    expect(await crf.marginals()).toEqual(await fresh.marginals());
  });

  test('that are Node’s buffers are copied too', async () => {
    // `slice` of these does not copy.
    const data = Buffer.from(callImage.data);
    const [crf, expected] = [await create(coloured), await create(coloured)];
    await crf.start({ image: { ...callImage, data }, unary: { logits: callLogits } });
    data.fill(0);
    await crf.step(2);
    await expected.refine({ image: callImage, unary: { logits: callLogits } });
    expect(await crf.marginals()).toEqual(await expected.marginals());
  });
});

describe('logits as far from zero as float32 goes', () => {
  /** What the labels of a pixel get in turn, from the first and from the last. */
  const rows = [[-3.4e38], [3.4e38], [-3.4e38, -3e38], [-3.4e38, 2, 1], [1, 2, -1e9], [3.4e38, 1, -3.4e38], [0]];

  test.each([1, 2, 3, 5, 6])('%i labels: no label that there is not, and the twin’s Q', async (labelCount) => {
    const size = { width: 14, height: 2, labelCount };
    const logits = new Float32Array(28 * labelCount);
    for (let pixel = 0; pixel < 28; pixel++) {
      const row = rows[pixel % rows.length];
      for (let label = 0; label < labelCount; label++) {
        const at = pixel < 14 ? label : labelCount - 1 - label;
        logits[label * 28 + pixel] = row[Math.min(at, row.length - 1)];
      }
    }
    for (const damping of [0, 0.5]) {
      const parameters = { ...spatial, damping };
      const crf = await CpuRefiner.create(size, parameters);
      await crf.refine({ unary: { logits } });
      const twin = new CpuCrf(size, resolveParameters(parameters, size));
      twin.setUnary(logits.map((logit) => -logit));
      twin.start();
      twin.run();
      expect(await crf.marginals()).toBeAllClose(twin.marginals(), { tolerance: 1e-6 });
      expect(Math.max(...(await crf.labelMap()))).toBeLessThan(labelCount);
      const energy = await crf.energy();
      expect(energy.unaryTerm / twin.energy().unaryTerm).toBeCloseTo(1, 5);
      expect(Number.isFinite(energy.entropyTerm) && Number.isFinite(energy.pairwiseTerm)).toBe(true);
    }
  });

  test('channels that are no label stay at 0', async () => {
    const size = { width: 4, height: 1, labelCount: 5 };
    const crf = new CpuCrf(size, resolveParameters(spatial, size), await simdEngine(size));
    crf.setUnary(new Float32Array(20).fill(3.4e38));
    crf.start();
    crf.run();
    expect(Math.max(...crf.labelMap())).toBeLessThan(5);
    expect(crf.marginals().every((q) => Math.abs(q - 0.2) < 1e-6)).toBe(true);
    crf.setUnary(drawnLogits(size));
    crf.step();
    expect(crf.marginals().every(Number.isFinite)).toBe(true);
  });
});
