// SPDX-License-Identifier: MIT

import { BufferSet } from '../../gpu/buffers.js';
import { foldedGrid, type Program } from '../../gpu/program.js';
import { float } from '../../gpu/shader.js';
import { type UniformWord, writeUniform } from '../../gpu/uniforms.js';
import { DeviceError } from '../../problem/errors.js';
import { probabilityFloor, unknownLabel } from '../../problem/inputs.js';
import type { ArrayWindow, ProblemSize, Upsampling } from '../../problem/types.js';
import { unary as unaryStage } from '../../stages/unary.js';
import { rowConstants } from '../lists/constants.js';
import type { RowPlan } from '../plan/row-plan.js';
import { coarseGridWords } from './coarse-grid.js';
import type { InputContext } from './context.js';

/** A unary input on its way to the GPU: where its numbers are and what they mean. */
export interface UnaryArray {
  form: 'logits' | 'probabilities' | 'unary' | 'labels';
  /** Numbers (labels: u32) to upload, or a buffer that holds them. */
  values: Float32Array | Uint32Array | GPUBuffer;
  width: number;
  height: number;
  upsampling: Upsampling;
  layout: 'planar' | 'interleaved';
  window: ArrayWindow | null;
  /** Labels only. */
  confidence: number;
  unknown: number;
}

/** Bytes uploaded at a time: a band of pixels for all labels. Small beside what the engine holds. */
const bandBytes = 4 * 1024 * 1024;

/** Numbers a pixel of the source. */
function planesOf({ form }: UnaryArray, labelCount: number): number {
  return form === 'labels' ? 1 : labelCount;
}

function bytesOf(input: UnaryArray, labelCount: number): number {
  return 4 * input.width * input.height * planesOf(input, labelCount);
}

/** Whether the source has a grid of its own. */
function isCoarse(input: UnaryArray, { width, height }: ProblemSize): boolean {
  return input.form !== 'labels' && (input.width !== width || input.height !== height || input.window !== null);
}

/** Compiles what an input of this form needs. */
export function unaryProgram(
  { programs, size, rows, tuning }: Pick<UnaryContext, 'programs' | 'size' | 'rows' | 'tuning'>,
  input: UnaryArray,
): Promise<Program<typeof unaryStage.layout>> {
  return programs.get(unaryStage, {
    ...rowConstants(rows, tuning),
    coarse: isCoarse(input, size),
    alignCorners: input.upsampling === 'align-corners',
    windowed: input.window !== null,
    fromLogits: input.form === 'logits',
    fromProbabilities: input.form === 'probabilities',
    fromLabels: input.form === 'labels',
    singleSlab: rows.slabCount === 1,
    probabilityFloor: float(probabilityFloor),
  });
}

type UnaryContext = InputContext & { readonly rows: RowPlan };

/** Turns unary inputs into rows of energies. Owns what staging that takes. */
export class UnarySourceStage {
  private readonly buffers: BufferSet;
  private readonly uniforms: GPUBuffer[] = [];
  private staging: GPUBuffer | undefined;
  /** Bind groups by slab, by source buffer and how many of its bytes are bound, so that a user's buffer given again makes none. */
  private groups = new WeakMap<GPUBuffer, Map<number, GPUBindGroup[]>>();

  constructor(
    private readonly context: UnaryContext,
    private readonly unary: readonly GPUBuffer[],
    private readonly lastUnary: GPUBuffer,
    /** u32: pixels of the last input with a value that was not finite. */
    private readonly invalidPixelCount: GPUBuffer,
  ) {
    this.buffers = new BufferSet(context.device);
  }

  get bytes(): number {
    return this.buffers.bytes;
  }

  /** Compiles what an input of this form needs; gives what writes the rows, in one go. */
  async prepare(input: UnaryArray): Promise<() => void> {
    const { size, device } = this.context;
    const { maxStorageBufferBindingSize } = device.limits;
    const bytes = bytesOf(input, size.labelCount);
    if (!ArrayBuffer.isView(input.values) && bytes > maxStorageBufferBindingSize) {
      throw new DeviceError(
        `unary.${input.form} needs ${bytes} bytes in one binding; the device's maxStorageBufferBindingSize is ${maxStorageBufferBindingSize}`,
      );
    }
    const program = await unaryProgram(this.context, input);
    return () => this.write(input, program);
  }

