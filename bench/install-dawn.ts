// SPDX-License-Identifier: MIT

import { create, globals } from 'webgpu';
import { isSoftware } from '../src/gpu/adapter.js';

declare global {
  /** Dawn's entry point. Something must hold it as long as the process lives: Dawn crashes when it is collected while devices exist. */
  var dawnInstance: GPU | undefined;
}

/** Puts WebGPU on globalThis, as a page has it, once. Returns the adapter that Dawn finds, null where it finds none. */
export async function installDawn(): Promise<GPUAdapter | null> {
  const isNew = globalThis.dawnInstance === undefined;
  globalThis.dawnInstance ??= create([]);
  const { dawnInstance: instance } = globalThis;
  Object.assign(globalThis, globals);
  // Node has a navigator since version 21 only.
  if (!('navigator' in globalThis)) Object.assign(globalThis, { navigator: {} });
  Object.defineProperty(globalThis.navigator, 'gpu', { value: instance, configurable: true });
  const adapter = await instance.requestAdapter();
  if (isNew && adapter && isSoftware(adapter.info)) lookSeldom();
  return adapter;
}

/**
 * As long as anything is waited for Dawn looks whether it is there, in each turn of the event loop: that takes a core, of those on which a GPU in
 * software computes. There it looks once a millisecond: on SwiftShader and two cores five iterations on 512×512×21 of noise took 3.6 s instead of 4.9.
 */
function lookSeldom(): void {
  const { setImmediate: soon, setTimeout: later } = globalThis;
  const lessOften = (callback: () => void, ...values: unknown[]) =>
    isNative(callback) ? later(callback, 1) : Reflect.apply(soon, undefined, [callback, ...values]);
  globalThis.setImmediate = Object.assign(lessOften as typeof setImmediate, { __promisify__: soon.__promisify__ });
}

/** Whether an addon has made a function; those of the language, such as `resolve` of a promise, are no constructors. */
function isNative(callback: () => void): boolean {
  return Object.hasOwn(callback, 'prototype') && /\[native code\]/.test(Function.prototype.toString.call(callback));
}
