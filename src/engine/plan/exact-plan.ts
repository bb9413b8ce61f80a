// SPDX-License-Identifier: MIT

import { type BufferPlan, constantUniform, keep, type Part, storage, uniform } from './buffer-plan.js';
import { featureTable, tableLength } from './feature-tables.js';
import type { KernelPlanBase } from './kernel-base.js';
import type { KernelRequest } from './kernel-request.js';
import { messageWeightOf, penaltyValues, planPenalties, pottsWeightOf } from './penalties.js';

export interface ExactFeatures extends Part {
  /** pixelCount, width, height. */
  readonly problem: BufferPlan;
  readonly table: BufferPlan;
  readonly features: BufferPlan;
  /** Pixels of each dispatch: a big sum is cut into dispatches that end before a watchdog does. */
  readonly ranges: readonly { readonly uniform: BufferPlan; readonly first: number; readonly end: number }[];
}

interface ExactNorms extends Part {
  readonly norms: BufferPlan;
}

/** A kernel by the true Gaussian sum over all pairs. */
export interface ExactPlan extends KernelPlanBase {
  readonly method: 'exact';
  readonly structure: ExactFeatures;
}

/** Pairs that one dispatch evaluates at most: about a tenth of a second on a small GPU. */
const pairsPerDispatch = 2 ** 28;

export function planExact(request: KernelRequest, previous: ExactPlan | undefined): ExactPlan {
  const { kernel, size, rows } = request;
  const pixelCount = size.width * size.height;
  const structure = planFeatures(request, previous?.structure);
  const from = [structure, kernel.normalization, rows.implicitLast];
  const normalization = keep<ExactNorms>(previous?.normalization, from, () => {
    const norms = storage('exact.norms', pixelCount * 2, 'f32 [N, 2]', 'factor 1, 1/n or n^-½; message of Q = 1');
    return { norms, buffers: [norms] };
  });
  const penalties = planPenalties(request, previous?.penalties);
  const messageWeight = messageWeightOf(kernel, request.rows);
  return {
    method: 'exact',
    kernel,
    structure,
    normalization,
    penalties,
    pottsWeight: pottsWeightOf(kernel),
    parts: [structure, normalization, ...(penalties ? [penalties] : [])],
    values: [
      ...structure.ranges.map((range) => ({
        buffer: range.uniform,
        contents: [pixelCount, range.first, range.end, { float: messageWeight }],
      })),
      ...penaltyValues(request, penalties),
    ],
  };
}

function planFeatures({ kernel, size }: KernelRequest, previous: ExactFeatures | undefined): ExactFeatures {
  const pixelCount = size.width * size.height;
  return keep<ExactFeatures>(previous, [kernel.type, kernel.features, ...kernel.sigmas], () => {
    const problem = constantUniform('exact.problem', [pixelCount, size.width, size.height], 'pixels');
    const table = {
      ...storage('exact.table', tableLength(kernel, size), 'f32', 'feature'),
      contents: () => featureTable(kernel, size),
    };
    const features = storage('exact.features', pixelCount * kernel.featureDim, 'f32 [N, d]', 'feature');
    const step = Math.max(1, Math.floor(pairsPerDispatch / pixelCount));
    const ranges = Array.from({ length: Math.ceil(pixelCount / step) }, (_unused, index) => ({
      uniform: uniform('exact.range', 4, 'pixels, weight'),
      first: index * step,
      end: Math.min(pixelCount, (index + 1) * step),
    }));
    return {
      problem,
      table,
      features,
      ranges,
      buffers: [problem, table, features, ...ranges.map((range) => range.uniform)],
    };
  });
}
