// SPDX-License-Identifier: MIT

import type { KernelVariants } from '../../problem/tuning-table.js';
import type { ResolvedKernel } from '../../problem/types.js';
import { isOneBlock, type RowPlan } from './row-plan.js';
import type { Tuning } from './tuning.js';

/** The shapes that every device can take, whatever the problem. */
export const plainVariants: KernelVariants = { splat: 'runs', blur: 'blocks', slice: 'runs' };

/** Whether one of them has an invocation a lane. */
export function laysLanes({ splat, blur, slice }: KernelVariants): boolean {
  return splat !== 'runs' || blur === 'lanes' || slice === 'lanes';
}

/** How workgroups are laid over lanes: what the variants 'lanes', 'tile' and 'subgroup' share. */
export interface LanesLayout {
  /** Invocations a workgroup, one a lane of a row. */
  readonly workgroupSize: number;
  /** Whether no row is in two workgroups. */
  readonly wholeRows: boolean;
}

/** Whole rows a workgroup where they fit; and always where a row is one block, so that its lanes can exchange. */
export function lanesLayout(rows: RowPlan, { workgroupSize }: Pick<Tuning, 'workgroupSize'>): LanesLayout {
  const { rowLanes } = rows;
  if (rowLanes <= workgroupSize) {
    return { workgroupSize: Math.floor(workgroupSize / rowLanes) * rowLanes, wholeRows: true };
  }
  const wholeRows = isOneBlock(rows);
  return { workgroupSize: wholeRows ? rowLanes : workgroupSize, wholeRows };
}

/** WGSL's smallest limit of workgroup memory: every device has as much. */
const workgroupBytes = 16384;

/** Slots of a tile's hash table: at most four of five are taken. Null where the tile does not fit workgroup memory. */
export function tileSlots(cornerCount: number, rows: RowPlan, tuning: Pick<Tuning, 'workgroupSize'>): number | null {
  const { workgroupSize, wholeRows } = lanesLayout(rows, tuning);
  if (!wholeRows) return null;
  const most = (workgroupSize / rows.rowLanes) * cornerCount;
  const slots = 2 ** Math.ceil(Math.log2(most * 1.25));
  return slots * (rows.rowChannels + 1) * 4 <= workgroupBytes ? slots : null;
}

/** Of the shapes that are wanted those that this problem and device can take: the nearest one else. */
export function possibleVariants(
  wanted: KernelVariants,
  { featureDim }: Pick<ResolvedKernel, 'featureDim'>,
  rows: RowPlan,
  tuning: Pick<Tuning, 'workgroupSize' | 'hasSubgroups'>,
): KernelVariants {
  // A row of one lane has nothing to lay side by side.
  const single = rows.rowLanes === 1;
  const lanes = single ? 'runs' : 'lanes';
  let { splat, blur, slice } = wanted;
  if (splat === 'tile' && tileSlots(featureDim + 1, rows, tuning) === null) splat = lanes;
  if (splat === 'subgroup' && !tuning.hasSubgroups) splat = lanes;
  if (splat === 'lanes') splat = lanes;
  if (blur === 'lanes' && single) blur = 'blocks';
  if (slice === 'lanes') slice = lanes;
  return { splat, blur, slice };
}
