// SPDX-License-Identifier: MIT

import type { TuneResult, TuneTrial } from '../../analysis/index.js';
import type { JournalSettings } from '../batch/journal.js';

/** What report.json has. Its keys are an interface: they only ever get more. */
export interface TuneReport extends TuneResult {
  settings: JournalSettings;
  /** By index, as the folds have them. */
  examples: readonly string[];
  /** Items that could not be read. */
  failed: number;
  /** What the best parameters do to the examples of --also; null without. */
  also: (TuneTrial & { files: string; examples: readonly string[]; failed: number }) | null;
}
