// SPDX-License-Identifier: MIT

import type { InstanceScores, SegmentationScores } from '../../analysis/index.js';
import type { Cell } from './csv.js';
import type { ItemScore } from './entries.js';
import type { RankedItem, RankingName } from './rankings.js';
import type { EvaluateSettings } from './settings.js';
import type { TruthSummary } from './truth-tally.js';

/** What an evaluation found, as report.json has it. Its keys are an interface: they only ever get more. */
export interface EvaluateReport {
  settings: EvaluateSettings;
  measured: number;
  /** Items that could not be measured, sorted. */
  failures: readonly { item: string; reason: string }[];
  /** What truth holds, of the images that were measured. */
  truth: TruthSummary;
  /** Images with pixels whose probabilities, as predicted, do not add up to 1; null where there are none. */
  offSums: { images: number; first: string; share: number } | null;
  before: SegmentationScores;
  /** null where nothing was refined. */
  after: SegmentationScores | null;
  /** Images by what refinement did to their own mean IoU. */
  images: { improved: number; unchanged: number; worsened: number } | null;
  /** Where instances are compared: their precision. */
  instances: { before: InstanceScores; after: InstanceScores | null } | null;
  rankings: Readonly<Record<RankingName, readonly RankedItem[]>>;
  /** Pixels, row-major [truth, prediction]; null above 64 labels, whose scores are in scores.csv. */
  confusion: { before: readonly number[]; after: readonly number[] | null } | null;
}

/** What is known of each item beside the report. */
export interface ItemRow extends ItemScore {
  item: string;
  cells: readonly Cell[];
}
