// SPDX-License-Identifier: MIT

import { PlainEncoder } from '../../gpu/pass.js';
import { Readback } from '../../gpu/readback.js';
import { DeviceError } from '../../problem/errors.js';
import type { Operation, OperationBuilder } from './operation.js';
import type { Step, Workspace } from './workspace.js';

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

/** Runs operations one after another: made on their first call, only encoded on later ones. */
export class Runner {
  private readonly readback: Readback;
  private readonly operations = new Map<string, Operation<never>>();
  private queue: Promise<unknown> = Promise.resolve();
  private failure: string | undefined;

  constructor(readonly workspace: Workspace) {
    const { device } = workspace;
    this.readback = new Readback(device);
    void device.lost.then(({ message }) => {
      this.failure ??= `the GPU device was lost: ${message || 'no reason given'}`;
    });
  }

  /** One call at a time; arguments are checked when their turn comes, before anything changes. */
  turn<Result>(work: () => Promise<Result>): Promise<Result> {
    const turn = this.queue.then(() => {
      this.checkUsable();
      return work();
    });
    this.queue = turn.catch(() => undefined);
    return turn.then((result) => {
      this.checkUsable();
      return result;
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
    operation.set(call.options);
    return this.submit(operation, call.sources, call.into);
  }

  /** Submits steps behind copies of their maps; the result is copied to where it is wanted. */
  submit(
    { inputs, steps, output }: { inputs: readonly GPUBuffer[]; steps: readonly Step[]; output: GPUBuffer },
    sources: readonly Source[],
    into?: GPUBuffer,
  ): GPUBuffer {
    const { device, pixelCount } = this.workspace;
    const encoder = device.createCommandEncoder({ label: 'MaskAnalysis' });
    sources.forEach((source, index) => {
      if (ArrayBuffer.isView(source)) {
        device.queue.writeBuffer(inputs[index], 0, source.buffer as ArrayBuffer, source.byteOffset, source.byteLength);
      } else {
        encoder.copyBufferToBuffer(source, 0, inputs[index], 0, pixelCount * 4);
      }
    });
    const stages = new PlainEncoder(encoder);
    for (const step of steps) step(stages);
    stages.end();
    if (into) encoder.copyBufferToBuffer(output, 0, into, 0, pixelCount * 4);
    device.queue.submit([encoder.finish()]);
    return into ?? output;
  }

  /** What creates buffers and programs: a limit that is too low becomes an error here. */
  async make<Result>(work: () => Promise<Result>): Promise<Result> {
    const { device } = this.workspace;
    const scopes: GPUErrorFilter[] = ['out-of-memory', 'validation'];
    for (const scope of scopes) device.pushErrorScope(scope);
    const [outcome] = await Promise.allSettled([work()]);
    const errors = await Promise.all(scopes.map(() => device.popErrorScope()));
    const error = errors.find((one) => one !== null);
    if (error) throw new DeviceError(`the GPU refused what this size needs: ${error.message}`);
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value;
  }

  /** Within a turn. */
  words(buffer: GPUBuffer, count: number): Promise<Uint32Array> {
    return this.readback.words(buffer, 0, count);
  }

  destroy(): void {
    this.failure ??= 'this MaskAnalysis was destroyed';
    this.workspace.destroy();
    this.readback.destroy();
  }

  private checkUsable(): void {
    if (this.failure) throw new DeviceError(this.failure);
  }
}
