// SPDX-License-Identifier: MIT

import { BufferSet } from '../../gpu/buffers.js';
import { foldedGrid, type Grid, type Program } from '../../gpu/program.js';
import { writeUniform } from '../../gpu/uniforms.js';
import { checkInteger } from '../../problem/checks.js';
import { ArgumentError } from '../../problem/errors.js';
import { networkOutput } from '../../stages/pipeline/network-output.js';
import type { Extent } from '../frames/plan.js';
import type { StageContext } from '../frames/stage-context.js';
import type { NetworkOutput } from '../network/description.js';

export interface OutputReaderOptions extends Pick<Required<NetworkOutput>, 'layout' | 'activation' | 'type'> {
  /** Labels that the network tells apart: its channels, or 2 where `activation` is 'sigmoid' and there is one channel. */
  labelCount: number;
  /** Of the output tensor: four dimensions, batch 1. */
  dims: readonly number[];
  /** The output tensor: storage, padded to 4 bytes at least. */
  buffer: GPUBuffer;
  /** Where `buffer` may hold the output for a mirrored picture: what then has that for the picture itself, as large. */
  unmirrored?: GPUBuffer | undefined;
}

/** Planes in the form in which `DenseCrf` takes a unary. */
export type PlanarUnary = Extent & ({ logits: GPUBuffer } | { probabilities: GPUBuffer });

/**
 * Brings a network's output into planes [label, y, x] of float32 at its own, coarse size.
 *
 * A sigmoid's channel p becomes the probabilities 1 - p and p, not logits: upsampling then blends what the network itself gave out,
 * and where p is 0 or 1 the CRF's own floor of 1e-5 holds, for which logits would need another.
 */
export class OutputReader {
  /** Size of the planes, in pixels. */
  readonly extent: Extent;
  private readonly buffers: BufferSet;
  private readonly uniform: GPUBuffer;
  private readonly channels: GPUBuffer;
  private readonly planes: GPUBuffer;
  private readonly single: Bound;
  /** Of both outputs. */
  private readonly mean: Bound | undefined;
  private grid: Grid;
  private chosen: readonly number[];

  private constructor(
    private readonly context: StageContext,
    programs: { single: OutputProgram; mean: OutputProgram | undefined },
    private readonly options: OutputReaderOptions,
    private readonly shape: OutputShape,
  ) {
    const { width, height } = shape;
    const { labelCount, buffer, unmirrored } = options;
    this.extent = { width, height };
    this.buffers = new BufferSet(context.device);
    this.uniform = this.buffers.uniform('OutputReader.uniform', 4);
    this.channels = this.buffers.storage('OutputReader.channels', 4 * labelCount);
    this.planes = this.buffers.storage('OutputReader.planes', 4 * labelCount * width * height);
    const bound = (program: OutputProgram, source: GPUBuffer): Bound => {
      const group = program.bind({
        outputOf: { buffer: this.uniform },
        source: { buffer: source, size: shape.bytes },
        channels: { buffer: this.channels },
        planes: { buffer: this.planes },
        mirrored: { buffer, size: shape.bytes },
      });
      return { program, group };
    };
    this.single = bound(programs.single, buffer);
    this.mean = programs.mean && unmirrored && bound(programs.mean, unmirrored);
    this.chosen = [];
    this.grid = [1, 1, 1];
    this.choose(allLabels(labelCount));
  }

  /** Throws ArgumentError where dims, buffer and labels do not fit together, DeviceError where the planes are too large. */
  static async create(context: StageContext, options: OutputReaderOptions): Promise<OutputReader> {
    const shape = checkShape(options);
    const { layout, activation, type } = options;
    const get = (averaged: boolean) =>
      context.programs.get(networkOutput, {
        workgroupSize: context.workgroupSize,
        halves: type === 'float16',
        interleaved: layout === 'NHWC',
        sigmoid: activation === 'sigmoid',
        clamped: activation === 'probabilities',
        averaged,
      });
    const [single, mean] = await Promise.all([get(false), options.unmirrored && get(true)]);
    return new OutputReader(context, { single, mean }, options, shape);
  }

