// SPDX-License-Identifier: MIT

import { checkChoice } from '../problem/checks.js';
import { DeviceError } from '../problem/errors.js';

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

/** Limits of which more is of use here: larger buffers and pictures, and what networks' shaders may want. All others stay at their defaults. */
const wantedLimits = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
  'maxTextureDimension2D',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupSizeY',
  'maxComputeWorkgroupSizeZ',
  'maxComputeWorkgroupsPerDimension',
] as const;

const wantedFeatures: readonly GPUFeatureName[] = ['timestamp-query', 'subgroups', 'shader-f16'];

/**
 * A device for engines, pipelines and analyses: with as much of the limits that they use as the adapter has, and the features that they use. It is
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
  const limits = wantedLimits.map((name): [string, number | undefined] => [name, adapter.limits[name]]);
  try {
    const device = await adapter.requestDevice({
      label: 'meanfield',
      requiredLimits: Object.fromEntries(limits.filter(([, amount]) => amount !== undefined)),
      requiredFeatures: wantedFeatures.filter((feature) => adapter.features.has(feature)),
    });
    return { device, adapter, adapterName, isSoftware: isSoftware(adapter.info) };
  } catch (error) {
    throw new DeviceError(`the adapter (${adapterName}) gave no device: ${(error as Error).message}`);
  }
}

/** Undefined where there is none of the kind. A quick question, which loads nothing. */
export async function findAdapter(kind: 'any' | 'hardware'): Promise<GPUAdapter | undefined> {
  const adapter = await globalThis.navigator?.gpu?.requestAdapter({ powerPreference: 'high-performance' });
  return adapter && !(kind === 'hardware' && isSoftware(adapter.info)) ? adapter : undefined;
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

/** Whether shaders run on the CPU: invocations are few and wide there, see `tuning.ts`. */
export function isSoftware(info: GPUAdapterInfo | undefined): boolean {
  return (
    info?.isFallbackAdapter === true ||
    /swiftshader|llvmpipe|lavapipe|softpipe|warp|basic render/i.test(
      `${info?.architecture} ${info?.device} ${info?.description}`,
    )
  );
}

/** As the browser names the adapter. Browsers that hide names still tell whether it is a software one. */
export function nameOf(info: GPUAdapterInfo | undefined): string {
  const words = [info?.vendor, info?.architecture, info?.description || info?.device].filter(Boolean);
  const known = isSoftware(info) ? 'unnamed software adapter' : 'unnamed adapter';
  return [...new Set(words)].join(' ') || known;
}
