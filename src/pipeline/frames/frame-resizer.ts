// SPDX-License-Identifier: MIT

import { BufferSet } from '../../gpu/buffers.js';
import { checkGivenBuffer } from '../../gpu/given-objects.js';
import { foldedGrid, type Grid, type Program } from '../../gpu/program.js';
import type { ScopedDevice } from '../../gpu/scoped-device.js';
import { type UniformWord, writeUniform } from '../../gpu/uniforms.js';
import { ArgumentError } from '../../problem/errors.js';
import { resize } from '../../stages/pipeline/resize.js';
import type { Extent, Placement } from './plan.js';
import type { StageContext } from './stage-context.js';

/**
 * How a frame's pixels are laid out in a target:
 *  - `tensor`: a network's input, batch 1, three channels, value = byte·factor + offset with bytes 0..255;
 *  - `image`: RGBA bytes, u32 [y, x], rounded to the nearest: what `DenseCrf` takes as an image.
 */
export type ResizeForm = { kind: 'image' } | ({ kind: 'tensor' } & TensorForm);

export interface TensorForm {
  layout: 'NHWC' | 'NCHW';
  type: 'float32' | 'float16';
  channels: 'RGB' | 'BGR';
  /** In the order of `channels`. */
  factor: readonly [number, number, number];
  offset: readonly [number, number, number];
  /** Bytes 0..255 around a letterboxed picture: R, G, B. */
  fill: readonly [number, number, number];
}

/** Bytes of a target, padded to 16. */
export function resizeTargetBytes(form: ResizeForm, { width, height }: Extent): number {
  return Math.ceil((pixelBytes(form) * width * height) / 16) * 16;
}

/**
 * Resizes frames of any size into one target buffer: one dispatch a frame. The target stays its owner's.
 * A frame texture or placement seen for the first time costs a bind group or a uniform; nothing else is ever created.
 */
export class FrameResizer {
  private readonly buffers: BufferSet;
  private readonly uniform: GPUBuffer;
  private readonly grid: Grid;
  private readonly groups = new WeakMap<GPUTexture, GPUBindGroup>();
  private readonly extent: Extent;
  /** Frame size and placement that the uniform holds. */
  private written: { frameWidth: number; frameHeight: number; placement: Placement; mirrored: boolean } | undefined;

  private constructor(
    private readonly device: ScopedDevice,
    private readonly program: Program<typeof resize.layout>,
    private readonly form: ResizeForm,
    size: Extent,
    private readonly target: GPUBuffer,
    workgroupSize: number,
  ) {
    this.extent = { width: size.width, height: size.height };
    this.buffers = new BufferSet(device);
    this.uniform = this.buffers.uniform('FrameResizer.uniform', uniformWords);
    this.grid = foldedGrid(Math.ceil(itemCount(form, size) / workgroupSize));
  }

  /**
   * @param size of the target in pixels: all placements given to `encode` have it
   * @param target a storage buffer of at least `resizeTargetBytes`
   *
   * Throws ArgumentError if the target is too small or may not be bound as storage, DeviceError if the shader is refused.
   */
  static async create(context: StageContext, form: ResizeForm, size: Extent, target: GPUBuffer): Promise<FrameResizer> {
    const bytes = resizeTargetBytes(form, size);
    checkGivenBuffer('target', target, bytes, 'storage');
    const tensor = form.kind === 'tensor' ? form : undefined;
    const program = await context.programs.get(resize, {
      workgroupSize: context.workgroupSize,
      packed: form.kind === 'image',
      halves: tensor?.type === 'float16',
      interleaved: tensor?.layout === 'NHWC',
      bgr: tensor?.channels === 'BGR',
    });
    return new FrameResizer(context.device, program, form, size, target, context.workgroupSize);
  }

  /** Bytes of GPU memory held. */
  get bytes(): number {
    return this.buffers.bytes;
  }

