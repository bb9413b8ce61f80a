// SPDX-License-Identifier: MIT

import { BufferSet } from '../../gpu/buffers.js';
import { foldedGrid } from '../../gpu/program.js';
import { drawContours } from '../../stages/pipeline/draw-contours.js';
import { Words } from '../gpu-values/words.js';
import type { DrawingContext } from './sources.js';

/** Distances to the contours between labels, at the working size. */
export class ContourLayer {
  /** (label, label beyond, bits of the distance in working pixels, 0), u32 [height, width, 4]. */
  readonly nearest: GPUBuffer;
  private readonly buffers: BufferSet;
  private readonly rowCrossings: GPUBuffer;
  private readonly sizes: Words;
  private encodeStages: ((pass: GPUComputePassEncoder) => void) | undefined;

  constructor(private readonly context: DrawingContext) {
    const { device, labels } = context;
    this.buffers = new BufferSet(device);
    const pixelCount = labels.width * labels.height;
    this.nearest = this.buffers.storage('ContourLayer.nearest', pixelCount * 16);
    this.rowCrossings = this.buffers.storage('ContourLayer.rowCrossings', pixelCount * 8);
    this.sizes = new Words(device, this.buffers.uniform('ContourLayer.sizes', 4), 4);
    this.sizes.u32.set([labels.width, labels.height, labels.labelCount]);
  }

  get bytes(): number {
    return this.buffers.bytes;
  }

  async prepare(): Promise<void> {
    if (this.encodeStages) return;
    const { programs, workgroupSize, labels } = this.context;
    const [rows, columns] = await Promise.all([
      programs.get(drawContours, { workgroupSize }, 'rows'),
      programs.get(drawContours, { workgroupSize }, 'columns'),
    ]);
    const bindings = {
      contours: { buffer: this.sizes.buffer },
      labelMap: { buffer: labels.labelMap },
      marginals: { buffer: labels.marginals },
      rowCrossings: { buffer: this.rowCrossings },
      nearest: { buffer: this.nearest },
    };
    const [rowsGroup, columnsGroup] = [rows.bind(bindings), columns.bind(bindings)];
    const grid = foldedGrid(Math.ceil((labels.width * labels.height) / workgroupSize));
    this.encodeStages = (pass) => {
      rows.encode(pass, rowsGroup, grid);
      columns.encode(pass, columnsGroup, grid);
    };
  }

  /** Distances beyond `reach` working pixels are not looked for. */
  encode(pass: GPUComputePassEncoder, reach: number): void {
    if (!this.encodeStages) throw new Error('ContourLayer.encode before prepare');
    this.sizes.u32[3] = reach;
    this.sizes.flush();
    this.encodeStages(pass);
  }

  destroy(): void {
    this.buffers.destroy();
  }
}
