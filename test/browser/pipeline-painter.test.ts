// SPDX-License-Identifier: MIT

import { expect, test } from 'vitest';
import { openPage } from '../support/page.js';

test('a painter draws into a canvas, which is transparent where nothing is drawn', async () => {
  const { page, finish } = await openPage();
  const pixels = await page.evaluate(async () => {
    type Drawing = typeof import('../../src/pipeline/drawing/painter.js') &
      typeof import('../../src/pipeline/drawing/target.js');
    const { requestDevice } = (await window.importModule(
      'src/gpu/device.ts',
    )) as typeof import('../../src/gpu/device.js');
    const { Painter, configureCanvas } = {
      ...((await window.importModule('src/pipeline/drawing/painter.ts')) as object),
      ...((await window.importModule('src/pipeline/drawing/target.ts')) as object),
    } as Drawing;
    const acquired = await requestDevice('any');
    if (!acquired) throw new Error('no WebGPU adapter');
    const { device } = acquired;

    // The left half is red and foreground, the right half green.
    const [width, height] = [8, 8];
    const frame = device.createTexture({
      size: [width, height],
      format: 'rgba8unorm',
      usage: GPUTextureUsage.TEXTURE_BINDING | GPUTextureUsage.COPY_DST,
    });
    const isLeft = (i: number) => i % width < width / 2;
    const bytes = Uint8Array.from({ length: 4 * width * height }, (_, i) =>
      isLeft(i >> 2) ? [200, 10, 20, 255][i % 4] : [10, 200, 20, 255][i % 4],
    );
    device.queue.writeTexture({ texture: frame }, bytes, { bytesPerRow: 4 * width }, [width, height]);
    const storage = (values: Uint32Array<ArrayBuffer> | Float32Array<ArrayBuffer>) => {
      const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST;
      const buffer = device.createBuffer({ size: values.byteLength, usage });
      device.queue.writeBuffer(buffer, 0, values);
      return buffer;
    };
    const labelMap = storage(Uint32Array.from({ length: 64 }, (_, i) => Number(isLeft(i))));
    const marginals = storage(Float32Array.from({ length: 128 }, (_, i) => Number(isLeft(i % 64) === i >= 64)));

    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [16, 8];
    const context = canvas.getContext('webgpu') as GPUCanvasContext;
    const formats = [configureCanvas(context, device)];
    const painter = new Painter(device);
    const labels = { width, height, labelCount: 2, labelMap, marginals };
    await painter.prepare({ sources: { frame, labels }, views: ['cut-out'], formats });
    const encoder = device.createCommandEncoder();
    painter.encode(encoder, { kind: 'cut-out' }, context);
    device.queue.submit([encoder.finish()]);

    // A 2-D canvas has straight alpha, over white what the page shows.
    const flat = document.createElement('canvas');
    [flat.width, flat.height] = [16, 8];
    const drawing = flat.getContext('2d') as CanvasRenderingContext2D;
    drawing.fillStyle = 'white';
    drawing.fillRect(0, 0, 16, 8);
    drawing.drawImage(canvas, 0, 0);
    const at = (x: number, y: number) => [...drawing.getImageData(x, y, 1, 1).data];
    const found = { margin: at(1, 4), foreground: at(5, 4), background: at(10, 4), right: at(15, 0) };
    painter.destroy();
    device.destroy();
    return found;
  });
  const white = [255, 255, 255, 255];
  expect(pixels).toEqual({ margin: white, foreground: [200, 10, 20, 255], background: white, right: white });
  await finish();
});
