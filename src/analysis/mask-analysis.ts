// SPDX-License-Identifier: MIT

import { acquireDevice } from '../gpu/device.js';
import { checkBackend } from '../problem/options.js';
import { checkDevice } from '../problem/platform-objects.js';
import { readOptions } from '../problem/reading.js';
import type * as Api from './api.js';
import { checkExtent, checkLabels } from './arguments.js';

const optionNames = [
  'width',
  'height',
  'labels',
  'backend',
  'device',
] as const satisfies (keyof Api.MaskAnalysisOptions)[];

/**
 * What comes after labels, for one image size: areas, masks, morphology, components, watershed, mattes. The same on both backends, whole numbers
 * exactly. Calls take turns; on the GPU a promise resolves once the work is submitted. Beyond the first call of an operation nothing is
 * created on the GPU, and nothing is read back unless it is asked for: `read`, `regions`.
 *
 * A mask is zero or not; results hold 0 and 1. Every call throws ArgumentError for an argument that can't be, before any work.
 */
export interface MaskAnalysis extends Api.MaskAnalysis {}

/**
 * ```ts
 * const analysis = await MaskAnalysis.create({ width, height, labels: ['background', 'wall', 'building'], device });
 * const { labelMap } = await crf.gpuResults();
 * const mask = await analysis.mask(labelMap, { labels: ['wall', 'building'] });
 * const closed = await analysis.close(mask, { radius: 3 });
 * draw(closed.buffer);
 * console.log(listAreas(await (await analysis.areas(labelMap)).read()));
 * ```
 */
export const MaskAnalysis = {
  /** Throws ArgumentError for an option that can't be, DeviceError where there is no adapter. */
  async create(options: Api.MaskAnalysisOptions): Promise<MaskAnalysis> {
    const given = readOptions('options', options, optionNames);
    const size = checkExtent(given);
    const labels = given.labels === undefined ? [] : checkLabels(given.labels);
    const backend = checkBackend(given.backend);
    const device = checkDevice('device', given.device as GPUDevice | undefined);
    if (backend !== 'cpu') {
      const acquired = await acquireDevice(device, backend);
      if (acquired) {
        const { GpuMaskAnalysis } = await import('./gpu-mask-analysis.js');
        return new GpuMaskAnalysis({ ...acquired, size, labels });
      }
    }
    const { CpuMaskAnalysis } = await import('./cpu-mask-analysis.js');
    return new CpuMaskAnalysis(size, labels);
  },
};