  /** Bytes of GPU memory held. */
  get bytes(): number {
    return this.buffers.bytes;
  }

  /** Labels whose planes are written, in the order of the planes. */
  get labels(): readonly number[] {
    return this.chosen;
  }

  /** The planes of `labels`, good after `encode`; the buffer may be larger than they are. */
  get unary(): PlanarUnary {
    return this.options.activation === 'logits'
      ? { logits: this.planes, ...this.extent }
      : { probabilities: this.planes, ...this.extent };
  }

  /**
   * From the next `encode` on only these labels have planes, in this order; undefined: all. Uploads at once, creates nothing.
   *
   * Throws ArgumentError for a label that does not exist or comes twice, or for none.
   */
  choose(labels: readonly number[] = allLabels(this.options.labelCount)): void {
    checkLabels(labels, this.options.labelCount);
    const { width, height } = this.extent;
    const { device, workgroupSize } = this.context;
    this.chosen = [...labels];
    device.queue.writeBuffer(this.channels, 0, Uint32Array.from(labels));
    writeUniform(device, this.uniform, [width, height, this.shape.channelCount, labels.length]);
    this.grid = foldedGrid(Math.ceil((width * height * labels.length) / workgroupSize));
  }

  /** @param isMean of `unmirrored` and what `buffer` has of the mirrored picture */
  encode(pass: GPUComputePassEncoder, isMean = false): void {
    const bound = isMean ? this.mean : this.single;
    if (!bound) throw new Error('OutputReader: no output to take the mean with');
    bound.program.encode(pass, bound.group, this.grid);
  }

  /** Frees what is its own; not the output tensor. */
  destroy(): void {
    this.buffers.destroy();
  }
}

type OutputProgram = Program<typeof networkOutput.layout>;

interface Bound {
  program: OutputProgram;
  group: GPUBindGroup;
}

interface OutputShape extends Extent {
  channelCount: number;
  /** Of the tensor, to whole words. */
  bytes: number;
}

function checkShape({ dims, layout, activation, type, labelCount, buffer }: OutputReaderOptions): OutputShape {
  if (dims.length !== 4 || dims[0] !== 1 || !dims.every((size) => Number.isInteger(size) && size > 0)) {
    throw new ArgumentError('dims', `[${dims.join(', ')}]`, 'four dimensions of at least 1, the batch 1');
  }
  const [channelCount, height, width] = layout === 'NCHW' ? dims.slice(1) : [dims[3], dims[1], dims[2]];
  const channels = activation === 'sigmoid' ? 1 : labelCount;
  if (channelCount !== channels) {
    const of = activation === 'sigmoid' ? "1 channel, as 'sigmoid' has" : `${labelCount} channels, one a label`;
    throw new ArgumentError('dims', `[${dims.join(', ')}]`, `${of}, in ${layout}`);
  }
  if (activation === 'sigmoid') checkInteger('labelCount', labelCount, 2, 2);
  const bytes = Math.ceil((channelCount * height * width * (type === 'float16' ? 2 : 4)) / 4) * 4;
  if (buffer.size < bytes) throw new ArgumentError('buffer.size', buffer.size, `at least ${bytes} bytes`);
  return { width, height, channelCount, bytes };
}

function checkLabels(labels: readonly number[], labelCount: number): void {
  if (labels.length === 0) throw new ArgumentError('labels', labels, 'at least one label');
  const seen = new Set<number>();
  labels.forEach((label, i) => {
    checkInteger(`labels[${i}]`, label, 0, labelCount - 1);
    if (seen.has(label)) throw new ArgumentError(`labels[${i}]`, label, 'each label once');
    seen.add(label);
  });
}

function allLabels(labelCount: number): readonly number[] {
  return Array.from({ length: labelCount }, (_, label) => label);
}
