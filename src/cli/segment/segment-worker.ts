// SPDX-License-Identifier: MIT

import { parentPort } from 'node:worker_threads';
import { describeThrown } from '../page/protocol.js';
import type { ThreadAnswer } from '../threads.js';
import { type OpenJobResult, openNetwork, type SegmentJobResult, segmentPicture } from './job.js';
import type { ToSegmenter } from './segment-messages.js';

/** One of several threads that segment pictures on the CPU, each with a network of its own. */

async function answer(message: ToSegmenter): Promise<OpenJobResult | SegmentJobResult> {
  return 'open' in message ? await openNetwork(message.open) : await segmentPicture(message.segment);
}

const post = (message: ThreadAnswer<OpenJobResult | SegmentJobResult>) => parentPort?.postMessage(message);

parentPort?.on('message', (message: ToSegmenter) => {
  answer(message).then(
    (result) => post({ result }),
    (error: unknown) => post({ error: describeThrown(error) }),
  );
});
