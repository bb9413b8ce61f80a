// SPDX-License-Identifier: MIT

import { type InstanceCounts, type MetricCounts, SegmentationMetrics } from '../../analysis/index.js';
import type { StrayTruth, TruthCounts } from './truth-tally.js';

/** One item in the journal: what was counted, or why it could not be. */
export type EvaluateEntry = CountedEntry | FailedEntry;

export interface CountedEntry {
  item: string;
  /** What the counts hold for: the item's files at the time. */
  stamp: string;
  /** What truth holds. */
  truth: TruthCounts;
  /** Share of the pixels whose probabilities do not add up to 1; left out where all do. */
  offSums?: number;
  before: MetricCounts;
  /** Where it was refined. */
  after?: MetricCounts;
  /** Where truth holds instance ids. */
  instances?: { before: InstanceCounts; after?: InstanceCounts };
}

export interface FailedEntry {
  item: string;
  failure: string;
  /** Where its truth is what is wrong. */
  strayTruth?: StrayTruth;
}

/** What items are ranked by: mean IoU over the item's own labels; null where it has no pixel that counts. */
export interface ItemScore {
  before: number | null;
  after: number | null;
}

export function scoreOf(entry: CountedEntry): ItemScore {
  const meanIoU = (counts: MetricCounts) => SegmentationMetrics.fromCounts(counts).scores().meanIoU;
  return { before: meanIoU(entry.before), after: entry.after ? meanIoU(entry.after) : null };
}
