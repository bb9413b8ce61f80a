// SPDX-License-Identifier: MIT

import { planRows, type RowPlan } from '../../src/engine/plan/row-plan.js';
import type { Tuning } from '../../src/engine/plan/tuning.js';
import { BufferSet } from '../../src/gpu/buffers.js';
import { PlainEncoder, type StageEncoder } from '../../src/gpu/pass.js';
import { type BindingLayout, foldedGrid, ProgramCache, type StageDefinition } from '../../src/gpu/program.js';
import { Readback } from '../../src/gpu/readback.js';
import type { ShaderConstants } from '../../src/gpu/shader.js';
import { type UniformWord, writeUniform } from '../../src/gpu/uniforms.js';
import type { ProblemSize, ResolvedKernel } from '../../src/problem/types.js';
import { createTestDevice, type TestDevice } from './device.js';

export type Words = Float32Array | Uint32Array | Int32Array;

export interface StageRun<Layout extends BindingLayout> {
  constants: ShaderConstants & { workgroupSize?: number };
  /** What is left out gets a buffer that nobody looks at. */
  bindings: Partial<Record<keyof Layout, GPUBuffer | GPUTextureView>>;
  /** Invocations needed: pixels, runs, vertices. */
  items: number;
  /** Blocks of a row, one a workgroup's z. Default 1. */
  blocks?: number;
  entry?: string;
}

/** A test device on which single stages run: arrays in, arrays out. */
export class StageDevice {
  readonly programs: ProgramCache;
  private readonly buffers: BufferSet;
  private readonly readback: Readback;
  private readonly textures: GPUTexture[] = [];

  private constructor(private readonly test: TestDevice) {
    this.programs = new ProgramCache(test.device);
    this.buffers = new BufferSet(test.device);
    this.readback = new Readback(test.device);
  }

  static async create(): Promise<StageDevice> {
    return new StageDevice(await createTestDevice());
  }

  get device(): GPUDevice {
    return this.test.device;
  }

  /** A storage buffer with these values. */
  storage(values: Words): GPUBuffer {
    const buffer = this.buffers.storage('StageDevice.storage', values.byteLength);
    this.write(buffer, values);
    return buffer;
  }

  /** A storage buffer of zeros. */
  zeros(words: number): GPUBuffer {
    return this.buffers.storage('StageDevice.zeros', words * 4);
  }

  /** A storage buffer in which every word is `value`: shows what a stage must write, and what it must leave alone. */
  filled(words: number, value: number): GPUBuffer {
    return this.storage(new Float32Array(words).fill(value));
  }

  uniform(...words: UniformWord[]): GPUBuffer {
    const buffer = this.buffers.uniform('StageDevice.uniform', words.length);
    writeUniform(this.device, buffer, words);
    return buffer;
  }

  texture(rgba: Uint8Array | Uint8ClampedArray, width: number, height: number): GPUTexture {
    // TEXTURE_BINDING | COPY_DST
    const texture = this.device.createTexture({ size: [width, height], format: 'rgba8unorm', usage: 0x4 | 0x2 });
    this.textures.push(texture);
    this.device.queue.writeTexture({ texture }, rgba.slice(), { bytesPerRow: 4 * width }, [width, height]);
    return texture;
  }

  write(buffer: GPUBuffer, values: Words, firstWord = 0): void {
    this.device.queue.writeBuffer(buffer, firstWord * 4, values.buffer, values.byteOffset, values.byteLength);
  }

  /** Runs one entry point of a stage. */
  async run<Layout extends BindingLayout>(
    stage: StageDefinition<Layout>,
    { constants, bindings, items, blocks = 1, entry = 'main' }: StageRun<Layout>,
  ): Promise<void> {
    const program = await this.programs.get(stage, constants, entry);
    const resources: Record<string, GPUBindingResource> = {};
    for (const [name, use] of Object.entries(stage.layout)) {
      const given = bindings[name];
      if (given && 'mapAsync' in given) resources[name] = { buffer: given };
      else resources[name] = given ?? { buffer: use === 'uniform' ? this.uniform(0, 0, 0, 0) : this.zeros(64) };
    }
    const group = program.bind(resources as Parameters<typeof program.bind>[0]);
    this.encode((stages) =>
      stages.stage(stage.name, (pass) =>
        program.encode(pass, group, foldedGrid(Math.ceil(items / (constants.workgroupSize ?? 1)), blocks)),
      ),
    );
  }

  /** Submits what is encoded. */
  encode(encode: (stages: StageEncoder) => void): void {
    const encoder = this.device.createCommandEncoder();
    const stages = new PlainEncoder(encoder);
    encode(stages);
    stages.end();
    this.device.queue.submit([encoder.finish()]);
  }

  /** Words of a buffer, all of it unless `count` says less. */
  words(buffer: GPUBuffer, count = buffer.size / 4): Promise<Uint32Array> {
    return this.readback.words(buffer, 0, count);
  }

  async integers(buffer: GPUBuffer, count?: number): Promise<Int32Array> {
    return new Int32Array((await this.words(buffer, count)).buffer);
  }

  async floats(buffer: GPUBuffer, count?: number): Promise<Float32Array> {
    return new Float32Array((await this.words(buffer, count)).buffer);
  }

  /** Throws on any GPU error since `create`, and on buffers that what was tested left behind. */
  async finish(): Promise<void> {
    this.buffers.destroy();
    this.readback.destroy();
    for (const texture of this.textures) texture.destroy();
    await this.test.finish();
  }
}

/** Few invocations a workgroup, short runs, one lane a block: a handful of elements crosses every border. */
export const tinyTunings: readonly Tuning[] = [
  { workgroupSize: 1, maxRunLength: 1, maxBlockLanes: 1 },
  { workgroupSize: 2, maxRunLength: 2, maxBlockLanes: 1 },
  { workgroupSize: 3, maxRunLength: 4, maxBlockLanes: 2 },
  { workgroupSize: 4, maxRunLength: 2, maxBlockLanes: 6 },
  { workgroupSize: 64, maxRunLength: 16, maxBlockLanes: 6 },
];

/** The plan for kernels of one problem, with bindings as small as a test wants them. */
export function rowsFor(
  size: ProblemSize,
  kernels: readonly ResolvedKernel[],
  tuning: Tuning,
  largestBinding = 2 ** 27,
): RowPlan {
  return planRows(
    size,
    kernels,
    { maxStorageBufferBindingSize: largestBinding, maxBufferSize: largestBinding },
    tuning,
  );
}
