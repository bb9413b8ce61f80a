// SPDX-License-Identifier: MIT

// Runs in a page: what a page shows and nobody can read, and what becomes of it.

import { MaskAnalysis } from '../../src/analysis/index.js';
import { DenseCrf, type ImageInput, type Refiner } from '../../src/index.js';

const size = { width: 8, height: 6, labelCount: 2 };
const mask = new Uint8Array(48).fill(1);

function canvasOf(width: number, height: number): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const drawing = canvas.getContext('2d');
  drawing?.fillRect(0, 0, width / 2, height);
  return canvas;
}

async function loaded(address: string): Promise<HTMLImageElement> {
  const image = new Image();
  image.src = address;
  await image.decode();
  return image;
}

async function broken(): Promise<HTMLImageElement> {
  const image = new Image();
  image.src = 'data:image/png;base64,AAAA';
  await image.decode().catch(() => undefined);
  return image;
}

function transferredCanvas(): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = size.width;
  canvas.height = size.height;
  canvas.transferControlToOffscreen();
  return canvas;
}

function detached<Value extends Transferable>(value: Value): Value {
  new MessageChannel().port1.postMessage(value, [value]);
  return value;
}

async function closedBitmap(): Promise<ImageBitmap> {
  const bitmap = await createImageBitmap(canvasOf(8, 6));
  bitmap.close();
  return bitmap;
}

function closedFrame(): VideoFrame {
  const frame = new VideoFrame(canvasOf(8, 6), { timestamp: 0 });
  frame.close();
  return frame;
}

async function tainted(address: string): Promise<HTMLCanvasElement> {
  const canvas = canvasOf(8, 6);
  canvas.getContext('2d')?.drawImage(await loaded(address), 0, 0);
  return canvas;
}

/** @param foreign the address of a picture of another origin, 8×6 pixels at least */
async function unreadable(foreign: string): Promise<Record<string, ImageInput>> {
  return {
    'a video without a picture': document.createElement('video'),
    'an image without an address': new Image(),
    'an image that is none': await broken(),
    'a closed bitmap': await closedBitmap(),
    'a transferred bitmap': detached(await createImageBitmap(canvasOf(8, 6))),
    'a closed frame': closedFrame(),
    'a canvas without pixels': canvasOf(0, 6),
    'a canvas that was given to a worker': transferredCanvas(),
    'an offscreen canvas that was sent away': detached(new OffscreenCanvas(8, 6)),
    'a canvas with a picture of another origin': await tainted(foreign),
    'a canvas of another size': canvasOf(9, 6),
    'something that is no image': { width: 8, height: 6 } as unknown as ImageInput,
  };
}

export interface Told {
  name: string;
  message: string;
}

async function told(call: () => Promise<unknown>): Promise<Told> {
  try {
    await call();
    return { name: 'none', message: '' };
  } catch (error) {
    const { name, message } = error as Error;
    return { name, message };
  }
}

async function labelsOf(crf: Refiner, image: ImageInput | undefined): Promise<number[]> {
  await crf.refine(image === undefined ? {} : { image });
  return [...(await crf.marginals())];
}

/** What each of the unreadable images is told, and whether the engine had the same result as before afterwards. */
export async function refusals(
  backend: 'webgpu' | 'cpu',
  foreign: string,
): Promise<Record<string, { crf: Told; analysis: Told; goesOn: boolean }>> {
  const kernels = [{ type: 'bilateral', sigmaXY: 5, sigmaRGB: 20, compatibility: 2 }] as const;
  const crf = await DenseCrf.create({ ...size, backend, parameters: { kernels, iterations: 1 } });
  const analysis = await MaskAnalysis.create({ width: size.width, height: size.height, backend });
  const logits = Float32Array.from({ length: 96 }, (_unused, i) => Math.sin(i));
  await crf.refine({ image: canvasOf(8, 6), unary: { logits } });
  const before = String(await labelsOf(crf, undefined));
  const results: Record<string, { crf: Told; analysis: Told; goesOn: boolean }> = {};
  for (const [name, image] of Object.entries(await unreadable(foreign))) {
    results[name] = {
      crf: await told(() => crf.refine({ image })),
      analysis: await told(() => analysis.softAlpha(image, { mask })),
      goesOn: String(await labelsOf(crf, undefined)) === before,
    };
  }
  // A good one still is.
  results['a canvas'] = {
    crf: await told(() => crf.refine({ image: canvasOf(8, 6) })),
    analysis: await told(() => analysis.softAlpha(canvasOf(8, 6), { mask })),
    goesOn: String(await labelsOf(crf, undefined)) === before,
  };
  crf.destroy();
  analysis.destroy();
  return results;
}
