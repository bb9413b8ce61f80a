// SPDX-License-Identifier: MIT

import { separableRadius } from '../../problem/parameters.js';
import { type BufferPlan, keep, type Part, storage, uniform } from './buffer-plan.js';
import type { KernelPlanBase } from './kernel-base.js';
import type { KernelRequest } from './kernel-request.js';
import { messageWeightOf, penaltyValues, planPenalties, pottsWeightOf } from './penalties.js';

export interface SeparableRows extends Part {
  /** Rows convolved along x. */
  readonly partial: BufferPlan;
}

interface SeparableStructure extends Part {
  /** Sizes, radii, sigmas, weight. */
  readonly separable: BufferPlan;
}

interface SeparableNorms extends Part {
  readonly norms: BufferPlan;
  readonly partialNorms: BufferPlan;
}

/** A gaussian kernel by two truncated convolutions. */
export interface SeparablePlan extends KernelPlanBase {
  readonly method: 'separable';
  readonly structure: SeparableStructure;
  readonly normalization: SeparableNorms;
  readonly rows: SeparableRows;
}

export function planSeparable(request: KernelRequest, previous: SeparablePlan | undefined): SeparablePlan {
  const { kernel, size } = request;
  const { width, height } = size;
  const pixelCount = width * height;
  const { rowChannels, implicitLast } = request.rows;
  const [sigmaX, sigmaY] = kernel.sigmas;
  const structure = keep<SeparableStructure>(previous?.structure, [sigmaX, sigmaY], () => {
    const separable = uniform('separable.separable', 8, 'pixels, weight');
    return { separable, buffers: [separable] };
  });
  const from = [structure, kernel.normalization, implicitLast];
  const normalization = keep<SeparableNorms>(previous?.normalization, from, () => {
    const norms = storage('separable.norms', pixelCount * 2, 'f32 [N, 2]', 'factor 1, 1/n or n^-½; message of Q = 1');
    const partialNorms = storage('separable.partialNorms', pixelCount, 'f32 [N]', 'sum along x');
    return { norms, partialNorms, buffers: [norms, partialNorms] };
  });
  const rows = keep<SeparableRows>(previous?.rows, [rowChannels], () => {
    const partial = storage('separable.partial', pixelCount * rowChannels, 'f32 [N, C]', 'sum along x of w·Q');
    return { partial, buffers: [partial] };
  });
  const penalties = planPenalties(request, previous?.penalties);
  const radii = [Math.min(separableRadius(sigmaX), width - 1), Math.min(separableRadius(sigmaY), height - 1)];
  const floats = [sigmaX, sigmaY, messageWeightOf(kernel, request.rows)].map((value) => ({ float: value }));
  return {
    method: 'separable',
    kernel,
    structure,
    normalization,
    rows,
    penalties,
    pottsWeight: pottsWeightOf(kernel),
    parts: [structure, normalization, rows, ...(penalties ? [penalties] : [])],
    values: [
      { buffer: structure.separable, contents: [pixelCount, width, height, ...radii, ...floats] },
      ...penaltyValues(request, penalties),
    ],
  };
}
