// SPDX-License-Identifier: MIT

import type { GpuResults } from '../crf/api.js';
import { ArgumentError } from '../crf/errors.js';
import { Readback } from '../gpu/readback.js';
import type { FrameReport, Segmentation } from './api.js';
import { restoreLabelMap, restoreMarginals } from './outputs/present-labels.js';

export interface SegmentationSource {
  device: GPUDevice;
  labels: readonly string[];
  keptLabels: readonly number[];
  gpu: GpuResults;
  report: FrameReport;
  /** False once the pipeline has begun another call. */
  isCurrent: () => boolean;
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
    const map = await this.read('labelMap', this.pixelCount);
    return keptLabels.length === labels.length ? map : restoreLabelMap(map, keptLabels, labels.length);
  }

  async marginals(): Promise<Float32Array> {
    const { keptLabels, pixelCount, labels } = this;
    const kept = new Float32Array((await this.read('marginals', pixelCount * keptLabels.length)).buffer);
    return keptLabels.length === labels.length ? kept : restoreMarginals(kept, keptLabels, labels.length);
  }

  async confidence(): Promise<Float32Array> {
    return new Float32Array((await this.read('confidence', this.pixelCount)).buffer);
  }

  private get pixelCount(): number {
    return this.width * this.height;
  }

  private async read(name: keyof GpuResults, words: number): Promise<Uint32Array> {
    const { device, isCurrent } = this.source;
    const check = () => {
      if (isCurrent()) return;
      throw new ArgumentError(
        'segmentation',
        'an earlier one',
        "the result of the pipeline's last call: read before the next",
      );
    };
    check();
    const readback = new Readback(device);
    try {
      const result = await readback.words(this.gpu[name], 0, words);
      check();
      return result;
    } finally {
      readback.destroy();
    }
  }
}
