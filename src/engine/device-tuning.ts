// SPDX-License-Identifier: MIT

import { isSoftware } from '../gpu/adapter.js';
import { type Tuning, tuningFor } from './plan/tuning.js';

/** Choices for the kind of adapter, and what the device has. */
export function tuningOf({ adapterInfo, features }: GPUDevice): Tuning {
  return { ...tuningFor(isSoftware(adapterInfo)), hasSubgroups: features.has('subgroups') };
}
