// SPDX-License-Identifier: MIT

// Camera pictures go to a worker, which has the network, the CRF and the canvas: the page's own thread stays free.

import type { Prompts } from 'meanfield/pipeline';
import type { Answer, Picture, Request } from './protocol.js';

const video = document.querySelector('video') as HTMLVideoElement;
const canvas = document.querySelector('canvas') as HTMLCanvasElement;
const button = document.querySelector('button') as HTMLButtonElement;
const message = document.querySelector('[role=status]') as HTMLElement;

const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });

button.addEventListener('click', () => run().catch(show), { once: true });

async function run(): Promise<void> {
  message.textContent = 'Loading…';
  video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'user' } });
  await video.play();
  const offscreen = canvas.transferControlToOffscreen();
  await ask({ kind: 'start', canvas: offscreen }, offscreen);
  const key = await pictureOf(video);
  await ask({ kind: 'key', picture: key, prompts: middleOf(video) }, key);
  // The next picture is taken when the worker is done with the one before: what comes meanwhile is left out.
  for (let frames = 1; ; frames++) {
    const picture = await pictureOf(video);
    await ask({ kind: 'frame', picture }, picture);
    message.textContent = `${frames} frames`;
  }
}

/** What the camera shows next: without a copy where the browser has VideoFrame. */
async function pictureOf(source: HTMLVideoElement): Promise<Picture> {
  await new Promise((resolve) => source.requestVideoFrameCallback(resolve));
  return 'VideoFrame' in globalThis ? new VideoFrame(source) : createImageBitmap(source);
}

/** Sends a request and waits for its answer. One at a time. */
function ask(request: Request, transferred: Transferable): Promise<void> {
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<Answer>) => {
      if (data.kind === 'done') resolve();
      else reject(new Error(data.message));
    };
    worker.onerror = (event) => reject(new Error(event.message || 'the worker could not be loaded'));
    worker.postMessage(request, [transferred]);
  });
}

/** One stroke down the middle of the picture, where a person sits, and one around them. */
function middleOf({ videoWidth: width, videoHeight: height }: HTMLVideoElement): Prompts {
  const stroke = (label: number, ...points: [x: number, y: number][]) => ({
    label,
    radius: 0.04 * height,
    points: points.map(([x, y]) => ({ x: x * width, y: y * height })),
  });
  return {
    width,
    height,
    labelCount: 2,
    strokes: [stroke(1, [0.5, 0.3], [0.5, 0.95]), stroke(0, [0.05, 0.6], [0.05, 0.05], [0.95, 0.05], [0.95, 0.6])],
  };
}

function show(error: unknown): void {
  message.textContent = String(error);
}
