// SPDX-License-Identifier: MIT

// A worker that has the pipeline and a canvas of the page.

import { type NetworkDescription, Pipeline } from '../../src/pipeline/index.js';

export type WorkerRequest =
  | { kind: 'start'; canvas: OffscreenCanvas; network: NetworkDescription; backend: 'webgpu' | 'cpu' }
  | { kind: 'frame'; frame: VideoFrame }
  | { kind: 'end' };

export interface WorkerAnswer {
  error?: string;
}

let canvas: OffscreenCanvas;
let pipeline: Pipeline;

self.addEventListener('message', async ({ data }: MessageEvent<WorkerRequest>) => {
  try {
    await handle(data);
    answer({});
  } catch (error) {
    answer({ error: String(error) });
  }
});

async function handle(request: WorkerRequest): Promise<void> {
  switch (request.kind) {
    case 'start':
      canvas = request.canvas;
      pipeline = await Pipeline.create({ network: request.network, backend: request.backend });
      break;
    case 'frame': {
      const { frame } = await pipeline.segmentFrame(request.frame).then(({ report }) => report);
      request.frame.close();
      Object.assign(canvas, { width: frame.width, height: frame.height });
      await pipeline.draw({ kind: 'colour', colour: '#18a558', foreground: [2] }, canvas);
      break;
    }
    case 'end':
      await pipeline.destroy();
  }
}

function answer(message: WorkerAnswer): void {
  self.postMessage(message);
}
