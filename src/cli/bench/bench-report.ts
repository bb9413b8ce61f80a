// SPDX-License-Identifier: MIT

import type { Measurement } from './measure.js';
import type { PeerMeasurement } from './peers/peer.js';

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
  /** Bytes a second that the GPU reads and writes when it copies a buffer; null where no GPU was measured. */
  copyBandwidth: number | null;
  measurements: Measurement[];
  /** Other programs on the same pictures, where they were asked for. */
  peers: PeerMeasurement[];
}
