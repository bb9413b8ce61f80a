// SPDX-License-Identifier: MIT

import type { RowPlan } from '../plan/row-plan.js';
import type { Tuning } from '../plan/tuning.js';

/** What a message is for. */
export interface MessageUse {
  /** Logits begin as -unary, not as what is there. */
  readonly firstKernel: boolean;
  /** Logits end as Q. */
  readonly lastKernel: boolean;
  /** The message itself, as it is: for the energy. */
  readonly messageOnly: boolean;
}

/** Constants of the row's shape, the same for every stage that works on rows. */
export function rowConstants(rows: RowPlan, { workgroupSize }: Pick<Tuning, 'workgroupSize'>) {
  const { laneWidth, blockLanes, rowLanes, storedLabels, implicitLast, filtersExcess } = rows;
  return { workgroupSize, laneWidth, blockLanes, rowLanes, storedLabels, implicitLast, filtersExcess };
}

/** The shape of one channel: what normalization filters. */
export const oneChannel = {
  laneWidth: 1,
  blockLanes: 1,
  rowLanes: 1,
  storedLabels: 1,
  implicitLast: false,
  filtersExcess: false,
} as const;

/** Bytes of a row. */
export function rowBytes({ rowChannels }: RowPlan): number {
  return rowChannels * 4;
}
