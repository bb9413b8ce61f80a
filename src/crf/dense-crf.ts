// SPDX-License-Identifier: MIT

import { checkChoice, checkKeys, checkObject } from '../problem/checks.js';
import { DeviceError } from '../problem/errors.js';
import { checkSize, defaultParameters } from '../problem/parameters.js';
import type { DenseCrfOptions, Refiner } from './api.js';
import { OwnParameters } from './own-parameters.js';
import { checkVertexCapacity } from './vertex-room.js';

const optionNames = ['width', 'height', 'labelCount', 'parameters', 'backend', 'device', 'vertexCapacity', 'profile'];

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
    const given = checkObject('options', options);
    checkKeys('options', given, optionNames);
    const size = checkSize({ width: options.width, height: options.height, labelCount: options.labelCount });
    // Parameters are checked, and taken, before a device is asked for.
    const parameters = OwnParameters.of(options.parameters ?? defaultParameters, size);
    const vertexCapacity = checkVertexCapacity(options.vertexCapacity ?? 'measured');
    const backend = checkChoice('backend', options.backend ?? 'auto', ['auto', 'webgpu', 'cpu'] as const);
    if (backend !== 'cpu') {
      const [{ GpuCrf }, { requestDevice }] = await Promise.all([import('./gpu-crf.js'), import('../gpu/device.js')]);
      const acquired = options.device
        ? { device: options.device }
        : await requestDevice(backend === 'auto' ? 'hardware' : 'any');
      const { profile } = options;
      if (acquired) {
        return new GpuCrf({
          ...acquired,
          ownsDevice: options.device === undefined,
          size,
          parameters,
          vertexCapacity,
          ...(profile === undefined ? undefined : { profile }),
        });
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
