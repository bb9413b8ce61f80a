// SPDX-License-Identifier: MIT

import { afterEach, describe, expect, test } from 'vitest';
import { isSoftware, nameOf } from '../../../src/gpu/adapter.js';
import { acquireDevice, requestDevice } from '../../../src/gpu/device.js';

interface FakeAdapter {
  info: Partial<GPUAdapterInfo>;
  isFallbackAdapter?: boolean;
  limits?: Record<string, number>;
  features?: readonly string[];
  refuses?: boolean;
}

/** What was asked of the adapter. */
let asked: GPUDeviceDescriptor | undefined;
const navigatorBefore = Object.getOwnPropertyDescriptor(globalThis, 'navigator');

function withAdapter(adapter: FakeAdapter | null): void {
  const given = adapter && {
    info: adapter.info,
    isFallbackAdapter: adapter.isFallbackAdapter,
    limits: adapter.limits ?? {},
    features: new Set(adapter.features),
    requestDevice: async (descriptor: GPUDeviceDescriptor) => {
      asked = descriptor;
      if (adapter.refuses) throw new Error('no more devices');
      return { label: descriptor.label };
    },
  };
  const value = { gpu: { requestAdapter: async () => given } };
  Object.defineProperty(globalThis, 'navigator', { value, configurable: true });
}

afterEach(() => {
  if (navigatorBefore) Object.defineProperty(globalThis, 'navigator', navigatorBefore);
  else Reflect.deleteProperty(globalThis, 'navigator');
  asked = undefined;
});

const hardware = { vendor: 'nvidia', architecture: 'hopper', device: '', description: '', isFallbackAdapter: false };

describe('requestDevice', () => {
  test('asks by name for what is of use, no more than that and no more than the adapter has', async () => {
    withAdapter({
      info: hardware,
      limits: {
        maxBufferSize: 2 ** 32,
        maxStorageBufferBindingSize: 2 ** 31,
        maxTextureDimension2D: 8192,
        maxStorageBuffersPerShaderStage: 524288,
        maxComputeInvocationsPerWorkgroup: 256,
        maxBindGroups: 8,
        limitOfTomorrow: 7,
      },
      features: ['shader-f16', 'subgroups', 'feature-of-tomorrow'],
    });
    expect(await requestDevice()).toMatchObject({ adapterName: 'nvidia hopper', isSoftware: false });
    expect(asked?.requiredLimits).toEqual({
      maxBufferSize: 2 ** 32,
      maxStorageBufferBindingSize: 2 ** 31,
      maxTextureDimension2D: 8192,
      maxStorageBuffersPerShaderStage: 16,
      maxComputeInvocationsPerWorkgroup: 256,
    });
    expect(asked?.requiredFeatures).toEqual(['subgroups', 'shader-f16']);
  });

  test("passes over adapters that run on the CPU, with 'hardware' only", async () => {
    withAdapter({ info: { ...hardware, isFallbackAdapter: true } });
    expect(await requestDevice('hardware')).toBeUndefined();
    expect(asked).toBeUndefined();
    expect(await requestDevice('any')).toMatchObject({ isSoftware: true });
    // As older browsers say it.
    const { isFallbackAdapter: _unknown, ...older } = hardware;
    withAdapter({ info: older, isFallbackAdapter: true });
    expect(await requestDevice('hardware')).toBeUndefined();
    expect(await requestDevice('any')).toMatchObject({ isSoftware: true });
  });

  test('gives nothing without an adapter, and without WebGPU', async () => {
    withAdapter(null);
    expect(await requestDevice()).toBeUndefined();
    Object.defineProperty(globalThis, 'navigator', { value: undefined, configurable: true });
    expect(await requestDevice()).toBeUndefined();
  });

  test('names the adapter that gives no device', async () => {
    withAdapter({ info: hardware, refuses: true });
    await expect(requestDevice()).rejects.toMatchObject({
      name: 'DeviceError',
      message: 'the adapter (nvidia hopper) gave no device: no more devices',
    });
  });
});

describe('acquireDevice', () => {
  test("takes a user's device as it is", async () => {
    withAdapter(null);
    const device = { adapterInfo: hardware } as unknown as GPUDevice;
    expect(await acquireDevice(device, 'auto')).toEqual({ device, adapterName: 'nvidia hopper', ownsDevice: false });
  });

  test("'auto' leaves to the CPU what only the CPU would run, 'webgpu' does not", async () => {
    withAdapter({ info: { ...hardware, isFallbackAdapter: true } });
    expect(await acquireDevice(undefined, 'auto')).toBeUndefined();
    expect(await acquireDevice(undefined, 'webgpu')).toMatchObject({ ownsDevice: true });
    withAdapter(null);
    await expect(acquireDevice(undefined, 'webgpu')).rejects.toThrow(/^no WebGPU adapter: /);
  });
});

test.each([
  [{ isFallbackAdapter: true }, true],
  [{ isFallbackAdapter: false, vendor: 'apple' }, false],
  [{ architecture: 'swiftshader' }, true],
  [{ description: 'llvmpipe (LLVM 19.1, 256 bits)' }, true],
  [{ description: 'Microsoft Basic Render Driver' }, true],
  [{ vendor: 'intel', architecture: 'xe' }, false],
  [undefined, false],
] as const)('isSoftware(%j) is %s', (info, expected) => {
  expect(isSoftware(info as GPUAdapterInfo | undefined)).toBe(expected);
});

test.each([
  [hardware, 'nvidia hopper'],
  [
    { vendor: 'google', architecture: 'swiftshader', description: 'SwiftShader driver' },
    'google swiftshader SwiftShader driver',
  ],
  [{ vendor: 'apple', architecture: '', device: 'm4' }, 'apple m4'],
  // Firefox tells no names.
  [{ vendor: '', architecture: '', device: '', description: '', isFallbackAdapter: true }, 'unnamed software adapter'],
  [{ vendor: '', architecture: '', device: '', description: '', isFallbackAdapter: false }, 'unnamed adapter'],
  [undefined, 'unnamed adapter'],
] as const)('nameOf(%j) is %s', (info, expected) => {
  expect(nameOf(info as GPUAdapterInfo | undefined)).toBe(expected);
});
