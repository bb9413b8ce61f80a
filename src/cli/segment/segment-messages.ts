// SPDX-License-Identifier: MIT

import type { OpenJob, SegmentJob } from './job.js';

/** What the command line says to a thread that segments. It answers each in turn. */
export type ToSegmenter = { open: OpenJob } | { segment: SegmentJob };
