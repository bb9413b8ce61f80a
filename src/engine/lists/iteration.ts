// SPDX-License-Identifier: MIT

import { softmax } from '../../stages/softmax.js';
import type { BufferPlan } from '../plan/buffer-plan.js';
import { normalizationFlags } from '../plan/kernel-base.js';
import type { KernelPlan } from '../plan/kernel-plan.js';
import type { EnginePlan } from '../plan/plan.js';
import { needsUnitMessage } from '../plan/row-plan.js';
import { type MessageUse, rowBytes, rowConstants } from './constants.js';
import { dispatch, perItem, type Step } from './dispatch.js';
import { exactBuild, exactMessage, exactNormalization } from './exact.js';
import {
  latticeBlur,
  latticeBuild,
  latticeLink,
  latticeMessage,
  latticeNormalization,
  latticeSplat,
  latticeSpread,
  latticeUnitMessage,
} from './lattice.js';
import { separableMessage, separableNormalization, separableSpread } from './separable.js';

/** From image or features to all that does not depend on Q. */
export function build(plan: EnginePlan, kernel: KernelPlan): Step[] {
  if (kernel.method === 'lattice') return latticeBuild(plan, kernel);
  return kernel.method === 'exact' ? exactBuild(plan, kernel) : [];
}

/** n = K·1 and what follows from it; where logits need it the message of Q = 1, too. */
export function normalize(plan: EnginePlan, kernel: KernelPlan): Step[] {
  return [...factors(plan, kernel), ...(needsUnitMessage(plan.rows) ? unitMessage(plan, kernel) : [])];
}

function factors(plan: EnginePlan, kernel: KernelPlan): Step[] {
  if (kernel.method === 'lattice') return latticeNormalization(plan, kernel);
  return kernel.method === 'exact'
    ? exactNormalization(plan, kernel, false)
    : separableNormalization(plan, kernel, false);
}

/** The message of Q = 1: known already where n is not divided by before. */
export function unitMessage(plan: EnginePlan, kernel: KernelPlan): Step[] {
  if (!normalizationFlags(kernel.kernel).dividesBefore) return [];
  if (kernel.method === 'lattice') return latticeUnitMessage(plan, kernel);
  return kernel.method === 'exact'
    ? exactNormalization(plan, kernel, true)
    : separableNormalization(plan, kernel, true);
}

/** Q = softmax(-unary). */
export function start(plan: EnginePlan): Step[] {
  return softmaxSteps(plan, plan.pixels.unary, { fromUnary: true, compares: false });
}

/**
 * One mean-field iteration (Krähenbühl & Koltun 2011, algorithm 1): Q ← softmax(-unary + Σ messages of all kernels).
 * Rows too long for one buffer lie in slabs of labels, which are spread one after the other.
 */
export function iteration(plan: EnginePlan): Step[] {
  const { slabCount } = plan.rows;
  const slabs = Array.from({ length: slabCount }, (_unused, slab) => slab);
  const steps: Step[] = [];
  for (const source of slabs) {
    for (const kernel of plan.kernels) steps.push(...spread(plan, kernel, source));
    for (const kernel of plan.messageOrder) {
      for (const target of kernel.penalties ? slabs : [source]) {
        const use = useOf(plan, kernel, source, target);
        steps.push(...message(plan, kernel, [source, target], plan.logits[target], use));
      }
    }
  }
  if (plan.kernels.length === 0) {
    steps.push(...softmaxSteps(plan, plan.pixels.unary, { fromUnary: true, compares: plan.compares }));
  } else if (!plan.fused) {
    steps.push(...softmaxSteps(plan, plan.logits, { fromUnary: false, compares: plan.compares }));
  }
  return steps;
}

/**
 * Iterations in a row: `opening`, `between` for each that another one follows, and `last`. Where the plan has a kernel that is chained, its splat
 * of an iteration is done with the slice that ended the one before.
 */
export interface Iterations {
  readonly opening: Step[];
  readonly between: Step[];
  readonly last: Step[];
}

