// SPDX-License-Identifier: MIT

// What the tests of the pipeline with a camera call in the page, by `window.importModule`.

import { Tensor } from 'onnxruntime-web/jspi';
import { type NetworkDescription, Pipeline, presets } from '../../src/pipeline/index.js';
import { createTestDevice, type DeviceCounts } from './device.js';

export interface CameraRun {
  frames: number;
  /** Of all frames after the warm-up. */
  created: DeviceCounts;
  /** Bind groups that have a label, as all of ours have and few of onnxruntime's. */
  ownBindGroups: Record<string, number>;
  /** Tensors made from buffers after the warm-up. */
  tensors: number;
  /** Labels in the last frame, in ascending order. */
  labels: number[];
  bytesBefore: number;
  bytesAfter: number;
}

export async function openCamera(width = 640, height = 480): Promise<HTMLVideoElement> {
  const video = document.createElement('video');
  video.muted = true;
  video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { width, height } });
  await video.play();
  return video;
}

/** `frames` frames of the camera, small so that SwiftShader gets through them, through a tiny network, the CRF, smoothing and a canvas, with everything counted. */
export async function runCamera(
  description: NetworkDescription,
  bytes: readonly number[],
  warmUp: number,
  frames: number,
): Promise<CameraRun> {
  const video = await openCamera(160, 120);
  const test = await createTestDevice();
  const ownBindGroups: Record<string, number> = {};
  let counting = false;
  const { device } = test;
  const createBindGroup = device.createBindGroup;
  Object.defineProperty(device, 'createBindGroup', {
    value(descriptor: GPUBindGroupDescriptor) {
      if (counting && descriptor.label) ownBindGroups[descriptor.label] = (ownBindGroups[descriptor.label] ?? 0) + 1;
      return createBindGroup.call(device, descriptor);
    },
  });
  let tensors = 0;
  const fromGpuBuffer = Tensor.fromGpuBuffer;
  Tensor.fromGpuBuffer = ((...values: Parameters<typeof fromGpuBuffer>) => {
    tensors++;
    return fromGpuBuffer(...values);
  }) as typeof fromGpuBuffer;

  const network = { ...description, bytes: Uint8Array.from(bytes), workingSize: 32 };
  const pipeline = await Pipeline.create({ network, device });
  const canvas = document.createElement('canvas');
  canvas.width = 160;
  canvas.height = 120;
  document.body.append(canvas);
  const frame = async () => {
    const result = await pipeline.segmentFrame(video);
    await pipeline.draw({ kind: 'overlay' }, canvas);
    await new Promise((resolve) => requestAnimationFrame(resolve));
    return result;
  };
  for (let count = 0; count < warmUp; count++) await frame();
  const [before, bytesBefore] = [test.counts(), pipeline.bytesHeld];
  counting = true;
  tensors = 0;
  for (let count = 0; count < frames; count++) await frame();
  counting = false;
  const after = test.counts();
  const bytesAfter = pipeline.bytesHeld;
  const result = await pipeline.segmentFrame(video);
  const labels = await result.labelMap();
  const created = Object.fromEntries(
    Object.entries(after).map(([name, count]) => [name, count - before[name as keyof DeviceCounts]]),
  ) as unknown as DeviceCounts;
  await pipeline.destroy();
  for (const track of (video.srcObject as MediaStream).getTracks()) track.stop();
  return { frames, created, ownBindGroups, tensors, labels: [...new Set(labels)].sort(), bytesBefore, bytesAfter };
}

/** A square that moves: where the labels have it, and where the picture has it, in parts of the width. */
export interface Followed {
  found: number;
  expected: number;
}

/**
 * Strokes on one frame of the camera, then the frames after it: the picture's red square is followed by its colours.
 *
 * @param inputSize long side of colour-prompt's input
 * @param frames at least so many
 * @param way until it has come further than this, in parts of the width
 */
