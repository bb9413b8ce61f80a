// SPDX-License-Identifier: MIT

import type { ResolvedCompatibility, ResolvedKernel } from '../../problem/types.js';
import { type BufferPlan, constantUniform, keep, type Part, storage, type Value } from './buffer-plan.js';
import type { KernelRequest } from './kernel-request.js';
import type { RowPlan } from './row-plan.js';

/** Penalty matrices of a compatibility that is not Potts. */
export interface Penalties extends Part {
  /** By source and target slab. */
  readonly matrices: readonly (readonly BufferPlan[])[];
  /** Where rows by pixel go that a matrix was applied to; a lattice has its own place for rows by vertex. */
  readonly transformed: BufferPlan | null;
  /** The number of pixels, in the place of a lattice's vertex count. */
  readonly pixelCounted: BufferPlan;
}

/** Null for Potts, which needs no matrix. */
export function planPenalties(
  { kernel, rows, size }: KernelRequest,
  previous: Penalties | null | undefined,
): Penalties | null {
  if (kernel.compatibility.kind === 'potts') return null;
  const { rowChannels, slabCount } = rows;
  const pixelCount = size.width * size.height;
  const byPixel = kernel.method !== 'lattice';
  return keep<Penalties>(previous ?? undefined, [rowChannels, slabCount, byPixel], () => {
    const slabs = Array.from({ length: slabCount });
    const matrix = () =>
      storage('penalties.matrix', rowChannels * rowChannels, 'f32 [C of the source, C of the target]', 'energy');
    const matrices = slabs.map(() => slabs.map(matrix));
    const transformed = byPixel
      ? storage('penalties.transformed', pixelCount * rowChannels, 'f32 [N, C]', 'energy')
      : null;
    const pixelCounted = constantUniform('penalties.pixelCounted', [pixelCount, 0], 'pixels');
    return {
      matrices,
      transformed,
      pixelCounted,
      buffers: [...matrices.flat(), ...(transformed ? [transformed] : []), pixelCounted],
    };
  });
}

export function penaltyValues({ kernel, rows, size }: KernelRequest, penalties: Penalties | null): Value[] {
  const { compatibility } = kernel;
  if (!penalties || compatibility.kind === 'potts') return [];
  return penalties.matrices.flatMap((targets, source) =>
    targets.map((buffer, target) => ({
      buffer,
      contents: penaltyRows(compatibility, size.labelCount, rows, source, target),
    })),
  );
}

/** Weight of the Potts compatibility; 1 for others, whose numbers are in the matrix. */
export function pottsWeightOf({ compatibility }: ResolvedKernel): number {
  return compatibility.kind === 'potts' ? compatibility.weight : 1;
}

/** What a message is multiplied by on its way to the logits: half of an excess counts twice. */
export function messageWeightOf(kernel: ResolvedKernel, { filtersExcess }: RowPlan): number {
  return (filtersExcess ? 2 : 1) * pottsWeightOf(kernel);
}

/** Penalties between the labels of two slabs, [rowChannels of the source, rowChannels of the target]; zero where there is no label. */
function penaltyRows(
  compatibility: Exclude<ResolvedCompatibility, { kind: 'potts' }>,
  labelCount: number,
  { rowChannels, firstLabels }: RowPlan,
  sourceSlab: number,
  targetSlab: number,
): Float32Array<ArrayBuffer> {
  const table = new Float32Array(rowChannels * rowChannels);
  const sources = Math.min(rowChannels, labelCount - firstLabels[sourceSlab]);
  const targets = Math.min(rowChannels, labelCount - firstLabels[targetSlab]);
  for (let source = 0; source < sources; source++) {
    const from = firstLabels[sourceSlab] + source;
    for (let target = 0; target < targets; target++) {
      const to = firstLabels[targetSlab] + target;
      const diagonal = to === from ? compatibility.penalties[to] : 0;
      table[source * rowChannels + target] =
        compatibility.kind === 'matrix' ? compatibility.penalties[to * labelCount + from] : diagonal;
    }
  }
  return table;
}
