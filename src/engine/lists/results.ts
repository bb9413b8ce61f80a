// SPDX-License-Identifier: MIT

import type { ProblemSize } from '../../problem/types.js';
import { energy } from '../../stages/energy.js';
import { labelMap } from '../../stages/label-map.js';
import { planar } from '../../stages/planar.js';
import { type BufferPlan, constantUniform, type Part, storage } from '../plan/buffer-plan.js';
import type { EnginePlan } from '../plan/plan.js';
import { type MessageUse, rowConstants } from './constants.js';
import { dispatch, perItem, type Step } from './dispatch.js';
import { message, spread, unitMessage } from './iteration.js';

/** What people read off Q. */
export interface ResultBuffers extends Part {
  readonly labelMap: BufferPlan;
  readonly confidence: BufferPlan;
  readonly entropy: BufferPlan;
}

export function planResults({ width, height }: ProblemSize): ResultBuffers {
  const pixelCount = width * height;
  const results = {
    labelMap: storage('results.labelMap', pixelCount, 'u32 [N]', 'label'),
    confidence: storage('results.confidence', pixelCount, 'f32 [N]', 'probability'),
    entropy: storage('results.entropy', pixelCount, 'f32 [N]', 'nats'),
  };
  return { ...results, from: [], buffers: Object.values(results) };
}

export interface PlanarBuffers extends Part {
  readonly marginals: BufferPlan;
}

export function planPlanar({ width, height, labelCount }: ProblemSize): PlanarBuffers {
  const marginals = storage('results.marginals', width * height * labelCount, 'f32 [label, N]', 'probability');
  return { marginals, from: [], buffers: [marginals] };
}

/** pixelCount, labelCount, first label, by slab. */
export interface SlabUniforms extends Part {
  readonly problems: readonly BufferPlan[];
}

export function planSlabs({ pixelCount, size, rows }: EnginePlan): SlabUniforms {
  const problems = rows.firstLabels.map((first) =>
    constantUniform('results.problem', [pixelCount, size.labelCount, first], 'pixels, labels'),
  );
  return { problems, from: [], buffers: problems };
}

/** Label map, confidence and entropy, slab by slab. */
export function resultSteps(plan: EnginePlan, slabs: SlabUniforms, results: ResultBuffers): Step[] {
  return plan.pixels.q.map((q, slab) =>
    dispatch(labelMap, {
      timing: 'label map',
      constants: rowConstants(plan.rows, plan.tuning),
      bindings: {
        problem: slabs.problems[slab],
        q,
        labelMap: results.labelMap,
        confidence: results.confidence,
        entropy: results.entropy,
      },
      workgroups: perItem(plan.pixelCount, plan.tuning.workgroupSize),
    }),
  );
}

/** Q as [label, y, x], slab by slab. */
export function planarSteps(plan: EnginePlan, slabs: SlabUniforms, { marginals }: PlanarBuffers): Step[] {
  return plan.pixels.q.map((q, slab) =>
    dispatch(planar, {
      timing: 'planar',
      constants: rowConstants(plan.rows, plan.tuning),
      bindings: { problem: slabs.problems[slab], q, marginals },
      workgroups: perItem(plan.pixelCount, plan.tuning.workgroupSize),
    }),
  );
}

export interface EnergyBuffers extends Part {
  readonly terms: BufferPlan;
  /** By slab. */
  readonly message: readonly BufferPlan[];
  /** By kernel, after one for the terms without a kernel; then by slab. */
  readonly problems: readonly (readonly BufferPlan[])[];
}

/** For one call of `energy`; made and destroyed with it. */
export function planEnergy({ pixelCount, size, rows, kernels }: EnginePlan): EnergyBuffers {
  const terms = storage('energy.terms', pixelCount * 4, 'f32 [N, 4]', 'energy');
  const message = rows.firstLabels.map(() =>
    storage('energy.message', pixelCount * rows.rowChannels, 'f32 [N, C], by slab', 'energy'),
  );
  const problems = [0, ...kernels.map(({ pottsWeight }) => pottsWeight)].map((weight) =>
    rows.firstLabels.map((first) =>
      constantUniform(
        'energy.problem',
        [pixelCount, size.labelCount, first, { float: weight }],
        'pixels, labels, weight',
      ),
    ),
  );
  return { terms, message, problems, from: [], buffers: [terms, ...message, ...problems.flat()] };
}

/** The terms of the KL divergence by pixel: Q's own, then by kernel those of its message. */
export function energySteps(plan: EnginePlan, buffers: EnergyBuffers): Step[] {
  const { kernels, pixels, rows } = plan;
  const step = (entry: string, slab: number, problem: BufferPlan, norms?: BufferPlan) =>
    dispatch(energy, {
      timing: 'energy',
      entry,
      constants: rowConstants(rows, plan.tuning),
      bindings: {
        problem,
        q: pixels.q[slab],
        unary: pixels.unary[slab],
        lastUnary: pixels.lastUnary,
        message: buffers.message[slab],
        ...(norms && { norms }),
        terms: buffers.terms,
      },
      workgroups: perItem(plan.pixelCount, plan.tuning.workgroupSize),
    });
  const slabs = rows.firstLabels.map((_first, slab) => slab);
  return [
    ...slabs.map((slab) => step('own', slab, buffers.problems[0][slab])),
    ...kernels.flatMap((kernel, index) => [
      // Iterations went without.
      ...(rows.filtersExcess ? unitMessage(plan, kernel) : []),
      ...slabs.flatMap((source) => [
        ...spread(plan, kernel, source),
        ...(kernel.penalties ? slabs : [source]).flatMap((target) => [
          ...message(plan, kernel, [source, target], buffers.message[target], messageOnly),
          step('pairwise', target, buffers.problems[index + 1][target], kernel.normalization.norms),
        ]),
      ]),
    ]),
  ];
}

const messageOnly: MessageUse = { firstKernel: false, lastKernel: false, messageOnly: true };