export function iterations(plan: EnginePlan): Iterations {
  const { chained } = plan;
  if (!chained) {
    const whole = iteration(plan);
    return { opening: [], between: whole, last: whole };
  }
  const others = plan.messageOrder.filter((kernel) => kernel !== chained);
  const messageOf = (kernel: KernelPlan) => message(plan, kernel, [0, 0], plan.logits[0], useOf(plan, kernel, 0, 0));
  const inside = [
    ...latticeBlur(plan, chained),
    ...others.flatMap((kernel) => spread(plan, kernel, 0)),
    ...others.flatMap(messageOf),
  ];
  return {
    opening: [latticeSplat(plan, chained, 0)],
    between: [...inside, latticeLink(plan, chained)],
    last: [...inside, ...messageOf(chained)],
  };
}

/** First half of a kernel's work: reads Q of a slab. `exact` reads Q with its message. */
export function spread(plan: EnginePlan, kernel: KernelPlan, slab: number): Step[] {
  if (kernel.method === 'lattice') return latticeSpread(plan, kernel, slab);
  return kernel.method === 'separable' ? separableSpread(plan, kernel, slab) : [];
}

/** Second half: adds the message of the source slab to the logits of the target slab. */
export function message(
  plan: EnginePlan,
  kernel: KernelPlan,
  slabs: readonly [source: number, target: number],
  logits: BufferPlan,
  use: MessageUse,
): Step[] {
  if (kernel.method === 'lattice') return latticeMessage(plan, kernel, slabs, logits, use);
  if (kernel.method === 'exact') return exactMessage(plan, kernel, slabs, logits, use);
  return separableMessage(plan, kernel, slabs, logits, use);
}

/** The first message that reaches a slab of logits begins from -unary; the last one of all may end in Q. */
function useOf(plan: EnginePlan, kernel: KernelPlan, source: number, target: number): MessageUse {
  const order = plan.messageOrder;
  const isFirst = kernel === order[0] && (kernel.penalties ? source === 0 : source === target);
  return { firstKernel: isFirst, lastKernel: plan.fused && kernel === order[order.length - 1], messageOnly: false };
}

/** Q from rows in memory: in one go where one invocation holds a row, else slab by slab for the sum, then for the quotient. */
function softmaxSteps(
  plan: EnginePlan,
  source: readonly BufferPlan[],
  flags: { fromUnary: boolean; compares: boolean },
): Step[] {
  const { pixels, rows, tuning, pixelCount } = plan;
  const { q, running, largestChange } = pixels;
  const row = rowBytes(rows);
  const channels = rows.rowChannels;
  const common = {
    timing: 'softmax',
    workgroups: perItem(pixelCount, tuning.workgroupSize),
  };
  const constants = (firstSlab: boolean) => ({ ...rowConstants(rows, tuning), ...flags, firstSlab });
  const parameters = pixels.softmax;
  // Logits in, Q out, and where somebody compares the Q before.
  const applied = (flags.compares ? 3 : 2) * row;
  // Difference to the highest, exponential, sum, quotient; then damping and what a label gained.
  const compared = flags.compares ? 3 : 0;
  if (!running) {
    return [
      dispatch(softmax, {
        ...common,
        entry: 'whole',
        constants: constants(true),
        bindings: { parameters, logits: source[0], q: q[0], largestChange },
        load: { bytes: { perPixel: applied }, multiplyAdds: { perPixel: (4 + compared) * channels } },
      }),
    ];
  }
  return [
    ...source.map((logits, slab) =>
      dispatch(softmax, {
        ...common,
        entry: 'reduce',
        constants: constants(slab === 0),
        bindings: { parameters, logits, running, largestChange },
        // Logits twice; maximum and sum in and out.
        load: { bytes: { perPixel: 2 * row + 16 }, multiplyAdds: { perPixel: 3 * channels } },
      }),
    ),
    ...source.map((logits, slab) =>
      dispatch(softmax, {
        ...common,
        entry: 'apply',
        constants: constants(false),
        bindings: { parameters, logits, running, q: q[slab], largestChange },
        load: { bytes: { perPixel: applied + 8 }, multiplyAdds: { perPixel: (3 + compared) * channels } },
      }),
    ),
  ];
}
