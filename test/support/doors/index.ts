// SPDX-License-Identifier: MIT

import { core } from './core.js';
import type { HousePlan } from './door.js';
import { drawing } from './drawing.js';
import { masks } from './masks.js';
import { metrics } from './metrics.js';
import { networks } from './networks.js';
import { tracks } from './tracks.js';
import { tuning } from './tune.js';

/** All public doors: a test sees to it that none is missing. */
export const housePlans: readonly HousePlan[] = [
  ...core,
  ...masks,
  ...metrics,
  ...tuning,
  ...networks,
  ...tracks,
  ...drawing,
];
