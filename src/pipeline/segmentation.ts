// SPDX-License-Identifier: MIT

import { tellingLoss } from '../gpu/device-loss.js';
import { Readback } from '../gpu/readback.js';
import type { GpuResults } from '../problem/api.js';
import type { FrameReport, NetworkUnary, Segmentation } from './api.js';
import type { PlacedUnary } from './network-run.js';
import { restoreLabelMap, restoreMarginals } from './outputs/present-labels.js';
import type { SegmentationFrame } from './path.js';
import { checkCurrent } from './segmentation-currency.js';

export interface SegmentationSource extends SegmentationFrame {
  device: GPUDevice;
  keptLabels: readonly number[];
  gpu: GpuResults;
  /** The network's output, as it is when asked for. */
  unary: () => PlacedUnary;
}

/** Results that stay on the GPU until somebody asks for them. */
export class GpuSegmentation implements Segmentation {
  readonly width: number;
  readonly height: number;
  readonly labels: readonly string[];
  readonly keptLabels: readonly number[];
  readonly gpu: GpuResults;
  readonly report: FrameReport;

  constructor(private readonly source: SegmentationSource) {
    const { report, labels, keptLabels, gpu } = source;
    this.width = report.working.width;
    this.height = report.working.height;
    this.labels = labels;
    this.keptLabels = keptLabels;
    this.gpu = gpu;
    this.report = report;
  }

  async labelMap(): Promise<Uint32Array> {
    const { keptLabels, labels } = this;
    const map = await this.read(this.gpu.labelMap, this.pixelCount);
    return keptLabels.length === labels.length ? map : restoreLabelMap(map, keptLabels, labels.length);
  }

  async marginals(): Promise<Float32Array> {
    const { keptLabels, pixelCount, labels } = this;
    const kept = new Float32Array((await this.read(this.gpu.marginals, pixelCount * keptLabels.length)).buffer);
    return keptLabels.length === labels.length ? kept : restoreMarginals(kept, keptLabels, labels.length);
  }

  async confidence(): Promise<Float32Array> {
    return new Float32Array((await this.read(this.gpu.confidence, this.pixelCount)).buffer);
  }

  async unary(): Promise<NetworkUnary> {
    checkCurrent(this.source);
    const given = this.source.unary();
    const planes = 'logits' in given ? given.logits : given.probabilities;
    const words = await this.read(planes, this.keptLabels.length * given.width * given.height);
    const values = new Float32Array(words.buffer);
    return 'logits' in given ? { ...given, logits: values } : { ...given, probabilities: values };
  }

  private get pixelCount(): number {
    return this.width * this.height;
  }

  private async read(buffer: GPUBuffer, words: number): Promise<Uint32Array> {
    checkCurrent(this.source);
    const { device } = this.source;
    const readback = new Readback(device);
    try {
      const result = await tellingLoss(device, () => readback.words(buffer, 0, words));
      checkCurrent(this.source);
      return result;
    } finally {
      readback.destroy();
    }
  }
}
