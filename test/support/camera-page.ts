// SPDX-License-Identifier: MIT

// What the tests of the pipeline with a camera call in the page, by `window.importModule`.

import { Tensor } from 'onnxruntime-web/jspi';
import { type NetworkDescription, Pipeline } from '../../src/pipeline/index.js';
import { createTestDevice, type DeviceCounts } from './device.js';

export interface CameraRun {
  frames: number;
  /** Of all frames after the warm-up. */
  created: DeviceCounts;
  /** Bind groups that have a label, as all of ours have and few of onnxruntime's. */
  ownBindGroups: Record<string, number>;
  /** Tensors made from buffers after the warm-up. */
  tensors: number;
  /** Labels of pixels at a quarter and at three quarters of the width, half way down. */
  labels: [left: number, right: number];
  bytesBefore: number;
  bytesAfter: number;
}

export async function openCamera(): Promise<HTMLVideoElement> {
  const video = document.createElement('video');
  video.muted = true;
  video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { width: 640, height: 480 } });
  await video.play();
  return video;
}

/** `frames` frames of the camera through a tiny network, the CRF, smoothing and a canvas, with everything counted. */
export async function runCamera(
  description: NetworkDescription,
  bytes: readonly number[],
  warmUp: number,
  frames: number,
): Promise<CameraRun> {
  const video = await openCamera();
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
  const row = (result.height >> 1) * result.width;
  const created = Object.fromEntries(
    Object.entries(after).map(([name, count]) => [name, count - before[name as keyof DeviceCounts]]),
  ) as unknown as DeviceCounts;
  const at = (part: number) => labels[row + Math.floor(part * result.width)];
  await pipeline.destroy();
  for (const track of (video.srcObject as MediaStream).getTracks()) track.stop();
  return { frames, created, ownBindGroups, tensors, labels: [at(0.25), at(0.75)], bytesBefore, bytesAfter };
}

/** The names of operators that the provider lacks, as the user is told. */
export async function refusalOf(network: NetworkDescription, bytes: readonly number[]): Promise<string> {
  try {
    const pipeline = await Pipeline.create({ network: { ...network, bytes: Uint8Array.from(bytes) } });
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
  const pipeline = await Pipeline.create({ network, onDeviceLost: (loss) => losses.push(loss) });
  const leftLabel = async () => {
    const result = await pipeline.segmentFrame(video);
    const labels = await result.labelMap();
    return labels[(result.height >> 1) * result.width + (result.width >> 2)];
  };
  const labels = [await leftLabel()];
  await window.crashGpu();
  while (losses.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  labels.push(await leftLabel());
  const running = leftLabel();
  await window.crashGpu();
  const end = await running.then(() => leftLabel().then(() => '', String), String);
  await pipeline.destroy();
  return { losses, labels, end };
}

declare global {
  interface Window {
    crashGpu(): Promise<void>;
  }
}
