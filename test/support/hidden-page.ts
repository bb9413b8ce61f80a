// SPDX-License-Identifier: MIT

// Runs in a page that is going to be hidden: a camera through playVideo to a canvas, and what a call would get of it.

import type { FrameReport, Segmentation } from '../../src/pipeline/api.js';
import {
  type NetworkDescription,
  Pipeline,
  type Playing,
  type PlayOptions,
  playVideo,
} from '../../src/pipeline/index.js';
import { openCamera } from './camera-page.js';

const size = { width: 64, height: 48 };

/** What was drawn, and what came out of the canvas' stream. */
export interface Progress {
  drawn: number;
  received: number;
  hidden: boolean;
}

let playing: Playing | undefined;
let received = 0;

/** Takes no time for a frame, so that the loop alone is looked at. */
class QuickPipeline {
  private video: HTMLVideoElement | undefined;

  async segmentFrame(video: HTMLVideoElement): Promise<Segmentation> {
    this.video = video;
    return { report: { frame: size } as FrameReport } as Segmentation;
  }

  async draw(_view: unknown, canvas: HTMLCanvasElement): Promise<void> {
    if (this.video) canvas.getContext('2d')?.drawImage(this.video, 0, 0, canvas.width, canvas.height);
  }
}

/** @param network of a pipeline; without one a pipeline that takes no time stands for it */
export async function start(
  whenHidden: NonNullable<PlayOptions['whenHidden']>,
  network?: NetworkDescription,
  bytes: readonly number[] = [],
): Promise<void> {
  const pipeline = network
    ? await Pipeline.create({ network: { ...network, bytes: Uint8Array.from(bytes) }, backend: 'webgpu' })
    : (new QuickPipeline() as unknown as Pipeline);
  const video = await openCamera(size.width, size.height);
  const canvas = document.body.appendChild(document.createElement('canvas'));
  canvas.getContext(network ? 'webgpu' : '2d');
  playing = playVideo(pipeline, video, canvas, { kind: 'overlay' }, { whenHidden });
  void count(canvas.captureStream(30).getVideoTracks()[0]);
}

export function progress(): Progress {
  return { drawn: playing?.drawnFrames ?? 0, received, hidden: document.hidden };
}

export async function stop(): Promise<void> {
  await playing?.stop();
}

async function count(track: MediaStreamTrack): Promise<void> {
  // Only Chromium has it in a page, and no type library knows it.
  const Processor = (globalThis as unknown as { MediaStreamTrackProcessor: new (of: object) => { readable: unknown } })
    .MediaStreamTrackProcessor;
  const reader = (new Processor({ track }).readable as ReadableStream<VideoFrame>).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    value.close();
    received++;
  }
}
