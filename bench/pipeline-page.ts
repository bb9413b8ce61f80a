// SPDX-License-Identifier: MIT

import { Pipeline, presets } from '../src/pipeline/index.js';

export interface PipelineSetting {
  /** Long side that the CRF works on, and of the network's input. */
  workingSize: number;
  inputSize: number;
}

/** Frames of 640×480 with a moving square, as a camera would give them, through pipeline and canvas. */
class PipelinePage {
  private pipeline: Pipeline | undefined;
  private readonly picture = new OffscreenCanvas(640, 480);
  private readonly canvas = new OffscreenCanvas(640, 480);
  private count = 0;

  async open({ workingSize, inputSize }: PipelineSetting): Promise<string> {
    const preset = presets['colour-prompt'];
    const network = { ...preset, input: { ...preset.input, longSide: inputSize } };
    this.pipeline = await Pipeline.create({ network, workingSize, backend: 'webgpu' });
    this.paint();
    await this.pipeline.setPrompts(this.picture, {
      width: 640,
      height: 480,
      labelCount: 2,
      strokes: [
        {
          label: 0,
          radius: 20,
          points: [
            { x: 40, y: 40 },
            { x: 600, y: 40 },
          ],
        },
        {
          label: 1,
          radius: 20,
          points: [
            { x: 100, y: 240 },
            { x: 160, y: 240 },
          ],
        },
      ],
    });
    return this.pipeline.adapterName;
  }

  /** @returns wall milliseconds a frame */
  async run(frames: number): Promise<number> {
    const { pipeline } = this;
    if (!pipeline) throw new Error('PipelinePage.run before open');
    const start = performance.now();
    for (let frame = 0; frame < frames; frame++) {
      this.paint();
      const picture = new VideoFrame(this.picture, { timestamp: this.count++ });
      await pipeline.segmentFrame(picture);
      await pipeline.draw({ kind: 'blur' }, this.canvas);
      picture.close();
    }
    await pipeline.device.queue.onSubmittedWorkDone();
    return (performance.now() - start) / frames;
  }

  private paint(): void {
    const context = this.picture.getContext('2d') as OffscreenCanvasRenderingContext2D;
    context.fillStyle = '#2a6';
    context.fillRect(0, 0, 640, 480);
    context.fillStyle = '#c33';
    context.fillRect(60 + (this.count % 200), 160, 160, 160);
  }
}

export type { PipelinePage };

Object.assign(globalThis, { meanfieldPipeline: new PipelinePage() });
