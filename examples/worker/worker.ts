// SPDX-License-Identifier: MIT

import { Pipeline } from 'meanfield/pipeline';
import type { Answer, Request } from './protocol.js';

let canvas: OffscreenCanvas;
let pipeline: Pipeline;

self.addEventListener('message', async ({ data }: MessageEvent<Request>) => {
  try {
    await handle(data);
    answer({ kind: 'done' });
  } catch (error) {
    answer({ kind: 'failed', message: String(error) });
  } finally {
    if ('picture' in data) data.picture.close();
  }
});

async function handle(request: Request): Promise<void> {
  switch (request.kind) {
    case 'start':
      canvas = request.canvas;
      pipeline = await Pipeline.create({ network: 'colour-prompt' });
      break;
    case 'key':
      await pipeline.setPrompts(request.picture, request.prompts);
      break;
    case 'frame': {
      const { report } = await pipeline.segmentFrame(request.picture);
      canvas.width = report.frame.width;
      canvas.height = report.frame.height;
      await pipeline.draw({ kind: 'colour', colour: '#18a558', mirror: true }, canvas);
    }
  }
}

function answer(message: Answer): void {
  self.postMessage(message);
}
