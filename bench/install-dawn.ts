// SPDX-License-Identifier: MIT

import { create, globals } from 'webgpu';

/** Dawn crashes if what `create` gave is collected while devices exist. */
let instance: GPU | undefined;

/** Puts WebGPU on globalThis, as a page has it. */
export function installDawn(): void {
  instance ??= create([]);
  Object.assign(globalThis, globals);
  // Node has a navigator since version 21 only.
  if (!('navigator' in globalThis)) Object.assign(globalThis, { navigator: {} });
  Object.defineProperty(globalThis.navigator, 'gpu', { value: instance, configurable: true });
}
