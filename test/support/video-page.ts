// SPDX-License-Identifier: MIT

// Runs in a page, of any browser: videos through the public doors.

import { DenseCrf, type ImageInput } from '../../src/index.js';
import { type NetworkDescription, Pipeline, playVideo } from '../../src/pipeline/index.js';
import { type BrowserGaps, withGaps } from './browser-gaps.js';
import { createTestDevice } from './device.js';
import { type Pixels, sources } from './frame-page.js';
import type { WorkerAnswer, WorkerRequest } from './video-worker.js';

/** RGB of pixels. */
export type Colour = [red: number, green: number, blue: number];

const size = { width: 32, height: 24 };

/** The left half of the picture red, the right half blue. */
export function twoHalves(): Pixels {
  const colourAt = (pixel: number) => (pixel % size.width < size.width / 2 ? [220, 20, 20, 255] : [20, 20, 220, 255]);
  const data = Array.from({ length: size.width * size.height }, (_unused, pixel) => colourAt(pixel)).flat();
  return { data, ...size };
}

/** How far the Q of the same picture as a VideoFrame and as a video is from that of its bytes. */
export async function refinedVideos(gaps: BrowserGaps): Promise<Record<'videoFrame' | 'video', number>> {
  const picture = twoHalves();
  const test = await createTestDevice();
  withGaps(test.device, gaps);
  const kernels = [{ type: 'bilateral', sigmaXY: 8, sigmaRGB: 40, compatibility: 3 }] as const;
  const parameters = { kernels, iterations: 1 };
  const crf = await DenseCrf.create({ ...size, labelCount: 2, device: test.device, parameters });
  const logits = Float32Array.from({ length: 2 * size.width * size.height }, (_unused, i) => Math.sin(i));
  const marginalsOf = async (image: ImageInput) => {
    await crf.refine({ image, unary: { logits } });
    return crf.marginals();
  };
  const expected = await marginalsOf(sources.bytes(picture));
  const distanceOf = async (image: ImageInput) => {
    const found = await marginalsOf(image);
    return found.reduce((largest, value, i) => Math.max(largest, Math.abs(value - expected[i])), 0);
  };
  const frame = sources.videoFrame(picture);
  const distances = {
    videoFrame: await distanceOf(frame),
    video: await distanceOf(await sources.video(picture)),
  };
  frame.close();
  crf.destroy();
  await test.finish();
  return distances;
}

/**
 * What is to be seen of both halves after a few frames that `playVideo` drew, with the red half replaced.
 *
 * @param contextOnce the canvas throws where it is asked for its context a second time, as Firefox's does in a worker
 */
export async function played(
  network: NetworkDescription,
  bytes: readonly number[],
  { contextOnce = false, backend = 'webgpu' }: { contextOnce?: boolean; backend?: 'webgpu' | 'cpu' } = {},
): Promise<Colour[]> {
  const pipeline = await Pipeline.create({ network: { ...network, bytes: Uint8Array.from(bytes) }, backend });
  const video = await movingVideo();
  const canvas = document.body.appendChild(document.createElement('canvas'));
  if (contextOnce) giveContextOnce(canvas);
  await new Promise<void>((resolve, reject) => {
    const playing = playVideo(
      pipeline,
      video.element,
      canvas,
      { kind: 'colour', colour: '#18a558', foreground: [2] },
      { onError: reject, onFrame: () => playing.drawnFrames >= 3 && resolve(playing.stop()) },
    );
  });
  const colours = await coloursOf(canvas);
  video.stop();
  await pipeline.destroy();
  canvas.remove();
  return colours;
}

function giveContextOnce(canvas: HTMLCanvasElement): void {
  const getContext = canvas.getContext.bind(canvas) as (kind: string) => RenderingContext | null;
  let isGiven = false;
  const once = (kind: string) => {
    if (isGiven) throw new DOMException('the canvas has a context', 'InvalidStateError');
    isGiven = true;
    return getContext(kind);
  };
  Object.defineProperty(canvas, 'getContext', { value: once });
}

/** The same by a worker that was given the canvas, and VideoFrames. */
export async function playedInWorker(
  network: NetworkDescription,
  bytes: readonly number[],
  { backend = 'webgpu' }: { backend?: 'webgpu' | 'cpu' } = {},
): Promise<Colour[]> {
  const worker = new Worker(new URL('./video-worker.ts', import.meta.url), { type: 'module' });
  const ask = (request: WorkerRequest, ...transferred: Transferable[]) =>
    new Promise<void>((resolve, reject) => {
      worker.onmessage = ({ data }: MessageEvent<WorkerAnswer>) => {
        if (data.error === undefined) resolve();
        else reject(new Error(data.error));
      };
      worker.onerror = (event) => reject(new Error(event.message || 'the worker could not be loaded'));
      worker.postMessage(request, transferred);
    });
  const element = document.body.appendChild(document.createElement('canvas'));
  const canvas = element.transferControlToOffscreen();
  await ask({ kind: 'start', canvas, network: { ...network, bytes: Uint8Array.from(bytes) }, backend }, canvas);
  const picture = twoHalves();
  for (let count = 0; count < 3; count++) {
    const frame = sources.videoFrame(picture);
    await ask({ kind: 'frame', frame }, frame);
  }
  const colours = await coloursOf(element);
  await ask({ kind: 'end' });
  worker.terminate();
  element.remove();
  return colours;
}

/** A stream of a canvas that is drawn again and again: a video with ever new frames. */
async function movingVideo(): Promise<{ element: HTMLVideoElement; stop: () => void }> {
  const { data, width, height } = twoHalves();
  const canvas = document.createElement('canvas');
  Object.assign(canvas, { width, height });
  const drawing = canvas.getContext('2d');
  const draw = () => drawing?.putImageData(new ImageData(Uint8ClampedArray.from(data), width, height), 0, 0);
  draw();
  const timer = setInterval(draw, 30);
  const element = document.createElement('video');
  element.muted = true;
  const stream = canvas.captureStream(30);
  element.srcObject = stream;
  await element.play();
  return {
    element,
    stop: () => {
      clearInterval(timer);
      for (const track of stream.getTracks()) track.stop();
    },
  };
}

/** The middle of both halves, as the page shows the canvas. What a worker draws shows a moment later. */
async function coloursOf(canvas: HTMLCanvasElement): Promise<Colour[]> {
  for (let count = 0; count < 3; count++) await new Promise((resolve) => requestAnimationFrame(resolve));
  const copy = new OffscreenCanvas(size.width, size.height).getContext('2d');
  if (!copy) throw new Error('no 2-D canvas');
  copy.drawImage(canvas, 0, 0, size.width, size.height);
  return [0.25, 0.75].map((part) => {
    const [red, green, blue] = copy.getImageData(part * size.width, size.height / 2, 1, 1).data;
    return [red, green, blue];
  });
}
