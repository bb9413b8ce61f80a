// SPDX-License-Identifier: MIT

import { BufferSet } from '../../gpu/buffers.js';
import { foldedGrid, type Grid } from '../../gpu/program.js';
import { drawEdges } from '../../stages/pipeline/draw-edges.js';
import { drawForeground } from '../../stages/pipeline/draw-foreground.js';
import { drawGuide } from '../../stages/pipeline/draw-guide.js';
import { Words } from '../gpu-values/words.js';
import type { DrawingContext } from './sources.js';

/** The foreground at the frame's size: opacity along the frame's edges, colours free of the background's. */
export class ForegroundLayer {
  /** Premultiplied RGBA, 16 bits a channel, u32 [frameHeight, frameWidth, 2]. */
  readonly layer: GPUBuffer;
  private readonly buffers: BufferSet;
  private readonly drawing: Words;
  private readonly flags: Words;
  private readonly guide: GPUBuffer;
  private readonly edges: GPUBuffer;
  private encodeStages: ((pass: GPUComputePassEncoder) => void) | undefined;

  constructor(private readonly context: DrawingContext) {
    const { device, frame, labels } = context;
    this.buffers = new BufferSet(device);
    const pixelCount = labels.width * labels.height;
    try {
      this.layer = this.buffers.storage('ForegroundLayer.layer', frame.width * frame.height * 8);
      this.guide = this.buffers.storage('ForegroundLayer.guide', pixelCount * 16);
      this.edges = this.buffers.storage('ForegroundLayer.edges', pixelCount * 16);
      this.drawing = new Words(device, this.buffers.uniform('ForegroundLayer.drawing', 6), 6);
      const flags = this.buffers.storage('ForegroundLayer.isForeground', labels.labelCount * 4);
      this.flags = new Words(device, flags, labels.labelCount);
    } catch (error) {
      // One is too large for the device: those before it are nobody's.
      this.buffers.destroy();
      throw error;
    }
    this.drawing.u32.set([frame.width, frame.height, labels.width, labels.height, labels.labelCount]);
  }

  get bytes(): number {
    return this.buffers.bytes;
  }

  /** What the frame's part in the background is computed from. */
  get sizes(): GPUBuffer {
    return this.drawing.buffer;
  }

  async prepare(): Promise<void> {
    if (this.encodeStages) return;
    const { programs, workgroupSize, frame, labels } = this.context;
    const constants = { workgroupSize };
    const [guide, edges, foreground] = await Promise.all([
      programs.get(drawGuide, constants),
      programs.get(drawEdges, constants),
      programs.get(drawForeground, constants),
    ]);
    const drawing = { buffer: this.drawing.buffer };
    const view = frame.createView();
    const guideGroup = guide.bind({
      drawing,
      frame: view,
      marginals: { buffer: labels.marginals },
      isForeground: { buffer: this.flags.buffer },
      guide: { buffer: this.guide },
    });
    const edgesGroup = edges.bind({ drawing, guide: { buffer: this.guide }, edges: { buffer: this.edges } });
    const foregroundGroup = foreground.bind({
      drawing,
      frame: view,
      guide: { buffer: this.guide },
      edges: { buffer: this.edges },
      foreground: { buffer: this.layer },
    });
    const gridOf = (pixels: number): Grid => foldedGrid(Math.ceil(pixels / workgroupSize));
    const workingGrid = gridOf(labels.width * labels.height);
    const frameGrid = gridOf(frame.width * frame.height);
    this.encodeStages = (pass) => {
      guide.encode(pass, guideGroup, workingGrid);
      edges.encode(pass, edgesGroup, workingGrid);
      foreground.encode(pass, foregroundGroup, frameGrid);
    };
  }

  /** `foreground`: the labels, null for all but 0. */
  encode(pass: GPUComputePassEncoder, foreground: readonly number[] | null, refineEdges: boolean): void {
    if (!this.encodeStages) throw new Error('ForegroundLayer.encode before prepare');
    const flags = this.flags.u32;
    flags.fill(foreground ? 0 : 1);
    if (foreground) for (const label of foreground) flags[label] = 1;
    else flags[0] = 0;
    this.flags.flush();
    this.drawing.u32[5] = Number(refineEdges);
    this.drawing.flush();
    this.encodeStages(pass);
  }

  destroy(): void {
    this.buffers.destroy();
  }
}
