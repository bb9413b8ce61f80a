// SPDX-License-Identifier: MIT

/** How often the methods that matter in a steady state were called. */
export interface DeviceCounts {
  createBuffer: number;
  createTexture: number;
  createBindGroup: number;
  createComputePipeline: number;
  createRenderPipeline: number;
  createShaderModule: number;
  mapAsync: number;
}

export interface TestDeviceOptions {
  /** Smaller limits than the adapter's, to test what happens at their border. */
  limits?: Record<string, number>;
  /** Default: every feature that the adapter has. */
  features?: readonly GPUFeatureName[];
}

/** What a device has at least, by WebGPU's definition: its defaults, of the limits that matter here. */
export const leastLimits = {
  maxTextureDimension2D: 8192,
  maxBufferSize: 2 ** 28,
  maxStorageBufferBindingSize: 2 ** 27,
  maxUniformBufferBindingSize: 65536,
  maxStorageBuffersPerShaderStage: 8,
  maxStorageBuffersInVertexStage: 8,
  maxStorageBuffersInFragmentStage: 8,
  maxStorageTexturesPerShaderStage: 4,
  maxStorageTexturesInVertexStage: 4,
  maxStorageTexturesInFragmentStage: 4,
  maxSampledTexturesPerShaderStage: 16,
  maxUniformBuffersPerShaderStage: 12,
  minStorageBufferOffsetAlignment: 256,
  minUniformBufferOffsetAlignment: 256,
  maxComputeWorkgroupStorageSize: 16384,
  maxComputeInvocationsPerWorkgroup: 256,
  maxComputeWorkgroupSizeX: 256,
  maxComputeWorkgroupSizeY: 256,
  maxComputeWorkgroupSizeZ: 64,
} as const;

/** A device that counts what is made on it and remembers what was not destroyed. */
export interface TestDevice {
  readonly device: GPUDevice;
  readonly adapter: GPUAdapter;
  /** A copy of the counts so far: subtract two of them to see what a call made. */
  counts(): DeviceCounts;
  /** Buffers and textures that were created and not destroyed yet. */
  readonly liveCount: number;
  /** Bytes of the buffers that were created and not destroyed yet. */
  readonly liveBytes: number;
  /** Errors that those under test have heard in scopes of their own. Who expects some takes them: `finish` throws on the others. */
  takeErrors(): string[];
  /** Waits for the GPU, destroys the device, and throws on any GPU error or leak since the start. */
  finish(): Promise<void>;
}

type Destroyable = { readonly label: string; destroy(): undefined };

/**
 * A device with the adapter's own limits and features, wrapped for counting.
 *
 * A test ends with `await testDevice.finish()`, so that neither a validation error nor a leaked
 * buffer goes unseen.
 */
export async function createTestDevice(options: TestDeviceOptions = {}): Promise<TestDevice> {
  const adapter = await navigator.gpu.requestAdapter();
  if (!adapter) throw new Error('No WebGPU adapter.');
  const device = await adapter.requestDevice({
    label: 'test device',
    requiredFeatures: options.features ?? ([...adapter.features] as GPUFeatureName[]),
    requiredLimits: { ...adapterLimits(adapter), ...options.limits },
  });
  return trackDevice(device, adapter);
}

/** A device of the same adapter on which nobody has a scope open, and what nobody heard on it. */
export async function createPlainDevice(): Promise<{ device: GPUDevice; uncaptured: string[] }> {
  const adapter = await navigator.gpu.requestAdapter();
  if (!adapter) throw new Error('No WebGPU adapter.');
  const device = await adapter.requestDevice({ label: 'plain device', requiredLimits: adapterLimits(adapter) });
  const uncaptured: string[] = [];
  device.addEventListener('uncapturederror', (event) => uncaptured.push(describe(event.error)));
  return { device, uncaptured };
}

