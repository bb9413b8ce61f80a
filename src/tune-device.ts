// SPDX-License-Identifier: MIT

import { acquireDevice } from './gpu/device.js';
import { checkNumber } from './problem/checks.js';
import { OwnParameters } from './problem/own-parameters.js';
import { checkSize, defaultParameters } from './problem/parameters.js';
import { checkDevice } from './problem/platform-objects.js';
import { type CrfParametersOrName, parametersNamed } from './problem/presets.js';
import { readOptions } from './problem/reading.js';
import { type TuningTable, tuningVersion } from './problem/tuning-table.js';
import type { CrfParameters, ProblemSize } from './problem/types.js';

/** What `tuneDevice` takes. */
export interface TuneDeviceOptions extends ProblemSize {
  /** Or the name of a preset. Default: as for `DenseCrf.create`. */
  parameters?: CrfParametersOrName;
  /** The device to measure. It stays its owner's. Without one, a device is asked for, and destroyed in the end. */
  device?: GPUDevice;
  /** Milliseconds, 1 to 600,000; default 300. What is not measured by then is not chosen. Compilation counts, and is not interrupted. */
  budget?: number;
}

const names = [
  'width',
  'height',
  'labelCount',
  'parameters',
  'device',
  'budget',
] as const satisfies (keyof TuneDeviceOptions)[];

/**
 * Times the shapes that shaders can have, on a problem of this size, and gives the fastest as a table: for `DenseCrf.create({ tuning })`, also in another
 * page or process with the same kind of adapter. On a GPU this page remembers it, too, and so does the browser's localStorage where there is one. Results
 * of a CRF do not depend on it. It takes as much memory as the CRF while it runs; call it when nothing else works on the device.
 *
 * @returns the table; without entries where no kernel is on a lattice, or the budget was too short
 *
 * Throws ArgumentError for an option that can't be, DeviceError where there is no adapter or the GPU refuses.
 */
export async function tuneDevice(options: TuneDeviceOptions): Promise<TuningTable> {
  const given = readOptions('options', options, names);
  const { width, height, labelCount } = given;
  const named = given.parameters === undefined ? defaultParameters : given.parameters;
  const checked = parametersNamed('parameters', named) as CrfParameters;
  const size = checkSize({ width, height, labelCount });
  const parameters = OwnParameters.of(checked, size);
  const device = checkDevice('device', given.device as GPUDevice | undefined);
  const budget = given.budget === undefined ? 300 : checkNumber('budget', given.budget, { from: 1, to: 600_000 });
  const acquired = await acquireDevice(device, 'webgpu');
  if (!acquired) throw new Error('acquireDevice: no device and no error');
  try {
    const { tuneOn } = await import('./engine/create-gpu-crf.js');
    const entries = await tuneOn({ device: acquired.device, size, parameters, budget });
    return { version: tuningVersion, entries };
  } finally {
    if (acquired.ownsDevice) acquired.device.destroy();
  }
}
