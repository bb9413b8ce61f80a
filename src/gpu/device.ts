// SPDX-License-Identifier: MIT

import { checkChoice } from '../problem/checks.js';
import { DeviceError } from '../problem/errors.js';
import { isSoftware, nameOf } from './adapter.js';

/** A device for engines, pipelines and analyses to share, and what is known of its adapter. */
export interface AcquiredDevice {
  /** It is yours: destroy it when nothing works on it any more. */
  device: GPUDevice;
  /** Where it comes from. */
  adapter: GPUAdapter;
  /** As the browser names it. */
  adapterName: string;
  /** Whether shaders run on the CPU. */
  isSoftware: boolean;
}

/**
 * The most of each limit that is of use here, by name; of all others, and of these where an adapter has less, the defaults do. Shaders of ours need
 * none of it: they keep to what every device has. Memory is for pictures and labels that nobody knows yet, the rest is for networks' shaders.
 */
const wantedLimits = {
  maxBufferSize: Number.POSITIVE_INFINITY,
  maxStorageBufferBindingSize: Number.POSITIVE_INFINITY,
  maxTextureDimension2D: 16384,
  maxStorageBuffersPerShaderStage: 16,
  maxComputeWorkgroupStorageSize: 65536,
  maxComputeInvocationsPerWorkgroup: 1024,
  maxComputeWorkgroupSizeX: 1024,
  maxComputeWorkgroupSizeY: 1024,
  maxComputeWorkgroupSizeZ: 1024,
} as const satisfies Partial<Record<keyof GPUSupportedLimits, number>>;

const wantedFeatures: readonly GPUFeatureName[] = ['timestamp-query', 'subgroups', 'shader-f16'];

/**
 * A device for engines, pipelines and analyses: with as much of the limits that they use as is of use and the adapter has, and the features that they use. It is
 * yours, to share among them and to destroy.
 *
 * @param kind 'hardware' passes over adapters that run shaders on the CPU, 'any' (default) takes them, too
 * @returns undefined where there is no adapter of the kind
 *
 * Throws ArgumentError for another kind, DeviceError where the adapter gives no device.
 */
export async function requestDevice(kind: 'any' | 'hardware' = 'any'): Promise<AcquiredDevice | undefined> {
  checkChoice('kind', kind, ['any', 'hardware'] as const);
  const adapter = await findAdapter(kind);
  if (!adapter) return undefined;
  const adapterName = nameOf(adapter.info);
  try {
    const device = await adapter.requestDevice({
      label: 'meanfield',
      requiredLimits: limitsFor(adapter),
      requiredFeatures: wantedFeatures.filter((feature) => adapter.features.has(feature)),
    });
    return { device, adapter, adapterName, isSoftware: isSoftwareAdapter(adapter) };
  } catch (error) {
    throw new DeviceError(`the adapter (${adapterName}) gave no device: ${(error as Error).message}`);
  }
}

/** Names that a browser does not know would make it refuse the device. */
function limitsFor({ limits }: GPUAdapter): Record<string, number> {
  const known = Object.entries(wantedLimits).flatMap(([name, wanted]): [string, number][] => {
    const offered = limits[name as keyof typeof wantedLimits];
    return offered === undefined ? [] : [[name, Math.min(wanted, offered)]];
  });
  return Object.fromEntries(known);
}

/** Undefined where there is none of the kind. A quick question, which loads nothing. */
export async function findAdapter(kind: 'any' | 'hardware'): Promise<GPUAdapter | undefined> {
  const adapter = await globalThis.navigator?.gpu?.requestAdapter({ powerPreference: 'high-performance' });
  return adapter && !(kind === 'hardware' && isSoftwareAdapter(adapter)) ? adapter : undefined;
}

/**
 * The device to work on: the user's, or one of our own. Undefined where the CPU is to do it: with 'auto' and no GPU.
 *
 * Throws DeviceError with 'webgpu' where there is no adapter.
 */
export async function acquireDevice(
  given: GPUDevice | undefined,
  backend: 'auto' | 'webgpu',
): Promise<{ device: GPUDevice; adapterName: string; ownsDevice: boolean } | undefined> {
  if (given) return { device: given, adapterName: nameOf(given.adapterInfo), ownsDevice: false };
  const acquired = await requestDevice(backend === 'auto' ? 'hardware' : 'any');
  if (acquired) return { device: acquired.device, adapterName: acquired.adapterName, ownsDevice: true };
  if (backend === 'auto') return undefined;
  throw new DeviceError(
    "no WebGPU adapter: this browser or machine has none that is usable; backend: 'cpu' works without",
  );
}

/** Browsers before Chromium 140 say of the adapter itself, and not of its information, that it is a fallback. */
function isSoftwareAdapter(adapter: GPUAdapter & { readonly isFallbackAdapter?: boolean }): boolean {
  return adapter.isFallbackAdapter === true || isSoftware(adapter.info);
}
