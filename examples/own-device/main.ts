// SPDX-License-Identifier: MIT

// Refines logits that are on the GPU already, on the device that made them. No network runtime is loaded: `meanfield` alone knows none.

import { DenseCrf } from 'meanfield';

const width = 64;
const height = 64;
/** Logits are coarse, as networks give them: [label, y, x]. */
const coarse = { labelCount: 2, width: 8, height: 8 };

const adapter = await navigator.gpu.requestAdapter();
const device = await adapter?.requestDevice();
if (!device) throw new Error('no WebGPU here');

const image = drawImage();
const logits = makeLogits(device);
const crf = await DenseCrf.create({
  width,
  height,
  labelCount: coarse.labelCount,
  device,
  parameters: {
    kernels: [
      { type: 'gaussian', sigmaXY: 3, compatibility: 3 },
      { type: 'bilateral', sigmaXY: 20, sigmaRGB: 10, compatibility: 5 },
    ],
  },
});
await crf.refine({ image, unary: { logits, width: coarse.width, height: coarse.height } });
// For shaders of your own there is (await crf.gpuResults()).labelMap, a GPUBuffer: then nothing is read back.
drawLabels(await crf.labelMap());
crf.destroy();

/** A disc with noise. */
function drawImage(): ImageData {
  const data = new ImageData(width, height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const noise = 12 * Math.sin(37 * x * x + 91 * y);
      const [red, green, blue] = isInDisc(x, y) ? [210, 120, 60] : [60, 110, 150];
      data.data.set([red + noise, green + noise, blue + noise, 255], 4 * (y * width + x));
    }
  }
  contextOf('#image').putImageData(data, 0, 0);
  return data;
}

/** Stands for your network: whether the disc has the middle of each 8×8 pixels. */
function makeLogits(owner: GPUDevice): GPUBuffer {
  const cells = coarse.width * coarse.height;
  const values = new Float32Array(coarse.labelCount * cells);
  for (let y = 0; y < coarse.height; y++) {
    for (let x = 0; x < coarse.width; x++) {
      values[cells + y * coarse.width + x] = isInDisc(8 * x + 3.5, 8 * y + 3.5) ? 2 : -2;
    }
  }
  const buffer = owner.createBuffer({
    size: values.byteLength,
    usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST,
  });
  owner.queue.writeBuffer(buffer, 0, values);
  return buffer;
}

function isInDisc(x: number, y: number): boolean {
  return Math.hypot(x - 36, y - 30) < 19;
}

function drawLabels(labelMap: Uint32Array): void {
  const data = new ImageData(width, height);
  for (const [pixel, label] of labelMap.entries())
    data.data.set(label === 1 ? [255, 255, 255, 255] : [0, 0, 0, 255], 4 * pixel);
  contextOf('#labels').putImageData(data, 0, 0);
}

function contextOf(canvas: string): CanvasRenderingContext2D {
  return (document.querySelector(canvas) as HTMLCanvasElement).getContext('2d') as CanvasRenderingContext2D;
}
