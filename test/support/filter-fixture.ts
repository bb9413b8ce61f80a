// SPDX-License-Identifier: MIT

import type { FilterContext, KernelFilter } from '../../src/crf/kernel-filter.js';
import { isOneBlock } from '../../src/crf/row-plan.js';
import type { Tuning } from '../../src/crf/tuning.js';
import type { ProblemSize, ResolvedKernel } from '../../src/problem/types.js';
import { addMessage } from '../../src/reference/compatibility.js';
import type { Filter } from '../../src/reference/filter.js';
import { normalize } from '../../src/reference/normalization.js';
import { randomFloats, randomMarginals } from './random.js';
import { fromRows, relativeToLast, toRows, updatedRows } from './row-layout.js';
import { rowsFor, type StageDevice } from './stage-device.js';

export interface FilterCase {
  size: ProblemSize;
  kernel: ResolvedKernel;
  tuning: Tuning;
  largestBinding?: number;
}

/** Builds a kernel's filter, computes its n, and adds its message to fresh logits, on both backends. */
export async function filterBoth(
  gpu: StageDevice,
  { size, kernel, tuning, largestBinding }: FilterCase,
  create: (context: FilterContext) => KernelFilter,
  twin: Filter,
) {
  const { labelCount } = size;
  const pixelCount = size.width * size.height;
  const rows = rowsFor(size, [kernel], tuning, largestBinding);
  const q = randomMarginals(pixelCount, labelCount, 1);
  const energies = randomFloats(pixelCount * labelCount, 2, 3);
  const relative = relativeToLast(energies, labelCount, rows);
  const filter = create(gpu.context(size, rows, tuning));
  const vertexRowWords = Math.max(1, filter.vertexRowBytes / 4);
  const shared = {
    image: gpu.zeros(pixelCount),
    q: rows.firstLabels.map((_first, slab) => gpu.storage(toRows(q, labelCount, rows, slab))),
    unary: rows.firstLabels.map((_first, slab) => gpu.storage(toRows(relative, labelCount, rows, slab, 1e38))),
    logits: rows.firstLabels.map(() => gpu.filled(pixelCount * rows.rowChannels, 77)),
    sums: gpu.zeros(vertexRowWords),
    spareRows: gpu.zeros(vertexRowWords),
  };
  const lastKernel = isOneBlock(rows);
  const use = { firstKernel: true, lastKernel, messageOnly: false };
  const further = { ...use, firstKernel: false };
  await filter.prepare(shared, use);
  await filter.prepare(shared, further);
  const crosses = kernel.compatibility.kind !== 'potts';
  gpu.encode((stages) => {
    filter.encodeBuild(stages);
    filter.encodeNormalization(stages);
    for (let source = 0; source < rows.slabCount; source++) {
      filter.encodeSpread(stages, source);
      for (let target = 0; target < rows.slabCount; target++) {
        const isFirst = crosses ? source === 0 : source === target;
        filter.encodeMessage(stages, source, target, isFirst ? use : further);
      }
    }
  });
  const words = pixelCount * rows.rowChannels;
  const slabs = await Promise.all(shared.logits.map((buffer) => gpu.floats(buffer, words)));
  const norms = await gpu.floats(filter.norms, 2 * pixelCount);
  filter.destroy();

  const scaling = normalize(twin, kernel.normalization);
  const message = new Float32Array(pixelCount * labelCount);
  const { compatibility } = kernel;
  if (compatibility.kind === 'potts') twin.addFiltered(q, labelCount, compatibility.weight, message);
  else {
    const filtered = new Float32Array(message.length);
    twin.addFiltered(q, labelCount, 1, filtered);
    addMessage(compatibility, filtered, labelCount, labelCount, message);
  }
  return {
    rows,
    found: fromRows(slabs, rows),
    expected: updatedRows(energies, message, labelCount, rows, use),
    factors: norms.filter((_value, i) => i % 2 === 0),
    expectedFactors: kernel.normalization === 'after' ? scaling.after : scaling.before,
    shape: [pixelCount, rows.storedLabels],
  };
}
