// SPDX-License-Identifier: MIT

import { type ProcessedTrack, processTrack } from 'meanfield/pipeline';

export function processInWorker(track: MediaStreamTrack): ProcessedTrack {
  const worker = () => new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
  return processTrack({}, track, { kind: 'blur' }, { worker });
}
