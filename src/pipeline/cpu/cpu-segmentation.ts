// SPDX-License-Identifier: MIT

import type { GpuResults, Refiner } from '../../problem/api.js';
import { DeviceError } from '../../problem/errors.js';
import type { FrameReport, NetworkUnary, Segmentation } from '../api.js';
import { restoreLabelMap, restoreMarginals } from '../outputs/present-labels.js';
import type { SegmentationFrame } from '../path.js';
import { checkCurrent } from '../segmentation-currency.js';

/** What one call left. */
export interface CpuNumbers {
  keptLabels: readonly number[];
  /** Of the kept labels, after any smoothing. */
  labelMap: Uint32Array;
  marginals: Float32Array;
  engine: Refiner;
  /** The network's output, as it is when asked for, of the kept labels. */
  unary: () => NetworkUnary;
}

/** Results on the CPU. Arrays are fresh copies. */
export class CpuSegmentation implements Segmentation {
  readonly width: number;
  readonly height: number;
  readonly labels: readonly string[];
  readonly report: FrameReport;
  readonly keptLabels: readonly number[];

  constructor(
    private readonly frame: SegmentationFrame,
    private readonly numbers: CpuNumbers,
  ) {
    const { labels, report } = frame;
    this.width = report.working.width;
    this.height = report.working.height;
    this.labels = labels;
    this.report = report;
    this.keptLabels = numbers.keptLabels;
  }

  get gpu(): GpuResults {
    throw new DeviceError("gpu: backend 'cpu' has no GPU buffers; read the arrays instead");
  }

  async labelMap(): Promise<Uint32Array> {
    checkCurrent(this.frame);
    const { labelMap } = this.numbers;
    return this.hasAll ? labelMap.slice() : restoreLabelMap(labelMap, this.keptLabels, this.labels.length);
  }

  async marginals(): Promise<Float32Array> {
    checkCurrent(this.frame);
    const { marginals } = this.numbers;
    return this.hasAll ? marginals.slice() : restoreMarginals(marginals, this.keptLabels, this.labels.length);
  }

  async confidence(): Promise<Float32Array> {
    checkCurrent(this.frame);
    const confidence = await this.numbers.engine.confidence();
    checkCurrent(this.frame);
    return confidence;
  }

  async unary(): Promise<NetworkUnary> {
    checkCurrent(this.frame);
    return this.numbers.unary();
  }

  /** What views are drawn of. */
  get drawn(): Pick<CpuNumbers, 'labelMap' | 'marginals'> {
    return this.numbers;
  }

  private get hasAll(): boolean {
    return this.keptLabels.length === this.labels.length;
  }
}
