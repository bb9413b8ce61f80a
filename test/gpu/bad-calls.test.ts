// SPDX-License-Identifier: MIT

import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDevice, type TestDevice } from '../support/device.js';
import { differences } from '../support/doors/compare-types.js';
import type { Door, House } from '../support/doors/door.js';
import { housePlans } from '../support/doors/index.js';
import { sweep } from '../support/doors/sweep.js';
import { readPublicApi } from '../support/public-api.js';

/** The checks are those of the CPU's doors, which are swept in full: what is new here is that nothing is made before them. */
const oneOf = 12;

let testDevice: TestDevice;
const houses = new Map<string, House>();

beforeAll(async () => {
  testDevice = await createTestDevice();
  for (const plan of housePlans) houses.set(plan.name, await plan.build({ device: testDevice.device }));
});

afterAll(async () => {
  for (const house of houses.values()) await house.close?.();
  await testDevice.finish();
});

test('every public function and method is among the doors, argument by argument and key by key', () => {
  const { checker, callables } = readPublicApi();
  const doors = new Map<string, Door>(
    [...houses.values()].flatMap((house) => house.doors.map((door) => [door.name, door])),
  );
  const names = callables.map(({ name }) => name);
  expect(names.filter((name) => !doors.has(name))).toEqual([]);
  expect([...doors.keys()].filter((name) => !names.includes(name))).toEqual([]);
  const wrong = callables.flatMap((callable) => differences(checker, callable, doors.get(callable.name) as Door));
  expect(wrong).toEqual([]);
});

test.each(housePlans.filter(({ needsGpu }) => needsGpu).map(({ name }) => name))(
  '%s answers bad calls with one clear error, before any work',
  { timeout: 120_000 },
  async (name) => {
    const house = houses.get(name) as House;
    const findings: string[] = [];
    const options = { made: () => testDevice.counts(), oneOf };
    for (const door of house.doors) findings.push(...(await sweep(house, door, options)));
    expect(findings).toEqual([]);
  },
);
