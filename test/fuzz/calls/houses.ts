// SPDX-License-Identifier: MIT

import type { FuzzContext } from '../suite.js';
import type { House, HousePlan } from './door.js';
import { core } from './doors/core.js';
import { drawing } from './doors/drawing.js';
import { masks } from './doors/masks.js';
import { metrics } from './doors/metrics.js';
import { networks } from './doors/networks.js';
import { tuning } from './doors/tune.js';

/** All public doors. */
export const housePlans: readonly HousePlan[] = [...core, ...masks, ...metrics, ...tuning, ...networks, ...drawing];

/** Houses of this process: building one may compile shaders. */
const built = new Map<string, Promise<House>>();

export function houseOf(plan: HousePlan, context: FuzzContext): Promise<House> {
  let house = built.get(plan.name);
  if (!house) {
    house = Promise.resolve(plan.build(context));
    built.set(plan.name, house);
  }
  return house;
}
