// SPDX-License-Identifier: MIT

import { Pipeline } from '../src/pipeline/index.js';

export interface CpuWebcamSetting {
  /** Long side that the CRF works on. */
  workingSize: number;
  /** Frames a second that a frame budget holds; none without. */
  budget: number | undefined;
}

/** What some frames took. */
export interface CpuWebcamFrames {
  frames: number;
  /** Wall milliseconds of all of them. */
  wall: number;
  /** Wall milliseconds by stage, of all of them. */
  stages: Record<string, number>;
  /** Long side in pixels and iterations of the last frame. */
  working: number;
  iterations: number;
}

/** The camera through `person`, CRF, smoothing and background blur, on the CPU, one frame after the other. */
class CpuWebcamPage {
  private pipeline: Pipeline | undefined;
  private readonly video = document.createElement('video');
  private readonly canvas = document.body.appendChild(document.createElement('canvas'));

  /** @returns whose results they are */
  async open({ workingSize, budget }: CpuWebcamSetting): Promise<string> {
    this.video.muted = true;
    this.video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { width: 640, height: 480 } });
    await this.video.play();
    this.pipeline = await Pipeline.create({
      backend: 'cpu',
      workingSize,
      profile: true,
      ...(budget && { budget: { framesPerSecond: budget } }),
    });
    const { videoWidth: width, videoHeight: height } = this.video;
    if (width !== 640 || height !== 480) throw new Error(`the camera gives ${width}×${height}`);
    Object.assign(this.canvas, { width, height });
    return this.pipeline.adapterName;
  }

  async run(frames: number): Promise<CpuWebcamFrames> {
    const { pipeline } = this;
    if (!pipeline) throw new Error('CpuWebcamPage.run before open');
    const stages: Record<string, number> = {};
    const add = (stage: string, milliseconds: number) => {
      stages[stage] = (stages[stage] ?? 0) + milliseconds;
    };
    const last = { working: 0, iterations: 0 };
    const start = performance.now();
    for (let count = 0; count < frames; count++) {
      const { report } = await pipeline.segmentFrame(this.video);
      for (const { stage, milliseconds } of report.timings) add(stage, milliseconds);
      const drawn = performance.now();
      await pipeline.draw({ kind: 'blur' }, this.canvas);
      add('draw', performance.now() - drawn);
      Object.assign(last, { working: report.working.width, iterations: report.iterations });
      // The page gets its turn, and the video its next frame.
      await new Promise((resolve) => setTimeout(resolve));
    }
    return { frames, wall: performance.now() - start, stages, ...last };
  }
}

export type { CpuWebcamPage };

Object.assign(globalThis, { meanfieldCpuWebcam: new CpuWebcamPage() });
