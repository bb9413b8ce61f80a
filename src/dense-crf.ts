// SPDX-License-Identifier: MIT

import { acquireDevice } from './gpu/device.js';
import type { DenseCrfOptions, Refiner } from './problem/api.js';
import { checkCrfOptions } from './problem/options.js';

/**
 * A fully connected CRF with Gaussian and bilateral kernels (Krähenbühl & Koltun, NIPS 2011) for one problem size.
 *
 * ```ts
 * const crf = await DenseCrf.create({ width, height, labelCount: 21 });
 * await crf.refine({ image, unary: { logits } });
 * const labels = await crf.labelMap();
 * ```
 */
export const DenseCrf = {
  /**
   * On WebGPU the shaders begin to compile, which is not waited for: the first call has less to wait for.
   *
   * Throws ArgumentError for an option that can't be, DeviceError where there is no adapter or its limits are too low.
   */
  async create(options: DenseCrfOptions): Promise<Refiner> {
    const { size, parameters, backend, device, vertexCapacity, profile, threads, tuning } = checkCrfOptions(options);
    if (backend !== 'cpu') {
      const acquired = await acquireDevice(device, backend);
      if (acquired) {
        const { createGpuCrf } = await import('./engine/create-gpu-crf.js');
        return createGpuCrf({ ...acquired, size, parameters, vertexCapacity, profile, tuning });
      }
    }
    const { CpuRefiner } = await import('./cpu/cpu-refiner.js');
    return CpuRefiner.create(size, parameters, threads);
  },
};
