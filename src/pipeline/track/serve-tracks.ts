// SPDX-License-Identifier: MIT

import { DeviceError } from '../../problem/errors.js';
import { StreamInput } from './frame-input.js';
import { StreamOutput } from './frame-output.js';
import { madeStage } from './stage.js';
import { TrackLoop } from './track-loop.js';
import { sentError, type TrackAnswer, type TrackRequest } from './worker-protocol.js';

/** The part of a worker's scope that is used here: TypeScript's library of a page lacks it. */
interface WorkerScope {
  addEventListener(type: 'message', listener: (event: MessageEvent<TrackRequest>) => void): void;
  postMessage(answer: TrackAnswer): void;
}

/**
 * All there is to a worker that processes a track, for `TrackOptions.worker`:
 *
 * ```ts
 * import { serveTracks } from 'meanfield/pipeline';
 * serveTracks();
 * ```
 *
 * Throws DeviceError outside of a worker.
 */
export function serveTracks(): void {
  if (typeof document !== 'undefined' || !('postMessage' in globalThis)) {
    throw new DeviceError('serveTracks: this is no worker');
  }
  const scope = globalThis as unknown as WorkerScope;
  const served = new ServedTrack((answer) => scope.postMessage(answer));
  scope.addEventListener('message', ({ data }) => void served.handle(data));
}

class ServedTrack {
  private loop: TrackLoop | undefined;

  constructor(private readonly answer: (answer: TrackAnswer) => void) {}

  async handle(request: TrackRequest): Promise<void> {
    const { loop, answer } = this;
    switch (request.kind) {
      case 'start':
        this.loop = this.start(request);
        break;
      case 'view':
        loop?.setView(request.view);
        break;
      case 'input':
        loop?.setInput(new StreamInput(request.readable));
        break;
      case 'paused':
        loop?.setPaused(request.paused);
        break;
      case 'statistics':
        if (loop) answer({ kind: 'statistics', statistics: await loop.statistics() });
        break;
      case 'stop':
        await loop?.stop().catch((error) => answer({ kind: 'error', error: sentError(error) }));
        if (loop) answer({ kind: 'stopped', statistics: await loop.statistics() });
    }
  }

  private start({ options, view, fallback, readable, writable }: TrackRequest & { kind: 'start' }): TrackLoop {
    const { answer } = this;
    const source = madeStage({
      ...options,
      onProgress: (progress) => answer({ kind: 'progress', progress }),
      onDeviceLost: (loss) => answer({ kind: 'lost', loss }),
    });
    const onError = (error: unknown) => answer({ kind: 'error', error: sentError(error) });
    const loop = new TrackLoop(source, new StreamOutput(writable), view, { fallback, onError });
    loop.setInput(new StreamInput(readable));
    return loop;
  }
}
