// SPDX-License-Identifier: MIT

import { DeviceError } from '../problem/errors.js';
import type { DenseCrfOptions, Refiner } from './api.js';
import { checkCrfOptions } from './options.js';

/**
 * A fully connected CRF with Gaussian and bilateral kernels (Krähenbühl & Koltun, NIPS 2011) for one problem size.
 *
 *   const crf = await DenseCrf.create({ width, height, labelCount: 21 });
 *   await crf.refine({ image, unary: { logits } });
 *   const labels = await crf.labelMap();
 */
export const DenseCrf = {
  /** Throws ArgumentError for an option that can't be, DeviceError where there is no adapter or its limits are too low. */
  async create(options: DenseCrfOptions): Promise<Refiner> {
    const { size, parameters, backend, device, vertexCapacity, profile } = checkCrfOptions(options);
    if (backend !== 'cpu') {
      const [{ GpuCrf }, { requestDevice }] = await Promise.all([import('./gpu-crf.js'), import('../gpu/device.js')]);
      const acquired = device ? { device } : await requestDevice(backend === 'auto' ? 'hardware' : 'any');
      if (acquired) {
        const ownsDevice = device === undefined;
        return new GpuCrf({ ...acquired, ownsDevice, size, parameters, vertexCapacity, profile });
      }
      if (backend === 'webgpu') {
        throw new DeviceError(
          "no WebGPU adapter: this browser or machine has none that is usable; backend: 'cpu' works without",
        );
      }
    }
    const { CpuRefiner } = await import('./cpu-refiner.js');
    return CpuRefiner.create(size, parameters);
  },
};
