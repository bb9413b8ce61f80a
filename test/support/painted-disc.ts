// SPDX-License-Identifier: MIT

import { Painter } from '../../src/pipeline/drawing/painter.js';
import { drawDisc } from './disc.js';
import { StageDevice } from './stage-device.js';

export const disc = drawDisc();
export const format = 'rgba8unorm';

export interface PaintedDisc {
  gpu: StageDevice;
  sources: Parameters<Painter['prepare']>[0]['sources'];
  painter: Painter;
  finish(): Promise<void>;
}

/** The disc's frame and labels on a device, and a painter that is prepared for every view of them. */
export async function paintDisc(): Promise<PaintedDisc> {
  const gpu = await StageDevice.create();
  const frame = gpu.texture(disc.rgba, disc.width, disc.height);
  const labels = { ...disc.labels, labelMap: gpu.storage(disc.labelMap), marginals: gpu.storage(disc.marginals) };
  const sources = { frame, labels };
  const painter = new Painter(gpu.device);
  await painter.prepare({
    sources,
    formats: [format],
    views: ['original', 'overlay', 'labels', 'confidence', 'cut-out', 'colour', 'image', 'blur'],
    colours: ['#00000000', '#0000ff'],
  });
  return {
    gpu,
    sources,
    painter,
    async finish() {
      painter.destroy();
      await gpu.finish();
    },
  };
}
