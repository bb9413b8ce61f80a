// SPDX-License-Identifier: MIT

import { separable } from '../../stages/separable.js';
import type { BufferPlan } from '../plan/buffer-plan.js';
import { normalizationFlags } from '../plan/kernel-base.js';
import type { EnginePlan } from '../plan/plan.js';
import type { SeparablePlan } from '../plan/separable-plan.js';
import { compatibilitySteps } from './compatibility.js';
import { type MessageUse, oneChannel, rowConstants } from './constants.js';
import { dispatch, perItem, type Step } from './dispatch.js';

/** n; with `secondPass`, after it, the message of Q = 1 where n is divided by before. */
export function separableNormalization(plan: EnginePlan, kernelPlan: SeparablePlan, secondPass: boolean): Step[] {
  const { structure, normalization } = kernelPlan;
  const { norms, partialNorms } = normalization;
  return ['normalizeRows', 'normalizeColumns'].map((entry) =>
    dispatch(separable, {
      timing: 'normalization',
      entry,
      constants: { ...separableConstants(plan, kernelPlan), ...oneChannel, ...noUse, secondPass },
      bindings: { separable: structure.separable, norms, partialNorms },
      workgroups: perItem(plan.pixelCount, plan.tuning.workgroupSize),
    }),
  );
}

/** First half of an iteration: Q of a slab, convolved along x. */
export function separableSpread(plan: EnginePlan, kernelPlan: SeparablePlan, slab: number): Step[] {
  return [
    dispatch(separable, {
      timing: 'separable rows',
      entry: 'rows',
      constants: { ...separableConstants(plan, kernelPlan), ...noUse, secondPass: false },
      bindings: {
        separable: kernelPlan.structure.separable,
        norms: kernelPlan.normalization.norms,
        q: plan.pixels.q[slab],
        partial: kernelPlan.rows.partial,
      },
      workgroups: perItem(plan.pixelCount, plan.tuning.workgroupSize, plan.rows.blockCount),
    }),
  ];
}

/** Second half: along y, through the compatibility, into the logits of the target slab. */
export function separableMessage(
  plan: EnginePlan,
  kernelPlan: SeparablePlan,
  [source, target]: readonly [source: number, target: number],
  logits: BufferPlan,
  use: MessageUse,
): Step[] {
  const { structure, normalization, penalties, rows } = kernelPlan;
  const workgroups = perItem(plan.pixelCount, plan.tuning.workgroupSize, plan.rows.blockCount);
  const transformed = penalties?.transformed;
  return [
    ...(penalties && transformed
      ? compatibilitySteps(plan, penalties, [source, target], {
          counted: penalties.pixelCounted,
          source: rows.partial,
          transformed,
          firstRow: 0,
          workgroups,
        })
      : []),
    dispatch(separable, {
      timing: 'separable columns',
      entry: 'columns',
      constants: { ...separableConstants(plan, kernelPlan), ...use, secondPass: false },
      bindings: {
        separable: structure.separable,
        norms: normalization.norms,
        partial: transformed ?? rows.partial,
        unary: plan.pixels.unary[target],
        logits,
      },
      workgroups,
    }),
  ];
}

const noUse: MessageUse = { firstKernel: false, lastKernel: false, messageOnly: false };

function separableConstants(plan: EnginePlan, { kernel }: SeparablePlan) {
  const { symmetric, divided, dividesBefore, dividesAfter } = normalizationFlags(kernel);
  return { ...rowConstants(plan.rows, plan.tuning), symmetric, divided, divides: dividesBefore, dividesAfter };
}
