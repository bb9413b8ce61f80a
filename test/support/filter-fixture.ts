// SPDX-License-Identifier: MIT

import { build, message, normalize, spread } from '../../src/engine/lists/iteration.js';
import { storage } from '../../src/engine/plan/buffer-plan.js';
import { isOneBlock } from '../../src/engine/plan/row-plan.js';
import type { Tuning } from '../../src/engine/plan/tuning.js';
import type { ProblemSize, ResolvedKernel } from '../../src/problem/types.js';
import { addMessage } from '../../src/reference/compatibility.js';
import type { ScaledFilter } from '../../src/reference/filter.js';
import { factorsOf } from '../../src/reference/filter.js';
import { normalize as normalizeTwin } from '../../src/reference/normalization.js';
import { Planned, planFor } from './planned.js';
import { randomFloats, randomMarginals } from './random.js';
import { fromRows, relativeToLast, toRows, updatedRows } from './row-layout.js';
import type { StageDevice } from './stage-device.js';

export interface FilterCase {
  size: ProblemSize;
  kernel: ResolvedKernel;
  tuning: Tuning;
  largestBinding?: number;
  /** RGBA bytes, for bilateral kernels. */
  image?: Uint8Array | Uint8ClampedArray;
}

/** Builds a kernel's filter, computes its n, and adds its message to fresh logits, on both backends. */
export async function filterBoth(gpu: StageDevice, problem: FilterCase, twin: ScaledFilter) {
  const { size, kernel, image } = problem;
  const { labelCount } = size;
  const pixelCount = size.width * size.height;
  const plan = planFor({ ...problem, kernels: [kernel] });
  const { rows, pixels } = plan;
  const q = randomMarginals(pixelCount, labelCount, 1);
  const energies = randomFloats(pixelCount * labelCount, 2, 3);
  const relative = relativeToLast(energies, labelCount, rows);
  // Of the test's own, so that Q stays what it is.
  const logits = pixels.q.map(({ bytes }) => storage('test.logits', bytes / 4, '', ''));
  const planned = new Planned(gpu, plan, logits);
  rows.firstLabels.forEach((_first, slab) => {
    planned.write(pixels.q[slab], toRows(q, labelCount, rows, slab));
    planned.write(pixels.unary[slab], toRows(relative, labelCount, rows, slab, 3e38));
    planned.write(logits[slab], new Float32Array(pixelCount * rows.rowChannels).fill(77));
  });
  if (image) planned.write(plan.input.image, new Uint32Array(image.slice().buffer));

  const use = { firstKernel: true, lastKernel: isOneBlock(rows), messageOnly: false };
  const [kernelPlan] = plan.kernels;
  const slabs = rows.firstLabels.map((_first, slab) => slab);
  await planned.run([
    ...build(plan, kernelPlan),
    ...normalize(plan, kernelPlan),
    ...slabs.flatMap((source) => [
      ...spread(plan, kernelPlan, source),
      ...(kernelPlan.penalties ? slabs : [source]).flatMap((target) => {
        const firstKernel = kernelPlan.penalties ? source === 0 : source === target;
        return message(plan, kernelPlan, [source, target], logits[target], { ...use, firstKernel });
      }),
    ]),
  ]);
  const words = pixelCount * rows.rowChannels;
  const found = await Promise.all(logits.map((buffer) => planned.floats(buffer, words)));
  const norms = await planned.floats(kernelPlan.normalization.norms, 2 * pixelCount);
  planned.destroy();

  const scaling = factorsOf(normalizeTwin(twin, kernel.normalization), pixelCount);
  const expected = new Float32Array(pixelCount * labelCount);
  const { compatibility } = kernel;
  if (compatibility.kind === 'potts') twin.addFiltered(q, labelCount, compatibility.weight, expected);
  else {
    const filtered = new Float32Array(expected.length);
    twin.addFiltered(q, labelCount, 1, filtered);
    addMessage(compatibility, filtered, labelCount, labelCount, expected);
  }
  return {
    rows,
    found: fromRows(found, rows),
    expected: updatedRows(energies, expected, labelCount, rows, use),
    factors: norms.filter((_value, i) => i % 2 === 0),
    expectedFactors: kernel.normalization === 'after' ? scaling.after : scaling.before,
    shape: [pixelCount, rows.storedLabels],
  };
}
