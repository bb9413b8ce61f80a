// SPDX-License-Identifier: MIT

import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { readFloatNpy } from '../../../src/cli/files/npy.js';
import { CpuCrf } from '../../../src/cpu/cpu-crf.js';
import { resolveParameters } from '../../../src/problem/parameters.js';
import type { Method } from '../../../src/problem/types.js';
import type { RowEngine } from '../../../src/reference/rows.js';
import { differenceOf } from '../../support/close.js';
import {
  countWrongLabels,
  type GoldenName,
  goldenFile,
  goldenMarginals,
  goldenNames,
  goldenTolerance,
} from '../../support/golden.js';
import { type GoldenProblem, loadGoldenProblem } from '../../support/golden-problem.js';
import { rowEngines } from '../../support/row-engines.js';

/** Only these cases have exact sums: the others are too large for N². */
const exactNames = goldenNames.filter((name) => name !== 'photo-21-labels' && name !== 'scribbles-2-labels');

function startCrf({ size, kernels, unary, image }: GoldenProblem, method: Method, engine?: RowEngine): CpuCrf {
  const crf = new CpuCrf(size, resolveParameters({ kernels, method }, size), engine);
  if (image) crf.setImage(image);
  crf.setUnary(unary);
  crf.start();
  return crf;
}

function goldenDivergences(name: GoldenName): Record<string, number> {
  return JSON.parse(readFileSync(goldenFile(name, 'kl.json'), 'utf8'));
}

test('every folder of golden cases is tested', () => {
  const folders = readdirSync(path.join(import.meta.dirname, '../../fixtures'), { withFileTypes: true });
  const names = folders.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  expect(names.sort()).toEqual([...goldenNames].sort());
});

describe.each(goldenNames)('%s', (name) => {
  test.each(rowEngines)("on %s, the lattice gives pydensecrf's Q, labels and KL", async (_engine, createEngine) => {
    const problem = await loadGoldenProblem(name);
    const crf = startCrf(problem, 'lattice', await createEngine(problem.size));
    const divergences = goldenDivergences(name);
    let done = 0;
    for (const iterations of problem.iterations) {
      for (; done < iterations; done++) crf.step();
      const expected = await goldenMarginals(name, iterations);
      const tolerance = iterations === 0 ? 1e-5 : goldenTolerance(iterations);
      expect(crf.marginals()).toBeAllClose(expected, { tolerance });
      expect(countWrongLabels(crf.labelMap(), expected)).toBe(0);
      // Float32 sums over all pixels on pydensecrf's side; absolute where the KL is almost 0.
      const divergence = divergences[iterations];
      expect(Math.abs(crf.energy().kl - divergence)).toBeLessThan(2e-5 * Math.abs(divergence) + 1e-4);
    }
  });
});

describe.each(exactNames)('%s', (name) => {
  test('the exact method gives the O(N²) Q in double precision', async () => {
    const problem = await loadGoldenProblem(name);
    const crf = startCrf(problem, 'exact');
    let done = 0;
    for (const iterations of problem.iterations.filter((count) => count > 0)) {
      for (; done < iterations; done++) crf.step();
      const { data } = await readFloatNpy(goldenFile(name, `exact_${iterations}.npy`));
      expect(crf.marginals()).toBeAllClose(data, { tolerance: 1e-4 });
    }
  });
});

test('the lattice is an approximation: near the exact sum on average, far from it in places', async () => {
  const problem = await loadGoldenProblem('default-5-labels');
  const crf = startCrf(problem, 'lattice');
  for (let i = 0; i < 5; i++) crf.step();
  const { data } = await readFloatNpy(goldenFile('default-5-labels', 'exact_5.npy'));
  const difference = differenceOf(crf.marginals(), data);
  expect(difference.mean).toBeLessThan(0.03);
  expect(difference.maximum).toBeGreaterThan(1e-3);
});

test('a wrong weight is seen by these comparisons', async () => {
  const problem = await loadGoldenProblem('default-5-labels');
  const kernels = problem.kernels.map((kernel) => ({ ...kernel, compatibility: 3.01 }));
  const crf = startCrf({ ...problem, kernels }, 'lattice');
  crf.step();
  const expected = await goldenMarginals('default-5-labels', 1);
  expect(differenceOf(crf.marginals(), expected).maximum).toBeGreaterThan(goldenTolerance(1));
});
