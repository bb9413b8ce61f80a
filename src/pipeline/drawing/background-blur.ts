// SPDX-License-Identifier: MIT

import { BufferSet } from '../../gpu/buffers.js';
import { foldedGrid, type Grid, type Program } from '../../gpu/program.js';
import { writeUniform } from '../../gpu/uniforms.js';
import { drawBackground } from '../../stages/pipeline/draw-background.js';
import { drawBlur } from '../../stages/pipeline/draw-blur.js';
import { drawHalve } from '../../stages/pipeline/draw-halve.js';
import { Words } from '../gpu-values/words.js';
import { planBlur } from './blur-plan.js';
import type { ForegroundLayer } from './foreground-layer.js';
import type { DrawingContext } from './sources.js';

/** A picture of the background, 2^exponent times smaller than the frame. */
interface Level {
  readonly exponent: number;
  readonly width: number;
  readonly height: number;
  readonly grid: Grid;
  /** Premultiplied, f32 [height, width, 4]. */
  readonly pixels: GPUBuffer;
}

interface Encoders {
  background: (pass: GPUComputePassEncoder) => void;
  /** From each level to the next. */
  halve: ((pass: GPUComputePassEncoder) => void)[];
  /** Along x, then y, a level. */
  blur: ((pass: GPUComputePassEncoder) => void)[];
}

/** The frame's background, blurred without the foreground. */
export class BackgroundBlur {
  /** Premultiplied, f32 [height, width, 4] of the level that `encode` told. */
  readonly blurred: GPUBuffer;
  private readonly buffers: BufferSet;
  private readonly levels: Level[] = [];
  private readonly between: GPUBuffer;
  private readonly axes: readonly [Words, Words];
  private encoders: Encoders | undefined;

  constructor(
    private readonly context: DrawingContext,
    private readonly foreground: ForegroundLayer,
  ) {
    const { device, frame, workgroupSize } = context;
    this.buffers = new BufferSet(device);
    let [width, height] = [frame.width, frame.height];
    do {
      [width, height] = [Math.ceil(width / 2), Math.ceil(height / 2)];
      this.levels.push({
        exponent: this.levels.length + 1,
        width,
        height,
        grid: foldedGrid(Math.ceil((width * height) / workgroupSize)),
        pixels: this.buffers.storage('BackgroundBlur.level', width * height * 16),
      });
    } while (width > 1 || height > 1);
    const largest = this.levels[0].pixels.size;
    this.between = this.buffers.storage('BackgroundBlur.between', largest);
    this.blurred = this.buffers.storage('BackgroundBlur.blurred', largest);
    const axis = () => new Words(device, this.buffers.uniform('BackgroundBlur.blur', 5), 5);
    this.axes = [axis(), axis()];
  }

  get bytes(): number {
    return this.buffers.bytes;
  }

  async prepare(): Promise<void> {
    if (this.encoders) return;
    const { programs, workgroupSize } = this.context;
    const constants = { workgroupSize };
    const [background, halve, blur] = await Promise.all([
      programs.get(drawBackground, constants),
      programs.get(drawHalve, constants),
      programs.get(drawBlur, constants),
    ]);
    this.encoders = {
      background: this.backgroundEncoder(background),
      halve: this.levels.slice(1).map((to, i) => this.halveEncoder(halve, this.levels[i], to)),
      blur: this.levels.map((level) => this.blurEncoder(blur, level)),
    };
  }

  /** `sigmaXY` in frame pixels. Tells the size of what is in `blurred`. */
  encode(pass: GPUComputePassEncoder, sigmaXY: number): { width: number; height: number; scale: number } {
    if (!this.encoders) throw new Error('BackgroundBlur.encode before prepare');
    const { exponent, sigma, radius } = planBlur(sigmaXY, this.levels.length);
    const { width, height } = this.levels[exponent - 1];
    for (const [axis, words] of this.axes.entries()) {
      words.u32.set([width, height, axis, radius]);
      words.f32[4] = sigma > 0 ? 1 / (2 * sigma * sigma) : 0;
      words.flush();
    }
    this.encoders.background(pass);
    for (let level = 1; level < exponent; level++) this.encoders.halve[level - 1](pass);
    this.encoders.blur[exponent - 1](pass);
    return { width, height, scale: 2 ** exponent };
  }

  destroy(): void {
    this.buffers.destroy();
  }

  private backgroundEncoder(program: Program<typeof drawBackground.layout>) {
    const [level] = this.levels;
    const group = program.bind({
      drawing: { buffer: this.foreground.sizes },
      frame: this.context.frame.createView(),
      foreground: { buffer: this.foreground.layer },
      background: { buffer: level.pixels },
    });
    return (pass: GPUComputePassEncoder) => program.encode(pass, group, level.grid);
  }

  private halveEncoder(program: Program<typeof drawHalve.layout>, from: Level, to: Level) {
    const uniform = this.buffers.uniform('BackgroundBlur.halve', 2);
    writeUniform(this.context.device, uniform, [from.width, from.height]);
    const group = program.bind({
      halve: { buffer: uniform },
      source: { buffer: from.pixels },
      halved: { buffer: to.pixels },
    });
    return (pass: GPUComputePassEncoder) => program.encode(pass, group, to.grid);
  }

  private blurEncoder(program: Program<typeof drawBlur.layout>, { pixels, grid }: Level) {
    const [x, y] = this.axes;
    const along = program.bind({
      blur: { buffer: x.buffer },
      source: { buffer: pixels },
      blurred: { buffer: this.between },
    });
    const down = program.bind({
      blur: { buffer: y.buffer },
      source: { buffer: this.between },
      blurred: { buffer: this.blurred },
    });
    return (pass: GPUComputePassEncoder) => {
      program.encode(pass, along, grid);
      program.encode(pass, down, grid);
    };
  }
}
