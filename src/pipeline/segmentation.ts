// SPDX-License-Identifier: MIT

import type { GpuResults } from '../crf/api.js';
import { ArgumentError } from '../crf/errors.js';
import { Readback } from '../gpu/readback.js';
import type { FrameReport, Segmentation } from './api.js';

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
    const { keptLabels } = this;
    const words = await this.read('labelMap', this.pixelCount);
    if (keptLabels.length < this.labels.length) {
      for (let pixel = 0; pixel < words.length; pixel++) words[pixel] = keptLabels[words[pixel]];
    }
    return words;
  }

  async marginals(): Promise<Float32Array> {
    const { keptLabels, pixelCount, labels } = this;
    const kept = new Float32Array((await this.read('marginals', pixelCount * keptLabels.length)).buffer);
    if (keptLabels.length === labels.length) return kept;
    const all = new Float32Array(pixelCount * labels.length);
    for (const [plane, label] of keptLabels.entries()) {
      all.set(kept.subarray(plane * pixelCount, (plane + 1) * pixelCount), label * pixelCount);
    }
    return all;
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
