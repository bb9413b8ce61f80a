// SPDX-License-Identifier: MIT

import type { RgbaImage } from '../../index.js';
import type { NetworkUnary } from '../../pipeline/index.js';
import type { ThreadAnswer } from '../threads.js';
import type { PredictorJob } from './network-job.js';

/** What the command line says to the thread in which a network computes. It answers each in turn. */
export type ToNetwork = { open: PredictorJob } | { run: RgbaImage };

/** No result where a network was opened. */
export type FromNetwork = ThreadAnswer<NetworkUnary | null>;
