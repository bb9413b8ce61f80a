// SPDX-License-Identifier: MIT

import type { PipelineOptions } from '../api.js';
import type { View } from '../drawing/view.js';
import type { FrameSource } from '../frames/frame-source.js';
import type { Extent } from '../frames/plan.js';
import { Pipeline } from '../pipeline.js';
import type { Picture } from './frame-output.js';

/** What makes pictures of a camera's frames. One call at a time. */
export interface Stage {
  /** The picture is good until the next call. */
  process(source: VideoFrame | HTMLVideoElement, view: View<FrameSource>): Promise<Picture>;
  /** Resolves when the last picture is computed: a GPU may be at it still when it is sent. */
  finished(): Promise<void>;
  /** Forgets the frames before. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

/** Where a stage comes from. */
export interface StageSource {
  /** Whether another can be made in the place of one that fails. */
  readonly makes: boolean;
  open(signal: AbortSignal): Promise<Stage>;
}

/** What a track needs of a pipeline. */
export type TrackPipeline = Pick<Pipeline, 'segmentFrame' | 'draw' | 'restart' | 'backend' | 'device'>;

/** A pipeline that somebody else ends. */
export function givenStage(pipeline: TrackPipeline): StageSource {
  return { makes: false, open: async () => new PipelineStage(pipeline, async () => undefined) };
}

/** Pipelines of the track's own. */
export function madeStage(options: PipelineOptions): StageSource {
  return {
    makes: true,
    async open(signal) {
      const signals = options.signal ? AbortSignal.any([options.signal, signal]) : signal;
      const pipeline = await Pipeline.create({ ...options, signal: signals });
      return new PipelineStage(pipeline, () => pipeline.destroy());
    },
  };
}

/** A pipeline on this thread, and the canvas that it draws on. */
class PipelineStage implements Stage {
  private readonly canvas = createCanvas();

  constructor(
    private readonly pipeline: TrackPipeline,
    private readonly end: () => Promise<void>,
  ) {}

  async process(source: VideoFrame | HTMLVideoElement, view: View<FrameSource>): Promise<Picture> {
    const { pipeline, canvas } = this;
    const { report } = await pipeline.segmentFrame(source);
    this.fit(report.frame);
    await pipeline.draw(view, canvas);
    return canvas;
  }

  async finished(): Promise<void> {
    const { pipeline } = this;
    if (pipeline.backend === 'webgpu') await pipeline.device.queue.onSubmittedWorkDone();
  }

  restart(): Promise<void> {
    return this.pipeline.restart();
  }

  async close(): Promise<void> {
    await this.end();
    this.fit({ width: 1, height: 1 });
  }

  /** Setting a canvas' size clears it, even to the same. */
  private fit({ width, height }: Extent): void {
    const { canvas } = this;
    if (canvas.width !== width) canvas.width = width;
    if (canvas.height !== height) canvas.height = height;
  }
}

function createCanvas(): OffscreenCanvas | HTMLCanvasElement {
  return typeof OffscreenCanvas === 'undefined' ? document.createElement('canvas') : new OffscreenCanvas(1, 1);
}
