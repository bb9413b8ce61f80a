// SPDX-License-Identifier: MIT

/** What a worker or page has made on its GPU devices since `meterGpu` ran there. */
export interface GpuCounts {
  devices: number;
  buffers: number;
  textures: number;
  bindGroups: number;
  pipelines: number;
  /** Frames of a video, which have to be imported one by one. */
  externalTextures: number;
  /** Buffers and textures that nobody has destroyed. */
  live: number;
  liveBytes: number;
  /** Collected as garbage without having been destroyed: their memory was out of sight for a while. */
  abandoned: number;
}

/** Where `meterGpu` leaves its counts. */
export interface Metered {
  meanfieldGpuCounts: GpuCounts;
}

/**
 * Counts whatever is created on WebGPU devices from now on, and what of it is destroyed. It is sent to the worker as text,
 * so it may name nothing of this module.
 */
export function meterGpu(): void {
  const counts: GpuCounts = {
    devices: 0,
    buffers: 0,
    textures: 0,
    bindGroups: 0,
    pipelines: 0,
    externalTextures: 0,
    live: 0,
    liveBytes: 0,
    abandoned: 0,
  };
  const bytesPerTexel: Readonly<Record<string, number>> = {
    r8unorm: 1,
    rg8unorm: 2,
    rgba8unorm: 4,
    bgra8unorm: 4,
    r16float: 2,
    rgba16float: 8,
    r32float: 4,
    r32uint: 4,
    rgba32float: 16,
  };
  const held = new WeakMap<object, number>();
  const collected = new FinalizationRegistry<WeakRef<object>>(() => {
    counts.abandoned++;
  });
  const hold = (resource: object, bytes: number) => {
    held.set(resource, bytes);
    collected.register(resource, new WeakRef(resource), resource);
    counts.live++;
    counts.liveBytes += bytes;
  };
  const release = (resource: object) => {
    const bytes = held.get(resource);
    if (bytes === undefined) return;
    held.delete(resource);
    collected.unregister(resource);
    counts.live--;
    counts.liveBytes -= bytes;
  };
  const wrap = (prototype: object, method: string, after: (self: never, result: never) => void) => {
    const methods = prototype as Record<string, (...given: unknown[]) => unknown>;
    const original = methods[method];
    methods[method] = function (...given) {
      const result = original.apply(this, given);
      after(this as never, result as never);
      return result;
    };
  };
  const device = GPUDevice.prototype;
  wrap(GPUAdapter.prototype, 'requestDevice', () => counts.devices++);
  wrap(device, 'createBuffer', (_, buffer: GPUBuffer) => {
    counts.buffers++;
    hold(buffer, buffer.size);
  });
  wrap(device, 'createTexture', (_, texture: GPUTexture) => {
    const { width, height, depthOrArrayLayers, format } = texture;
    counts.textures++;
    // A format that is not in the table makes the sum NaN, which no limit lets pass.
    hold(texture, width * height * depthOrArrayLayers * (bytesPerTexel[format] ?? Number.NaN));
  });
  wrap(GPUBuffer.prototype, 'destroy', release);
  wrap(GPUTexture.prototype, 'destroy', release);
  wrap(device, 'createBindGroup', () => counts.bindGroups++);
  wrap(device, 'importExternalTexture', () => counts.externalTextures++);
  for (const kind of ['Compute', 'Render'] as const) {
    wrap(device, `create${kind}Pipeline`, () => counts.pipelines++);
    wrap(device, `create${kind}PipelineAsync`, () => counts.pipelines++);
  }
  Object.assign(globalThis, { meanfieldGpuCounts: counts });
}
