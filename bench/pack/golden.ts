// SPDX-License-Identifier: MIT

import { DenseCrf, type TuningOption } from '../../src/index.js';
import { differenceOf } from '../../test/support/close.js';
import { countWrongLabels } from '../../test/support/golden.js';
import { allVariants, variantName } from '../../test/support/variants.js';
import type { Findings } from './findings.js';
import type { GoldenCase } from './golden-case.js';

/** The largest distance of any Q from pydensecrf's. */
export interface GoldenDistance {
  name: string;
  iterations: number;
  distance: number;
  tolerance: number;
}

/** Every golden case against what is stored of it. */
export async function compareGolden(
  device: GPUDevice,
  cases: readonly GoldenCase[],
  findings: Findings,
): Promise<GoldenDistance[]> {
  const distances: GoldenDistance[] = [];
  for (const { name, size, parameters, input, expected } of cases) {
    if (findings.isOver) {
      findings.leaveOut(`golden case ${name}`);
      continue;
    }
    const crf = await DenseCrf.create({ ...size, parameters, backend: 'webgpu', device, tuning: 'off' });
    await crf.start(input);
    let done = 0;
    for (const { iterations, q, tolerance } of expected) {
      await crf.step(iterations - done);
      done = iterations;
      const { maximum } = differenceOf(await crf.marginals(), q);
      const wrong = countWrongLabels(await crf.labelMap(), q);
      distances.push({ name, iterations, distance: maximum, tolerance });
      if (!(maximum <= tolerance)) {
        findings.fail(
          `${name}, ${iterations} iterations: ${maximum} from pydensecrf's Q, expected at most ${tolerance}`,
        );
      }
      if (wrong > 0) findings.fail(`${name}, ${iterations} iterations: ${wrong} labels differ from pydensecrf's`);
    }
    crf.destroy();
  }
  const worst = distances.reduce((largest, { distance }) => Math.max(largest, distance), 0);
  findings.say(`${distances.length} distances from pydensecrf's Q, at most ${worst.toExponential(1)}`);
  return distances;
}

/**
 * Every golden case with every shape of the shaders, and once more with the first: Q has the same bits each time. Returns how many were compared.
 */
export async function compareShapes(
  device: GPUDevice,
  cases: readonly GoldenCase[],
  findings: Findings,
): Promise<number> {
  const [plain, ...others] = allVariants;
  let compared = 0;
  for (const golden of cases) {
    const { table } = await bitsOf(device, golden, 'off');
    if (!table || table.entries.length === 0) continue;
    const tuned = (shapes: typeof plain) => ({
      ...table,
      entries: table.entries.map((entry) => ({ ...entry, ...shapes })),
    });
    const expected = (await bitsOf(device, golden, tuned(plain))).bits;
    for (const shapes of [plain, ...others]) {
      const title = `${golden.name}, shapes ${variantName(shapes)}`;
      if (findings.isOver) {
        findings.leaveOut(title);
        continue;
      }
      const { bits } = await bitsOf(device, golden, tuned(shapes));
      const differing = bits.reduce((count, word, at) => count + (word === expected[at] ? 0 : 1), 0);
      if (differing > 0) findings.fail(`${title}: ${differing} of ${bits.length} values have other bits`);
      compared++;
    }
  }
  findings.say(`${compared} comparisons of ${allVariants.length} shapes, bit by bit`);
  return compared;
}

/** Q after two iterations, as bits. */
async function bitsOf(device: GPUDevice, { size, parameters, input }: GoldenCase, tuning: TuningOption) {
  const options = { ...size, parameters: { ...parameters, iterations: 2 }, backend: 'webgpu', device, tuning } as const;
  const crf = await DenseCrf.create(options);
  try {
    await crf.refine(input);
    return { bits: new Uint32Array((await crf.marginals()).buffer), table: crf.tuning };
  } finally {
    crf.destroy();
  }
}
