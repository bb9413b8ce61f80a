// SPDX-License-Identifier: MIT

import { findAdapter } from '../gpu/device.js';
import { DeviceError } from '../problem/errors.js';
import type { Settings } from './options.js';
import { noAdapter } from './runtime/gpu.js';

/**
 * Where a pipeline is to compute: a question for the adapter, before anything is loaded. With 'auto' on the GPU where there is one or a device
 * is given, on the CPU elsewhere, also where the only adapter runs shaders on the CPU.
 *
 * Throws DeviceError for 'webgpu' without an adapter.
 */
export async function chooseBackend({
  backend,
  device,
}: Pick<Settings, 'backend' | 'device'>): Promise<'webgpu' | 'cpu'> {
  if (backend === 'cpu') return 'cpu';
  if (device) return 'webgpu';
  if (await findAdapter(backend === 'auto' ? 'hardware' : 'any')) return 'webgpu';
  if (backend === 'auto') return 'cpu';
  throw new DeviceError(noAdapter);
}
