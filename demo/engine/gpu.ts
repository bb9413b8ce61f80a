// SPDX-License-Identifier: MIT

import { type AcquiredDevice, requestDevice } from '../../src/index.js';

export type Gpu = Pick<AcquiredDevice, 'device' | 'adapterName'>;

/** A device with all that the adapter can, or why there is none of the kind. Its owner sees at once when it is lost. */
export async function acquireGpu(kind: 'any' | 'hardware'): Promise<Gpu | 'software' | 'none'> {
  const acquired = await requestDevice(kind);
  if (acquired) return acquired;
  return (await navigator.gpu?.requestAdapter()) ? 'software' : 'none';
}
