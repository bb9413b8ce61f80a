// SPDX-License-Identifier: MIT

import { DeviceError } from '../problem/errors.js';

export interface AcquiredDevice {
  device: GPUDevice;
  adapter: GPUAdapter;
  adapterName: string;
}

/**
 * A device with every limit that the adapter has, and the features that are of use here. Undefined where there is no adapter of
 * the kind: 'hardware' passes over adapters that run shaders on the CPU.
 */
export async function requestDevice(kind: 'any' | 'hardware'): Promise<AcquiredDevice | undefined> {
  const gpu = globalThis.navigator?.gpu;
  const adapter = await gpu?.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter || (kind === 'hardware' && isSoftware(adapter.info))) return undefined;
  const requiredLimits: Record<string, number> = {};
  // Limits are getters of the prototype, where Object.entries doesn't look.
  for (const name in adapter.limits) {
    const value = adapter.limits[name as keyof GPUSupportedLimits];
    if (typeof value === 'number') requiredLimits[name] = value;
  }
  const wanted: GPUFeatureName[] = ['timestamp-query', 'subgroups', 'shader-f16'];
  try {
    const device = await adapter.requestDevice({
      label: 'meanfield',
      requiredLimits,
      requiredFeatures: wanted.filter((feature) => adapter.features.has(feature)),
    });
    return { device, adapter, adapterName: nameOf(adapter.info) };
  } catch (error) {
    throw new DeviceError(`the adapter (${nameOf(adapter.info)}) gave no device: ${(error as Error).message}`);
  }
}

/** Whether shaders run on the CPU: invocations are few and wide there, see `tuning.ts`. */
export function isSoftware(info: GPUAdapterInfo | undefined): boolean {
  return /swiftshader|llvmpipe|lavapipe|softpipe|warp|basic render/i.test(
    `${info?.architecture} ${info?.device} ${info?.description}`,
  );
}

export function nameOf(info: GPUAdapterInfo | undefined): string {
  const words = [info?.vendor, info?.architecture, info?.description || info?.device].filter(Boolean);
  return [...new Set(words)].join(' ') || 'unnamed adapter';
}
