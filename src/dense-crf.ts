// SPDX-License-Identifier: MIT

import { acquireDevice } from './gpu/device.js';
import type { DenseCrfOptions, Refiner } from './problem/api.js';
import { checkChoice, checkInteger, checkKeys, checkObject } from './problem/checks.js';
import { checkSize, defaultParameters, resolveParameters } from './problem/parameters.js';

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
    const parameters = options.parameters ?? defaultParameters;
    // Parameters are checked before a device is asked for.
    resolveParameters(parameters, size);
    const vertexCapacity = checkVertexCapacity(options.vertexCapacity);
    const backend = checkChoice('backend', options.backend ?? 'auto', ['auto', 'webgpu', 'cpu'] as const);
    if (backend !== 'cpu') {
      const acquired = await acquireDevice(options.device, backend);
      const { profile } = options;
      if (acquired) {
        const { GpuCrf } = await import('./engine/gpu-crf.js');
        return new GpuCrf({
          ...acquired,
          size,
          parameters,
          vertexCapacity,
          ...(profile === undefined ? undefined : { profile }),
        });
      }
    }
    const { CpuRefiner } = await import('./cpu/cpu-refiner.js');
    return CpuRefiner.create(size, parameters);
  },
};

/** Throws ArgumentError. */
function checkVertexCapacity(value: unknown = 'measured'): 'measured' | 'worst-case' | number {
  if (typeof value === 'number') return checkInteger('vertexCapacity', value, 1, 2 ** 31 - 1);
  return checkChoice('vertexCapacity', value, ['measured', 'worst-case'] as const);
}