/** Every limit of the adapter, as `requestDevice` wants them. */
function adapterLimits(adapter: GPUAdapter): Record<string, number> {
  const limits: Record<string, number> = {};
  // The limits are getters of the prototype, where Object.entries doesn't look.
  for (const name in adapter.limits) {
    const value = adapter.limits[name as keyof GPUSupportedLimits];
    if (typeof value === 'number') limits[name] = value;
  }
  return limits;
}

function trackDevice(device: GPUDevice, adapter: GPUAdapter): TestDevice {
  const counts: DeviceCounts = {
    createBuffer: 0,
    createTexture: 0,
    createBindGroup: 0,
    createComputePipeline: 0,
    createRenderPipeline: 0,
    createShaderModule: 0,
    mapAsync: 0,
  };
  const live = new Map<Destroyable, number>();
  const errors: string[] = [];
  let heard: string[] = [];

  device.addEventListener('uncapturederror', (event) => errors.push(describe(event.error)));
  void device.lost.then((info) => {
    if (info.reason !== 'destroyed') errors.push(`device lost: ${info.message}`);
  });
  const filters: GPUErrorFilter[] = ['validation', 'out-of-memory', 'internal'];
  for (const filter of filters) device.pushErrorScope(filter);
  const popErrorScope = device.popErrorScope.bind(device);
  wrap(device, 'popErrorScope', (answer) => {
    answer.then(
      (error) => error && heard.push(describe(error)),
      () => undefined,
    );
  });

  wrap(device, 'createBuffer', (buffer) => {
    counts.createBuffer++;
    trackLife(live, buffer, buffer.size);
    wrap(buffer, 'mapAsync', () => counts.mapAsync++);
  });
  wrap(device, 'createTexture', (texture) => {
    counts.createTexture++;
    trackLife(live, texture, 0);
  });
  wrap(device, 'createBindGroup', () => counts.createBindGroup++);
  wrap(device, 'createShaderModule', () => counts.createShaderModule++);
  wrap(device, 'createComputePipeline', () => counts.createComputePipeline++);
  wrap(device, 'createComputePipelineAsync', () => counts.createComputePipeline++);
  wrap(device, 'createRenderPipeline', () => counts.createRenderPipeline++);
  wrap(device, 'createRenderPipelineAsync', () => counts.createRenderPipeline++);

  return {
    device,
    adapter,
    counts: () => ({ ...counts }),
    get liveCount() {
      return live.size;
    },
    get liveBytes() {
      return [...live.values()].reduce((sum, bytes) => sum + bytes, 0);
    },
    takeErrors() {
      const taken = heard;
      heard = [];
      return taken;
    },
    async finish() {
      await device.queue.onSubmittedWorkDone();
      for (const _ of filters) {
        const error = await popErrorScope();
        if (error) errors.push(describe(error));
      }
      errors.push(...heard);
      const leaks = [...live].map(([item, bytes]) => `"${item.label}" (${bytes} bytes)`);
      device.destroy();
      if (errors.length > 0) throw new Error(`GPU errors:\n${errors.join('\n')}`);
      if (leaks.length > 0) throw new Error(`Not destroyed: ${leaks.slice(0, 8).join(', ')} (${leaks.length} in all)`);
    },
  };
}

/** Calls `after` with each result of the method. The object keeps its identity. */
function wrap<Target extends object, Name extends keyof Target>(
  target: Target,
  name: Name,
  after: (result: Target[Name] extends (...values: never[]) => infer Result ? Result : never) => void,
): void {
  const original = target[name] as (...values: unknown[]) => never;
  Object.defineProperty(target, name, {
    configurable: true,
    value(...values: unknown[]) {
      const result = original.apply(target, values);
      after(result);
      return result;
    },
  });
}

function trackLife(live: Map<Destroyable, number>, item: Destroyable, bytes: number): void {
  live.set(item, bytes);
  wrap(item, 'destroy', () => live.delete(item));
}

function describe(error: GPUError): string {
  return `${error.constructor.name}: ${error.message}`;
}