  /**
   * Encodes the resizing of a frame. What changed since the call before is uploaded at once: submit before the next call.
   *
   * @param frame rgba8unorm with TEXTURE_BINDING: `FrameCapture.texture`
   * @param mirrored whether left and right of the whole target are exchanged, also those of a window that is not in its middle
   */
  encode(pass: GPUComputePassEncoder, frame: GPUTexture, placement: Placement, mirrored = false): void {
    this.place(frame, placement, mirrored);
    let group = this.groups.get(frame);
    if (!group) {
      group = this.program.bind({
        resizeOf: { buffer: this.uniform },
        frame: frame.createView(),
        resized: { buffer: this.target },
      });
      this.groups.set(frame, group);
    }
    this.program.encode(pass, group, this.grid);
  }

  /** Frees what is its own; not the target. */
  destroy(): void {
    this.buffers.destroy();
  }

  private place(frame: GPUTexture, placement: Placement, mirrored: boolean): void {
    const { written, extent } = this;
    if (
      written &&
      written.frameWidth === frame.width &&
      written.frameHeight === frame.height &&
      written.mirrored === mirrored &&
      samePlacement(written.placement, placement)
    ) {
      return;
    }
    checkPlacement(placement, extent);
    this.written = {
      frameWidth: frame.width,
      frameHeight: frame.height,
      placement: { ...placement, window: { ...placement.window } },
      mirrored,
    };
    writeUniform(this.device, this.uniform, wordsOf(this.form, frame, placement, mirrored));
  }
}

const uniformWords = 20;

function pixelBytes(form: ResizeForm): number {
  if (form.kind === 'image') return 4;
  return form.type === 'float16' ? 6 : 12;
}

/** Invocations: a pixel each, two for halves, a word each where planes of halves are odd. */
function itemCount(form: ResizeForm, { width, height }: Extent): number {
  const pixelCount = width * height;
  if (form.kind === 'image' || form.type === 'float32') return pixelCount;
  if (form.layout === 'NCHW' && pixelCount % 2 === 1) return Math.ceil((3 * pixelCount) / 2);
  return Math.ceil(pixelCount / 2);
}

function wordsOf(
  form: ResizeForm,
  frame: GPUTexture,
  { width, height, window }: Placement,
  mirrored: boolean,
): UniformWord[] {
  const { factor, offset, fill } =
    form.kind === 'tensor' ? form : { factor: [0, 0, 0], offset: [0, 0, 0], fill: [0, 0, 0] };
  const floats = [...factor, mirrored ? 1 : 0, ...offset, 0, ...fill, 255].map((float) => ({ float }));
  const { x, y } = window;
  return [x, y, window.width, window.height, frame.width, frame.height, width, height, ...floats];
}

function samePlacement(a: Placement, b: Placement): boolean {
  return (
    a.width === b.width &&
    a.height === b.height &&
    a.window.x === b.window.x &&
    a.window.y === b.window.y &&
    a.window.width === b.window.width &&
    a.window.height === b.window.height
  );
}

/** Throws ArgumentError unless the window is whole pixels inside a target of the size that was planned for. */
function checkPlacement({ width, height, window }: Placement, extent: Extent): void {
  if (width !== extent.width) throw new ArgumentError('placement.width', width, `the target's width ${extent.width}`);
  if (height !== extent.height) {
    throw new ArgumentError('placement.height', height, `the target's height ${extent.height}`);
  }
  for (const [start, size, limit] of [
    ['x', 'width', width],
    ['y', 'height', height],
  ] as const) {
    const [from, length] = [window[start], window[size]];
    if (!Number.isInteger(from) || from < 0)
      throw new ArgumentError(`placement.window.${start}`, from, 'a whole number of at least 0');
    if (!Number.isInteger(length) || length < 1 || from + length > limit) {
      throw new ArgumentError(`placement.window.${size}`, length, `a whole number in 1..${limit - from}`);
    }
  }
}
