// SPDX-License-Identifier: MIT

import { create, globals } from 'webgpu';
import { isSoftware } from '../../src/gpu/adapter.js';

declare global {
  /** Dawn's entry point. Something must hold it as long as the process lives: Dawn crashes when it
   *  is collected while devices exist. */
  var dawnInstance: GPU | undefined;
}

const adapterName = await installDawn();
if (adapterName) console.log(`Dawn's adapter: ${adapterName}`);

/** Puts WebGPU's objects on globalThis, as a page has them. Does nothing the second time. */
async function installDawn(): Promise<string | undefined> {
  if (globalThis.dawnInstance) return undefined;
  lookSeldom();
  const instance = create([]);
  globalThis.dawnInstance = instance;
  Object.assign(globalThis, globals);
  // Node has a navigator since version 21 only.
  if (!('navigator' in globalThis)) Object.assign(globalThis, { navigator: {} });
  Object.defineProperty(globalThis.navigator, 'gpu', { value: instance, configurable: true });

  const adapter = await instance.requestAdapter();
  if (!adapter) throw new Error(missingAdapter());
  const { vendor, architecture, device, description } = adapter.info;
  const name = [vendor, architecture, device, description].filter(Boolean).join(', ');
  const wanted = process.env.MEANFIELD_ADAPTER;
  const isOther = wanted === 'hardware' ? isSoftware(adapter.info) : wanted === 'lavapipe' && !/llvmpipe/i.test(name);
  if (isOther) throw new Error(`MEANFIELD_ADAPTER is "${wanted}", but the only adapter is ${name}.`);
  return name;
}

/**
 * As long as anything is waited for Dawn looks whether it is there, in each turn of the event loop: that takes a core, of those on which a GPU in
 * software computes. Here it looks once a millisecond.
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

function missingAdapter(): string {
  if (process.env.MEANFIELD_ADAPTER === 'hardware') {
    return 'No WebGPU adapter: MEANFIELD_ADAPTER is "hardware", but Dawn finds no GPU driver.';
  }
  const driver = process.env.VK_ICD_FILENAMES;
  if (process.env.MEANFIELD_ADAPTER === 'lavapipe') {
    return `No WebGPU adapter: Dawn can't use ${driver}. It takes lavapipe of Mesa 25 (Debian 13), and refuses that of Mesa 22.3 (Debian 12).`;
  }
  return driver
    ? `No WebGPU adapter: Dawn can't use the software driver ${driver}.`
    : 'No WebGPU adapter: no Chromium with vk_swiftshader_icd.json and libvulkan.so.1 was found. ' +
        'Run "npm test", which installs one, or set PUPPETEER_EXECUTABLE_PATH to a Chromium build.';
}
