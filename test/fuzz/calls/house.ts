// SPDX-License-Identifier: MIT

import type { House } from '../../support/doors/door.js';
import type { WatchedDevice } from '../gpu.js';
import type { FuzzContext } from '../suite.js';

/** Doors, and the device that is watched while they are called. */
export interface FuzzHouse extends House {
  /** Values to try besides those for all doors. */
  strange?: readonly (() => unknown)[];
  /** Where the object behind the doors works: no call may leave an error to it. */
  watched?: WatchedDevice;
}

export interface FuzzHousePlan {
  name: string;
  needsGpu: boolean;
  build(context: FuzzContext): Promise<FuzzHouse>;
}
