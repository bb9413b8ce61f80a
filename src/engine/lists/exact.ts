// SPDX-License-Identifier: MIT

import { exact } from '../../stages/exact.js';
import { features } from '../../stages/features.js';
import type { BufferPlan } from '../plan/buffer-plan.js';
import type { ExactPlan } from '../plan/exact-plan.js';
import { normalizationFlags } from '../plan/kernel-base.js';
import type { EnginePlan } from '../plan/plan.js';
import { compatibilitySteps } from './compatibility.js';
import { type MessageUse, oneChannel, rowConstants } from './constants.js';
import { dispatch, perItem, type Step } from './dispatch.js';

/** Features by pixel, from the image or as they were given. */
export function exactBuild(plan: EnginePlan, { kernel, structure }: ExactPlan): Step[] {
  const { workgroupSize } = plan.tuning;
  return [
    dispatch(features, {
      timing: 'features',
      constants: {
        workgroupSize,
        featureDim: kernel.featureDim,
        fromImage: kernel.type === 'bilateral',
        fromFeatures: kernel.type === 'features',
      },
      bindings: {
        problem: structure.problem,
        table: structure.table,
        image: plan.input.image,
        features: structure.features,
      },
      workgroups: perItem(plan.pixelCount, workgroupSize),
    }),
  ];
}

/** n; with `secondPass`, after it, the message of Q = 1 where n is divided by before. */
export function exactNormalization(plan: EnginePlan, kernelPlan: ExactPlan, secondPass: boolean): Step[] {
  const { structure, normalization } = kernelPlan;
  return structure.ranges.map(({ uniform, first, end }) =>
    dispatch(exact, {
      timing: 'normalization',
      entry: 'normalize',
      constants: { ...exactConstants(plan, kernelPlan), ...oneChannel, ...noUse, secondPass },
      bindings: { exact: uniform, features: structure.features, norms: normalization.norms },
      workgroups: perItem(end - first, plan.tuning.workgroupSize),
    }),
  );
}

/** The message of the source slab, through the compatibility, into the logits of the target slab. */
export function exactMessage(
  plan: EnginePlan,
  kernelPlan: ExactPlan,
  [source, target]: readonly [source: number, target: number],
  logits: BufferPlan,
  use: MessageUse,
): Step[] {
  const { structure, normalization, penalties } = kernelPlan;
  const { pixelCount, rows, tuning, pixels } = plan;
  const transformed = penalties?.transformed;
  return [
    ...(penalties && transformed
      ? compatibilitySteps(plan, penalties, [source, target], {
          counted: penalties.pixelCounted,
          source: pixels.q[source],
          transformed,
          firstRow: 0,
          workgroups: perItem(pixelCount, tuning.workgroupSize, rows.blockCount),
        })
      : []),
    ...structure.ranges.map(({ uniform, first, end }) =>
      dispatch(exact, {
        timing: 'exact',
        constants: { ...exactConstants(plan, kernelPlan), ...use, secondPass: false },
        bindings: {
          exact: uniform,
          features: structure.features,
          norms: normalization.norms,
          q: transformed ?? pixels.q[source],
          unary: pixels.unary[target],
          logits,
        },
        workgroups: perItem(end - first, tuning.workgroupSize, rows.blockCount),
      }),
    ),
  ];
}

const noUse: MessageUse = { firstKernel: false, lastKernel: false, messageOnly: false };

function exactConstants(plan: EnginePlan, { kernel }: ExactPlan) {
  const { symmetric, divided, dividesBefore, dividesAfter } = normalizationFlags(kernel);
  const { featureDim } = kernel;
  return {
    ...rowConstants(plan.rows, plan.tuning),
    featureDim,
    symmetric,
    divided,
    divides: dividesBefore,
    dividesAfter,
  };
}
