// SPDX-License-Identifier: MIT

import type { HousePlan } from '../../support/doors/door.js';
import { housePlans as publicPlans } from '../../support/doors/index.js';
import type { FuzzContext } from '../suite.js';
import { gpuObjectPlans } from './gpu-houses.js';
import type { FuzzHouse, FuzzHousePlan } from './house.js';

/** All public doors, and some of them with objects that are on a GPU. */
export const housePlans: readonly FuzzHousePlan[] = [...publicPlans.map(watchedPlan), ...gpuObjectPlans];

function watchedPlan({ name, needsGpu = false, build }: HousePlan): FuzzHousePlan {
  return {
    name,
    needsGpu,
    async build({ gpu }) {
      if (!needsGpu || !gpu) return build({});
      const watched = await gpu.device();
      return { ...(await build({ device: watched.device })), watched };
    },
  };
}

/** Houses of this process: building one may compile shaders. */
const built = new Map<string, Promise<FuzzHouse>>();

export function houseOf(plan: FuzzHousePlan, context: FuzzContext): Promise<FuzzHouse> {
  let house = built.get(plan.name);
  if (!house) {
    house = plan.build(context);
    built.set(plan.name, house);
  }
  return house;
}
