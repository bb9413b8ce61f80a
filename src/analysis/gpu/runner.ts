// SPDX-License-Identifier: MIT

import { DeviceCalls } from '../../gpu/device-calls.js';
import { type GivenObject, GivenObjects, isBuffer, isTexture } from '../../gpu/given-objects.js';
import { PlainEncoder } from '../../gpu/pass.js';
import { Readback } from '../../gpu/readback.js';
import type { ImageInput } from '../../problem/api.js';
import { DeviceError } from '../../problem/errors.js';
import { unreadable } from '../../problem/page-image.js';
import type { RgbaImage } from '../../problem/types.js';
import type { Operation, OperationBuilder } from './operation.js';
import type { Workspace } from './workspace.js';

/** A map that a call was given, checked: an array to upload or a buffer to copy. */
export type Source = Uint32Array | Float32Array | GPUBuffer;

/** One call of an operation. */
export interface Call<Options> {
  /** Operations of one name share their result, those of one variant all that they are made of. */
  name: string;
  variant?: string;
  build: OperationBuilder<Options>;
  sources: readonly Source[];
  options: Options;
  into?: GPUBuffer | undefined;
}

/** What is submitted at once. */
interface Work extends Pick<Operation, 'inputs' | 'steps' | 'output'> {
  /** Writes a call's options. */
  set?: () => void;
}

/** Runs operations one after another: made on their first call, only encoded on later ones. */
export class Runner {
  private readonly calls: DeviceCalls;
  private readonly readback: Readback;
  private readonly objects: GivenObjects;
  private readonly operations = new Map<string, Operation<never>>();
  /** What users gave to the call whose turn it is. */
  private given: GivenObject[] = [];

  constructor(readonly workspace: Workspace) {
    const { device, buffers } = workspace;
    this.calls = new DeviceCalls({ device, name: 'MaskAnalysis' });
    this.readback = new Readback(device);
    this.objects = new GivenObjects(device, buffers);
  }

  /** One call at a time; arguments are checked when their turn comes, before anything changes. */
  turn<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.calls.take(async () => {
      this.given = [];
      return work();
    });
  }

  /** Within a turn: a buffer that a user gave, to be used by what is submitted next. */
  takes(argument: string, value: GPUBuffer): GPUBuffer {
    // Results of operations come back as inputs.
    if (!this.workspace.buffers.has(value)) this.given.push({ argument, value });
    return value;
  }

  /** Within a turn: what reads an image that is no array. Throws ArgumentError where it can't be read. */
  async reads(argument: string, image: Exclude<ImageInput, RgbaImage>, read: () => void): Promise<void> {
    const objects = isBuffer(image) || isTexture(image) ? [{ argument, value: image }] : [];
    await this.objects.using(objects, async () => {
      const refusal = await this.workspace.device.listen(read).error;
      if (!refusal) return;
      if (objects.length === 0) throw unreadable(argument, image, refusal);
      throw new DeviceError(`the GPU refused an image: ${refusal.message}`);
    });
  }

  /** Within a turn: makes the operation if it is new, sets it, and submits it. */
  async run<Options>(call: Call<Options>): Promise<GPUBuffer> {
    const key = `${call.name} ${call.variant ?? ''}`;
    let operation = this.operations.get(key) as Operation<Options> | undefined;
    if (!operation) {
      operation = await this.make(() => call.build(this.workspace));
      this.operations.set(key, operation as Operation<never>);
    }
    const { inputs, output, steps, set } = operation;
    return this.submit({ inputs, output, steps, set: () => set(call.options) }, call.sources, call.into);
  }

  /** Within a turn: submits steps behind copies of their maps; the result is copied to where it is wanted. */
  async submit(work: Work, sources: readonly Source[], into?: GPUBuffer): Promise<GPUBuffer> {
    const { device } = this.workspace;
    const { given } = this;
    this.given = [];
    const encode = () => this.encode(work, sources, into);
    if (given.length === 0) {
      // Nothing that could have gone: nothing to wait for.
      device.around(encode);
    } else {
      await this.objects.using(given, async () => {
        const refusal = await device.listen(encode).error;
        if (refusal) throw new DeviceError(`the GPU refused an operation: ${refusal.message}`);
      });
    }
    return into ?? work.output;
  }

  /** What creates buffers and programs: a limit that is too low, or too little memory, becomes an error here, and leaves nothing behind. */
  async make<Result>(work: () => Promise<Result>): Promise<Result> {
    const { workspace } = this;
    await this.objects.check(this.given);
    const before = workspace.buffers.all;
    try {
      const result = await work();
      await this.calls.accepted('what this size needs');
      return result;
    } catch (error) {
      workspace.undo(before);
      throw error;
    }
  }

  /** Within a turn. */
  words(buffer: GPUBuffer, count: number): Promise<Uint32Array> {
    return this.readback.words(buffer, 0, count);
  }

  destroy(): void {
    this.calls.end();
    this.workspace.destroy();
    this.readback.destroy();
  }

  private encode({ inputs, steps, output, set }: Work, sources: readonly Source[], into: GPUBuffer | undefined): void {
    const { device, pixelCount } = this.workspace;
    set?.();
    device.submit('MaskAnalysis', (encoder) => {
      sources.forEach((source, index) => {
        if (ArrayBuffer.isView(source)) {
          const { buffer, byteOffset, byteLength } = source;
          device.queue.writeBuffer(inputs[index], 0, buffer as ArrayBuffer, byteOffset, byteLength);
        } else {
          encoder.copyBufferToBuffer(source, 0, inputs[index], 0, pixelCount * 4);
        }
      });
      const stages = new PlainEncoder(encoder);
      for (const step of steps) step(stages);
      stages.end();
      if (into) encoder.copyBufferToBuffer(output, 0, into, 0, pixelCount * 4);
    });
  }
}
