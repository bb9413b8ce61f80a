// SPDX-License-Identifier: MIT

import type { TuneResult, TuneTrial } from '../../analysis/index.js';
import type { JournalSettings } from '../batch/journal.js';
import { labelName } from '../evaluate/settings.js';
import { describeTruth, type TruthSummary } from '../evaluate/truth-tally.js';

/** What report.json has. Its keys are an interface: they only ever get more. */
export interface TuneReport extends TuneResult {
  settings: JournalSettings;
  /** By index, as the folds have them. */
  examples: readonly string[];
  /** Items that could not be read. */
  failed: number;
  /** What the truth of the examples holds. */
  truth: TruthSummary;
  /** Images with pixels whose probabilities, as predicted, do not add up to 1; null where there are none. */
  offSums: { images: number; first: string; share: number } | null;
  /** What the best parameters do to the examples of --also; null without. */
  also: (TuneTrial & { files: string; examples: readonly string[]; failed: number }) | null;
}

/** What truth holds, in words. */
export function truthInWords({ truth, settings }: Pick<TuneReport, 'truth' | 'settings'>): string {
  const ignore = typeof settings.ignore === 'number' ? settings.ignore : null;
  const names = settings.countAs ? ['background', 'foreground'] : settings.names;
  return describeTruth(truth, ignore, (label) => labelName(Array.isArray(names) ? names : null, label));
}
