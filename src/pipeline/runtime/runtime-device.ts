// SPDX-License-Identifier: MIT

import type { ScopedDevice } from '../../gpu/scoped-device.js';
import { acceptsSharedMemory, unshared } from './shared-memory.js';

type Method = (...given: never[]) => unknown;

/**
 * A device as onnxruntime is given it. onnxruntime looks at no errors of its buffers and pipelines, and holds error scopes open while it waits, in which
 * everybody's errors would be caught. So each of its calls is heard by itself, by whoever runs it, and the scopes that it opens are none.
 */
export class RuntimeDevice {
  /** Stands for the device: all that is not said here is the device's own. */
  readonly proxy: GPUDevice;
  /** Buffers so far that were made to read something back: each is one copy from the GPU to the CPU. */
  downloads = 0;
  private listener: ScopedDevice | undefined;
  private hears: 'everything' | 'submitted' = 'everything';

  private constructor(device: GPUDevice) {
    this.proxy = standIn(device, (name, method) => this.methodOf(device, name, method), {
      queue: standIn(device.queue, (name, method) => this.queueMethodOf(name, method)),
      pushErrorScope: () => undefined,
      popErrorScope: async () => null,
    });
  }

  /** The same object for the same device: onnxruntime knows devices by identity. */
  static of(device: GPUDevice): RuntimeDevice {
    const known = devices.get(device) ?? new RuntimeDevice(device);
    devices.set(device, known);
    return known;
  }

  /**
   * What onnxruntime calls in `work` is heard by `listener`. One at a time, as onnxruntime demands anyway.
   *
   * @param calls 'submitted' for runs after the first, which make nothing but bind groups: a scope for each of hundreds would cost milliseconds
   */
  async hear<Result>(
    listener: ScopedDevice,
    calls: 'everything' | 'submitted',
    work: () => Promise<Result>,
  ): Promise<Result> {
    this.listener = listener;
    this.hears = calls;
    try {
      return await work();
    } finally {
      this.listener = undefined;
    }
  }

  private methodOf(device: GPUDevice, name: string, method: Method): Method {
    if (name === 'createCommandEncoder') {
      return (descriptor?: GPUCommandEncoderDescriptor) => this.finishingHeard(device.createCommandEncoder(descriptor));
    }
    if (name === 'createBuffer') {
      return (descriptor: GPUBufferDescriptor) => {
        // MAP_READ
        if (descriptor.usage & 1) this.downloads++;
        return this.heard(() => device.createBuffer(descriptor));
      };
    }
    return name.startsWith('create') ? (...given) => this.heard(() => method(...given)) : method;
  }

  private queueMethodOf(name: string, method: Method): Method {
    if (name === 'writeBuffer' && !acceptsSharedMemory()) {
      const write = method as unknown as GPUQueue['writeBuffer'];
      return (buffer: GPUBuffer, at: number, data: AllowSharedBufferSource, from?: number, size?: number) =>
        this.heard(() => write(buffer, at, unshared(data, from ?? 0, size)));
    }
    if (name === 'submit') {
      return (...given) => (this.listener ? this.listener.around(() => method(...given)) : method(...given));
    }
    return name === 'onSubmittedWorkDone' ? method : (...given) => this.heard(() => method(...given));
  }

  /** An encoder tells only in the end what was wrong with it. */
  private finishingHeard(encoder: GPUCommandEncoder): GPUCommandEncoder {
    if (!this.listener || this.hears === 'submitted') return encoder;
    const finish = encoder.finish.bind(encoder);
    const value: typeof finish = (descriptor) => this.heard(() => finish(descriptor));
    return Object.defineProperty(encoder, 'finish', { value });
  }

  private heard<Result>(call: () => Result): Result {
    if (!this.listener || this.hears === 'submitted') return call();
    return this.listener.around(call, ['out-of-memory', 'validation']);
  }
}

const devices = new WeakMap<GPUDevice, RuntimeDevice>();

/**
 * An object in place of `target`, with methods that `replace` gives and properties that `own` gives; all else is `target`'s. It is no proxy of
 * `target` itself: there, a method that a page's own instruments have fixed could not be replaced.
 */
function standIn<Target extends object>(
  target: Target,
  replace: (name: string, method: Method) => Method,
  own: Readonly<Record<string, unknown>> = {},
): Target {
  const methods = new Map<string, { method: Method; replaced: Method }>();
  return new Proxy(Object.create(Object.getPrototypeOf(target)) as Target, {
    get(_empty, name) {
      if (typeof name === 'string' && name in own) return own[name];
      // Not of the proxy: WebGPU's getters want their own object.
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function' || typeof name !== 'string') return value;
      const method = value as Method;
      const known = methods.get(name);
      if (known?.method === method) return known.replaced;
      const replaced = replace(name, method.bind(target));
      methods.set(name, { method, replaced });
      return replaced;
    },
    set: (_empty, name, value) => Reflect.set(target, name, value, target),
  });
}
