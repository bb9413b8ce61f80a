// SPDX-License-Identifier: MIT

import type { MaskAnalysis } from '../../src/analysis/index.js';
import { type InstanceJob, type Instances, instanceParts } from './protocol.js';

/** Of the picture's pixels: what is smaller than this share is a speck. */
const leastShare = 2e-4;

/** Pixels: at no size is an instance smaller. */
const leastPixels = 8;

const { rim, core } = instanceParts;

/** Parts a mask into instances, where the CRF runs; keeps what it needs for one size of picture. */
export class InstanceFinder {
  private analysis: MaskAnalysis | undefined;
  private key: { device: GPUDevice | undefined; width: number; height: number } | undefined;

  /** @param device undefined: on the processor */
  async find({ width, height, parts, splits }: InstanceJob, device: GPUDevice | undefined): Promise<Instances> {
    const analysis = await this.analysisFor(width, height, device);
    const leastArea = Math.max(leastPixels, Math.round(leastShare * width * height));
    const whole = await analysis.mask(parts, { labels: [rim, core] });
    const large = await (await analysis.removeSmall(whole, { minArea: leastArea })).read();
    const kept = parts.map((part, pixel) => (large[pixel] ? part : instanceParts.none));
    const found = splits
      ? await analysis.instances(kept, { labels: [rim, core], seedLabels: [core] })
      : await analysis.components(kept.map((part) => Number(part !== instanceParts.none)));
    return { width, height, ids: await found.read(), regions: await analysis.regions(found), leastArea };
  }

  private async analysisFor(width: number, height: number, device: GPUDevice | undefined): Promise<MaskAnalysis> {
    const { analysis, key } = this;
    if (analysis && key?.device === device && key?.width === width && key.height === height) return analysis;
    analysis?.destroy();
    this.analysis = undefined;
    const { MaskAnalysis } = await import('../../src/analysis/index.js');
    const backend = device ? { backend: 'webgpu' as const, device } : { backend: 'cpu' as const };
    this.analysis = await MaskAnalysis.create({ width, height, labels: Object.keys(instanceParts).length, ...backend });
    this.key = { device, width, height };
    return this.analysis;
  }
}
