// SPDX-License-Identifier: MIT

import { repack } from '../../stages/repack.js';
import { type BufferPlan, constantUniform, type Part } from '../plan/buffer-plan.js';
import type { EnginePlan } from '../plan/plan.js';
import { dispatch, perItem, type Step } from './dispatch.js';

/** What of the old rows there is to be moved. */
export interface Filled {
  readonly hasUnary: boolean;
  readonly hasStarted: boolean;
}

/** pixelCount, labelCount, first label of the old and of the new slab; by old, then new slab. */
export interface RepackUniforms extends Part {
  readonly problems: readonly (readonly BufferPlan[])[];
}

export function planRepack(from: EnginePlan, to: EnginePlan): RepackUniforms {
  const problems = from.rows.firstLabels.map((oldFirst) =>
    to.rows.firstLabels.map((newFirst) =>
      constantUniform('repack.problem', [to.pixelCount, to.size.labelCount, oldFirst, newFirst], 'pixels, labels'),
    ),
  );
  return { problems, from: [], buffers: problems.flat() };
}

/** Energies and Q from the rows of one plan to those of another, whose layout differs. */
export function repackSteps(from: EnginePlan, to: EnginePlan, uniforms: RepackUniforms, filled: Filled): Step[] {
  return [
    ...(filled.hasUnary ? moveSteps(from, to, uniforms, 'unary') : []),
    ...(filled.hasStarted ? moveSteps(from, to, uniforms, 'q') : []),
  ];
}

function moveSteps(from: EnginePlan, to: EnginePlan, uniforms: RepackUniforms, name: 'unary' | 'q'): Step[] {
  const oldRows = from.pixels[name];
  const newRows = to.pixels[name];
  const energies = name === 'unary';
  const lastUnary = from.rows.implicitLast ? from.pixels.lastUnary : to.pixels.lastUnary;
  const step = (entry: string, oldSlab: number, newSlab: number) =>
    dispatch(repack, {
      timing: 'repack',
      entry,
      constants: {
        workgroupSize: to.tuning.workgroupSize,
        oldChannels: from.rows.rowChannels,
        oldStored: from.rows.storedLabels,
        oldImplicitLast: from.rows.implicitLast,
        newChannels: to.rows.rowChannels,
        newStored: to.rows.storedLabels,
        newImplicitLast: to.rows.implicitLast,
        energies,
      },
      bindings: {
        repack: uniforms.problems[oldSlab][newSlab],
        oldRows: oldRows[oldSlab],
        lastUnary,
        newRows: newRows[newSlab],
      },
      workgroups: perItem(to.pixelCount, to.tuning.workgroupSize),
    });
  const leavesLastOut = energies && to.rows.implicitLast && !from.rows.implicitLast;
  return [
    ...(leavesLastOut ? [...oldRows.map((_rows, slab) => step('lowest', slab, 0)), step('base', 0, 0)] : []),
    ...oldRows.flatMap((_old, oldSlab) => newRows.map((_new, newSlab) => step('main', oldSlab, newSlab))),
  ];
}
