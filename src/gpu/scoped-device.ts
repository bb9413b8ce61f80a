// SPDX-License-Identifier: MIT

import { DeviceError } from '../problem/errors.js';

/** What the device may answer to calls that take memory. */
const everything: readonly GPUErrorFilter[] = ['out-of-memory', 'validation'];
/** What it may answer to all others. */
const validation: readonly GPUErrorFilter[] = ['validation'];

/** GPUMapMode.READ: Node has no global for it. */
const mapRead = 1;

/** What a piece of work gave, and what the device says of it. */
export interface Heard<Result> {
  result: Result;
  /** The first error; undefined where there was none, and where the device was lost. Never rejects. */
  error: Promise<GPUError | undefined>;
}

/**
 * A device as one owner uses it. A device has one stack of error scopes for everybody, so every call here opens scopes of its own and closes them
 * before it returns: errors of this owner's calls are heard by this owner and by nobody else, and nobody else's errors are heard here.
 *
 * Calls made within `around`, `listen` or `submit` share one pair of scopes. In Chromium on SwiftShader and two busy cores a scope costs about
 * 0.1 ms in all, which no call waits for; waiting for an answer takes 0.6 ms there, whatever the GPU is computing meanwhile.
 */
export class ScopedDevice {
  readonly queue: ScopedQueue;
  /** Filters of the scopes that are open, all of them within the call under way. */
  private open: ReadonlySet<GPUErrorFilter> = new Set();
  private readonly answers = new Set<Promise<void>>();
  private firstError: GPUError | undefined;
  private hasCreated = false;

  constructor(readonly device: GPUDevice) {
    this.queue = new ScopedQueue(this);
  }

  /** The same where it is one already. */
  static of(device: GPUDevice | ScopedDevice): ScopedDevice {
    return device instanceof ScopedDevice ? device : new ScopedDevice(device);
  }

  get limits(): GPUSupportedLimits {
    return this.device.limits;
  }

  get features(): GPUSupportedFeatures {
    return this.device.features;
  }

  get adapterInfo(): GPUAdapterInfo {
    return this.device.adapterInfo;
  }

  createBuffer(descriptor: GPUBufferDescriptor): GPUBuffer {
    return this.creating(() => this.device.createBuffer(descriptor), everything);
  }

  createTexture(descriptor: GPUTextureDescriptor): GPUTexture {
    return this.creating(() => this.device.createTexture(descriptor), everything);
  }

  createQuerySet(descriptor: GPUQuerySetDescriptor): GPUQuerySet {
    return this.creating(() => this.device.createQuerySet(descriptor), everything);
  }

  createSampler(descriptor: GPUSamplerDescriptor): GPUSampler {
    return this.creating(() => this.device.createSampler(descriptor));
  }

  createBindGroup(descriptor: GPUBindGroupDescriptor): GPUBindGroup {
    return this.creating(() => this.device.createBindGroup(descriptor));
  }

  /** A picture that expires with the task: no creation that anybody waits for. */
  importExternalTexture(descriptor: GPUExternalTextureDescriptor): GPUExternalTexture {
    return this.around(() => this.device.importExternalTexture(descriptor));
  }

  /** Whether videos can be read where they are. */
  get importsVideos(): boolean {
    return typeof this.device.importExternalTexture === 'function';
  }

  /** Encodes and submits. What the encoding creates or uploads is part of the same piece. */
  submit(label: string, encode: (encoder: GPUCommandEncoder) => void): void {
    this.around(() => {
      const encoder = this.device.createCommandEncoder({ label });
      encode(encoder);
      this.device.queue.submit([encoder.finish()]);
    });
  }

  /** Calls that belong together, in one scope. Nothing may be awaited in `work`. */
  around<Result>(work: () => Result, filters = validation): Result {
    return this.within(filters, work, (answer) => this.keep(answer));
  }

  /** Calls whose answer is asked for by itself. `settle` does not hear of it. Nothing may be awaited in `work`. */
  listen<Result>(work: () => Result): Heard<Result> {
    const { open } = this;
    const answers: Promise<GPUError | null>[] = [];
    this.open = new Set();
    try {
      const result = this.within(everything, work, (answer) => answers.push(answer));
      // The inner scope is closed first; what fails for want of memory fails further calls.
      const error = Promise.all(answers).then(([ofCalls, ofMemory]) => ofMemory ?? ofCalls ?? undefined);
      return { result, error };
    } finally {
      this.open = open;
    }
  }

  /**
   * A buffer mapped for reading, once what `fill` submits has filled it. Throws DeviceError, which begins with `what`.
   *
   * @param fill gives a buffer with MAP_READ; nothing may be awaited in it
   * @param bytes mapped, from the beginning
   */
  async mapped(what: string, bytes: number, fill: () => GPUBuffer): Promise<GPUBuffer> {
    const { result, error } = this.listen(() => {
      const buffer = fill();
      return { buffer, mapping: buffer.mapAsync(mapRead, 0, bytes) };
    });
    const [[outcome], refused] = await Promise.all([Promise.allSettled([result.mapping]), error]);
    const failure = refused ?? (outcome.status === 'rejected' ? (outcome.reason as Error) : undefined);
    if (failure) throw new DeviceError(`${what} failed: ${failure.message}`);
    return result.buffer;
  }

  /** The first error since the last call, once the device has answered to every call before. */
  async settle(): Promise<GPUError | undefined> {
    this.hasCreated = false;
    await Promise.all(this.answers);
    const error = this.firstError;
    this.firstError = undefined;
    return error;
  }

  /** As `settle`, but waits only where something was created since. Else the device's last answers are heard by a later call. */
  async settleCreation(): Promise<GPUError | undefined> {
    if (this.hasCreated || this.firstError) return this.settle();
    return undefined;
  }

  private creating<Result>(work: () => Result, filters = validation): Result {
    this.hasCreated = true;
    return this.around(work, filters);
  }

  private within<Result>(
    filters: readonly GPUErrorFilter[],
    work: () => Result,
    answered: (answer: Promise<GPUError | null>) => void,
  ): Result {
    const { device, open } = this;
    const added = filters.filter((filter) => !open.has(filter));
    for (const filter of added) device.pushErrorScope(filter);
    if (added.length > 0) this.open = new Set([...open, ...added]);
    try {
      return work();
    } finally {
      this.open = open;
      // A lost device has nothing to say; of the loss itself others tell.
      for (const _filter of added) answered(device.popErrorScope().catch(() => null));
    }
  }

  private keep(answer: Promise<GPUError | null>): void {
    const heard = answer.then((error) => {
      this.answers.delete(heard);
      this.firstError ??= error ?? undefined;
    });
    this.answers.add(heard);
  }
}

/** The queue of a ScopedDevice. Work is submitted by `ScopedDevice.submit`, as finishing an encoder may fail, too. */
export class ScopedQueue {
  constructor(private readonly owner: ScopedDevice) {}

  writeBuffer(...given: Parameters<GPUQueue['writeBuffer']>): void {
    this.owner.around(() => this.queue.writeBuffer(...given));
  }

  writeTexture(...given: Parameters<GPUQueue['writeTexture']>): void {
    this.owner.around(() => this.queue.writeTexture(...given));
  }

  copyExternalImageToTexture(...given: Parameters<GPUQueue['copyExternalImageToTexture']>): void {
    this.owner.around(() => this.queue.copyExternalImageToTexture(...given));
  }

  private get queue(): GPUQueue {
    return this.owner.device.queue;
  }
}
