// SPDX-License-Identifier: MIT

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestDevice, type TestDevice } from '../support/device.js';
import type { House } from '../support/doors/door.js';
import { housePlans } from '../support/doors/index.js';
import { sweep } from '../support/doors/sweep.js';

let testDevice: TestDevice;
beforeAll(async () => {
  testDevice = await createTestDevice();
});
afterAll(() => testDevice.finish());

describe.each(housePlans.filter(({ needsGpu }) => needsGpu))('$name', (plan) => {
  let house: House;
  beforeAll(async () => {
    house = await plan.build({ device: testDevice.device });
  });
  afterAll(() => house.close?.());

  test('answers bad calls with one clear error, before any work', { timeout: 300_000 }, async () => {
    const findings: string[] = [];
    for (const door of house.doors) findings.push(...(await sweep(house, door, () => testDevice.counts())));
    expect(findings).toEqual([]);
  });
});
