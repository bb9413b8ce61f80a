// SPDX-License-Identifier: MIT

import type { NetworkUnary } from '../../pipeline/index.js';
import type { ThrownError } from '../page/protocol.js';
import type { ItemFiles, ReadingPlan } from './data-set.js';
import type { LabelMapsJob, LabelMapsResult } from './job.js';
import type { FailedItem, MeasuredItem } from './measurer.js';
import type { PredictJob } from './network-job.js';
import type { NetworkSeed } from './network-predictor.js';
import type { EvaluateSettings } from './settings.js';

/** What a thread that measures is started with. */
export interface MeasureStart {
  plan: ReadingPlan;
  settings: EvaluateSettings;
  /** Refining and predicting on WebGPU is asked of the thread that has the browser. */
  backend: 'webgpu' | 'cpu';
  /** Of each image's CRF on the CPU. */
  threads: number | undefined;
  network: NetworkSeed | null;
}

/** What a thread asks of the one that started it. */
export type Question = { refine: Omit<LabelMapsJob, 'backend' | 'threads'> } | { predict: PredictJob };
export type Answer = { result: LabelMapsResult | NetworkUnary } | { error: ThrownError };

/** Said to the thread: an item to measure, or the answer to its question. */
export type ToMeasurer = { measure: ItemFiles } | { answer: Answer };

/** Said by the thread: that it is ready, or not; a question; an item's result. */
export type FromMeasurer =
  | { ready: true }
  | { unready: ThrownError }
  | { ask: Question }
  | { measured: MeasuredItem }
  | { failed: Omit<FailedItem, 'error'> & { error: ThrownError } };