  destroy(): void {
    this.buffers.destroy();
  }

  private write(input: UnaryArray, program: Program<typeof unaryStage.layout>): void {
    const { context } = this;
    const { size, device } = context;
    const sourceBytes = bytesOf(input, size.labelCount);
    const encodeAll = (source: GPUBuffer, first: number, end: number, origin: number, labelStride: number) =>
      device.submit('UnarySourceStage', (encoder) => {
        if (first === 0) encoder.clearBuffer(this.invalidPixelCount);
        const pass = encoder.beginComputePass();
        this.unary.forEach((rows, slab) => {
          const uniform = this.uniform(slab);
          writeUniform(device, uniform, this.uniformWords(input, slab, first, end, origin, labelStride));
          // A user's buffer may be larger than what can be bound.
          const bytes = source === input.values ? sourceBytes : source.size;
          const groups = this.groupsOf(source, bytes);
          groups[slab] ??= program.bind({
            unaryOf: { buffer: uniform },
            source: { buffer: source, size: bytes },
            unary: { buffer: rows },
            lastUnary: { buffer: this.lastUnary },
            invalidPixelCount: { buffer: this.invalidPixelCount },
          });
          program.encode(pass, groups[slab], foldedGrid(Math.ceil((end - first) / context.tuning.workgroupSize)));
        });
        pass.end();
      });

    const pixelCount = size.width * size.height;
    const sourcePixels = input.width * input.height;
    if (!ArrayBuffer.isView(input.values)) {
      encodeAll(input.values, 0, pixelCount, 0, sourcePixels);
      return;
    }
    const planes = planesOf(input, size.labelCount);
    const { values } = input;
    if (isCoarse(input, size) || values.byteLength <= bandBytes) {
      const staging = this.stagingOf(values.byteLength);
      device.queue.writeBuffer(staging, 0, values.buffer, values.byteOffset, values.byteLength);
      encodeAll(staging, 0, pixelCount, 0, sourcePixels);
      return;
    }
    const band = Math.max(1, Math.floor(bandBytes / (4 * planes)));
    const staging = this.stagingOf(band * planes * 4);
    for (let first = 0; first < pixelCount; first += band) {
      const count = Math.min(band, pixelCount - first);
      if (input.layout === 'interleaved' && planes > 1) {
        device.queue.writeBuffer(staging, 0, values.buffer, values.byteOffset + first * planes * 4, count * planes * 4);
      } else {
        for (let plane = 0; plane < planes; plane++) {
          const from = values.byteOffset + (plane * pixelCount + first) * 4;
          device.queue.writeBuffer(staging, plane * band * 4, values.buffer, from, count * 4);
        }
      }
      encodeAll(staging, first, first + count, first, band);
    }
  }

  private uniform(slab: number): GPUBuffer {
    this.uniforms[slab] ??= this.buffers.uniform('UnarySourceStage.uniform', 22);
    return this.uniforms[slab];
  }

  private stagingOf(bytes: number): GPUBuffer {
    if (!this.staging || this.staging.size < bytes) {
      this.buffers.release(this.staging);
      this.staging = this.buffers.storage('UnarySourceStage.staging', bytes);
    }
    return this.staging;
  }

  private groupsOf(source: GPUBuffer, bytes: number): GPUBindGroup[] {
    const byBytes = this.groups.get(source) ?? new Map<number, GPUBindGroup[]>();
    const groups = byBytes.get(bytes) ?? [];
    this.groups.set(source, byBytes.set(bytes, groups));
    return groups;
  }

  private uniformWords(
    input: UnaryArray,
    slab: number,
    first: number,
    end: number,
    origin: number,
    stride: number,
  ): UniformWord[] {
    const { labelCount } = this.context.size;
    const planar = input.layout === 'planar';
    const others = Math.max(1, labelCount - 1);
    return [
      ...coarseGridWords(input, this.context.size),
      first,
      end,
      labelCount,
      planar ? stride : 1,
      planar ? 1 : labelCount,
      origin,
      this.context.rows.firstLabels[slab],
      input.form === 'labels' ? input.unknown : unknownLabel,
      { float: -Math.log(input.confidence) },
      { float: -Math.log((1 - input.confidence) / others) },
    ];
  }
}
