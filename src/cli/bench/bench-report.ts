// SPDX-License-Identifier: MIT

import type { Measurement } from './measure.js';

/** All that a number needs to be compared with another day's. */
export interface BenchReport {
  /** Of meanfield. */
  version: string;
  date: string;
  /** Of the checkout; null where meanfield was installed. */
  commit: string | null;
  /** Whether the checkout differs from the commit. */
  dirty: boolean | null;
  node: string;
  platform: string;
  processor: string;
  processorCount: number;
  /** Programs that wanted a processor in the minute before: more than a few hundredths is company. */
  loadAverage: number;
  repeat: number;
  measurements: Measurement[];
}