export async function followSquare(inputSize: number, frames: number, way: number): Promise<Followed[]> {
  const video = await openCamera();
  const preset = presets['colour-prompt'];
  const network = { ...preset, input: { ...preset.input, longSide: inputSize } };
  const pipeline = await Pipeline.create({ network, workingSize: 160, backend: 'webgpu' });
  const key = await createImageBitmap(video);
  const at = middleOfRed(key) * key.width;
  await pipeline.setPrompts(key, {
    width: key.width,
    height: key.height,
    labelCount: 2,
    strokes: [
      { label: 0, radius: 20, points: [20, 620].map((x) => ({ x, y: 40 })) },
      { label: 0, radius: 20, points: [20, 620].map((x) => ({ x, y: 440 })) },
      { label: 1, radius: 30, points: [at - 20, at + 20].map((x) => ({ x, y: 240 })) },
    ],
  });
  const followed: Followed[] = [];
  const moved = () => {
    const places = followed.map(({ expected }) => expected);
    return Math.max(...places) - Math.min(...places);
  };
  // How far it comes from frame to frame hangs on how busy the machine is.
  while (followed.length < frames || (moved() <= way && followed.length < 50)) {
    await new Promise((resolve) => setTimeout(resolve, 300));
    const frame = new VideoFrame(video);
    const picture = await createImageBitmap(frame);
    const result = await pipeline.segmentFrame(frame);
    frame.close();
    const labels = await result.labelMap();
    let sum = 0;
    let pixels = 0;
    labels.forEach((label, pixel) => {
      sum += label * (((pixel % result.width) + 0.5) / result.width);
      pixels += label;
    });
    followed.push({ found: sum / pixels, expected: middleOfRed(picture) });
  }
  await pipeline.destroy();
  for (const track of (video.srcObject as MediaStream).getTracks()) track.stop();
  return followed;
}

/** Middle of what is red, in parts of the width. */
function middleOfRed(picture: ImageBitmap): number {
  const { width, height } = picture;
  const context = new OffscreenCanvas(width, height).getContext('2d');
  if (!context) throw new Error('no 2d context');
  context.drawImage(picture, 0, 0);
  const { data } = context.getImageData(0, height >> 1, width, 1);
  let sum = 0;
  let pixels = 0;
  for (let x = 0; x < width; x++) {
    if (data[4 * x] < 150 || data[4 * x + 1] > 100) continue;
    sum += x + 0.5;
    pixels++;
  }
  return sum / pixels / width;
}

/** The names of operators that the provider lacks, as the user is told. */
export async function refusalOf(network: NetworkDescription, bytes: readonly number[]): Promise<string> {
  try {
    const pipeline = await Pipeline.create({
      network: { ...network, bytes: Uint8Array.from(bytes) },
      backend: 'webgpu',
    });
    await pipeline.destroy();
    return '';
  } catch (error) {
    return (error as Error).message;
  }
}

/** A camera through a pipeline whose GPU process crashes: `lose` is called when the phase is reached. */
export async function surviveLoss(
  description: NetworkDescription,
  bytes: readonly number[],
): Promise<{ losses: object[]; labels: number[]; end: string }> {
  const video = await openCamera();
  const losses: object[] = [];
  const network = { ...description, bytes: Uint8Array.from(bytes) };
  const pipeline = await Pipeline.create({ network, backend: 'webgpu', onDeviceLost: (loss) => losses.push(loss) });
  const cornerLabel = async () => {
    const result = await pipeline.segmentFrame(video);
    return (await result.labelMap())[0];
  };
  const labels = [await cornerLabel()];
  await window.crashGpu();
  while (losses.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  labels.push(await cornerLabel());
  const running = cornerLabel();
  await window.crashGpu();
  // It may have ended before the crash, or have been told of it.
  await running.catch(() => undefined);
  const end = await cornerLabel().then(() => '', String);
  await pipeline.destroy();
  return { losses, labels, end };
}

/** A device that goes away while the network runs on it: the corner's label before and in that call, and whether the device was another one then. */
export async function loseInTheMiddle(
  description: NetworkDescription,
  bytes: readonly number[],
): Promise<{ labels: number[]; isReplaced: boolean }> {
  const video = await openCamera();
  const network = { ...description, bytes: Uint8Array.from(bytes) };
  const pipeline = await Pipeline.create({ network, backend: 'webgpu' });
  const cornerLabel = async () => (await (await pipeline.segmentFrame(video)).labelMap())[0];
  const labels = [await cornerLabel()];
  const { device } = pipeline;
  const submit = device.queue.submit.bind(device.queue);
  device.queue.submit = (commands) => {
    submit(commands);
    // With the frame itself: the network is still to come.
    device.destroy();
  };
  labels.push(await cornerLabel());
  const isReplaced = pipeline.device !== device;
  await pipeline.destroy();
  return { labels, isReplaced };
}

declare global {
  interface Window {
    crashGpu(): Promise<void>;
  }
}
