// SPDX-License-Identifier: MIT

export interface Gpu {
  device: GPUDevice;
  adapterName: string;
}

/** Adapters that run shaders on the processor: the CPU twin is faster than they are. */
function isSoftware(info: GPUAdapterInfo): boolean {
  const words = `${info.architecture} ${info.device} ${info.description}`;
  return info.isFallbackAdapter || /swiftshader|llvmpipe|lavapipe|softpipe|warp|basic render/i.test(words);
}

/** A device with all that the adapter can; its owner sees at once when it is lost. */
export async function acquireGpu(kind: 'any' | 'hardware'): Promise<Gpu | 'software' | 'none'> {
  const adapter = await navigator.gpu?.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) return 'none';
  if (kind === 'hardware' && isSoftware(adapter.info)) return 'software';
  const requiredLimits: Record<string, number> = {};
  // Limits are getters of the prototype.
  for (const name in adapter.limits) {
    const value = adapter.limits[name as keyof GPUSupportedLimits];
    if (typeof value === 'number') requiredLimits[name] = value;
  }
  const wanted: GPUFeatureName[] = ['timestamp-query', 'subgroups', 'shader-f16'];
  const requiredFeatures = wanted.filter((feature) => adapter.features.has(feature));
  const device = await adapter.requestDevice({ label: 'demo', requiredLimits, requiredFeatures });
  return { device, adapterName: nameOf(adapter.info) };
}

function nameOf({ vendor, architecture, description, device }: GPUAdapterInfo): string {
  const words = [vendor, architecture, description || device].filter(Boolean);
  return [...new Set(words)].join(' ') || 'unnamed adapter';
}
