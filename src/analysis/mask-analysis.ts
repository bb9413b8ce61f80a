// SPDX-License-Identifier: MIT

import { acquireDevice } from '../gpu/device.js';
import { checkChoice, checkKeys, checkObject } from '../problem/checks.js';
import type * as Api from './api.js';
import { checkExtent, checkLabels } from './arguments.js';

const optionNames = ['width', 'height', 'labels', 'backend', 'device'];

/** What comes after labels, for one image size: see the interface of this name. */
export type MaskAnalysis = Api.MaskAnalysis;

/**
 *   const analysis = await MaskAnalysis.create({ width, height, labels: ['background', 'wall', 'building'], device });
 *   const { labelMap } = await crf.gpuResults();
 *   const mask = await analysis.mask(labelMap, { labels: ['wall', 'building'] });
 *   const closed = await analysis.close(mask, { radius: 3 });
 *   draw(closed.buffer);
 *   console.log(listAreas(await (await analysis.areas(labelMap)).read()));
 */
export const MaskAnalysis = {
  /** Throws ArgumentError for an option that can't be, DeviceError where there is no adapter. */
  async create(options: Api.MaskAnalysisOptions): Promise<MaskAnalysis> {
    const given = checkObject('options', options);
    checkKeys('options', given, optionNames);
    const size = checkExtent(options);
    const labels = checkLabels(options.labels);
    const backend = checkChoice('backend', options.backend ?? 'auto', ['auto', 'webgpu', 'cpu'] as const);
    if (backend !== 'cpu') {
      const acquired = await acquireDevice(options.device, backend);
      if (acquired) {
        const { GpuMaskAnalysis } = await import('./gpu-mask-analysis.js');
        return new GpuMaskAnalysis({ ...acquired, size, labels });
      }
    }
    const { CpuMaskAnalysis } = await import('./cpu-mask-analysis.js');
    return new CpuMaskAnalysis(size, labels);
  },
};
