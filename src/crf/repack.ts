// SPDX-License-Identifier: MIT

import { BufferSet } from '../gpu/buffers.js';
import { PlainEncoder } from '../gpu/pass.js';
import { foldedGrid } from '../gpu/program.js';
import { writeUniform } from '../gpu/uniforms.js';
import { repack as repackStage } from '../stages/repack.js';
import type { PixelRows } from './pixel-rows.js';
import type { RowPlan } from './row-plan.js';

/** What of the old rows there is to be moved. */
export interface Filled {
  hasUnary: boolean;
  hasStarted: boolean;
}

type RowsBySlab = readonly GPUBuffer[];

/** Moves energies and Q to rows of another layout, on the GPU. */
export async function repackRows(from: PixelRows, to: PixelRows, { hasUnary, hasStarted }: Filled): Promise<void> {
  const { device } = to.context;
  // Uniforms; the queue has them before they go.
  const temporary = new BufferSet(device);
  try {
    const encoder = device.createCommandEncoder({ label: 'repack' });
    const stages = new PlainEncoder(encoder);
    for (const encode of [
      ...(hasUnary ? await movesOf(temporary, from, to, from.unary, to.unary, true) : []),
      ...(hasStarted ? await movesOf(temporary, from, to, from.q, to.q, false) : []),
    ]) {
      stages.stage('repack', encode);
    }
    stages.end();
    device.queue.submit([encoder.finish()]);
  } finally {
    temporary.destroy();
  }
}

type Encode = (pass: GPUComputePassEncoder) => void;

async function movesOf(
  temporary: BufferSet,
  from: PixelRows,
  to: PixelRows,
  oldRows: RowsBySlab,
  newRows: RowsBySlab,
  energies: boolean,
): Promise<Encode[]> {
  const { device, programs, size, tuning } = to.context;
  const [before, after] = [from.plan, to.plan];
  const pixelCount = size.width * size.height;
  const constants = { ...constantsOf(before, after), workgroupSize: tuning.workgroupSize, energies };
  const grid = foldedGrid(Math.ceil(pixelCount / tuning.workgroupSize));
  const lastUnary = { buffer: before.implicitLast ? from.lastUnary : to.lastUnary };
  const step = async (entry: string, oldSlab: number, newSlab: number): Promise<Encode> => {
    const program = await programs.get(repackStage, constants, entry);
    const uniform = temporary.uniform('repack.uniform', 4);
    const firsts = [before.firstLabels[oldSlab], after.firstLabels[newSlab]];
    writeUniform(device, uniform, [pixelCount, size.labelCount, ...firsts]);
    const group = program.bind({
      repack: { buffer: uniform },
      oldRows: { buffer: oldRows[oldSlab] },
      lastUnary,
      newRows: { buffer: newRows[newSlab] },
    });
    return (pass) => program.encode(pass, group, grid);
  };
  const steps: Promise<Encode>[] = [];
  if (energies && after.implicitLast && !before.implicitLast) {
    oldRows.forEach((_rows, slab) => {
      steps.push(step('lowest', slab, 0));
    });
    steps.push(step('base', 0, 0));
  }
  oldRows.forEach((_old, oldSlab) => {
    newRows.forEach((_new, newSlab) => {
      steps.push(step('main', oldSlab, newSlab));
    });
  });
  return Promise.all(steps);
}

function constantsOf(before: RowPlan, after: RowPlan) {
  return {
    oldChannels: before.rowChannels,
    oldStored: before.storedLabels,
    oldImplicitLast: before.implicitLast,
    newChannels: after.rowChannels,
    newStored: after.storedLabels,
    newImplicitLast: after.implicitLast,
  };
}
