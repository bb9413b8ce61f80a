// SPDX-License-Identifier: MIT

import type { ProgramCache } from '../../gpu/program.js';
import type { ScopedDevice } from '../../gpu/scoped-device.js';

/** What every part of a pipeline is given that runs stages of its own. */
export interface StageContext {
  device: ScopedDevice;
  /** One for all parts on a device: each program is compiled once. */
  programs: ProgramCache;
  /** Invocations a workgroup: 64 unless a test wants few. */
  workgroupSize: number;
}
