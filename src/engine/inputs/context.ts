// SPDX-License-Identifier: MIT

import type { ProgramCache } from '../../gpu/program.js';
import type { ScopedDevice } from '../../gpu/scoped-device.js';
import type { ProblemSize } from '../../problem/types.js';
import type { Tuning } from '../plan/tuning.js';

/** What those who bring input to the GPU are given. */
export interface InputContext {
  readonly device: ScopedDevice;
  readonly programs: ProgramCache;
  readonly size: ProblemSize;
  readonly tuning: Pick<Tuning, 'workgroupSize'>;
}
