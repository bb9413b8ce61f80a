// SPDX-License-Identifier: MIT

import { inspect, isDeepStrictEqual } from 'node:util';
import * as fc from 'fast-check';
import { Finding, type FuzzContext, suite } from '../suite.js';
import type { Door, House, HousePlan } from './door.js';
import { houseOf, housePlans } from './houses.js';
import { changes, strangeValues } from './mutations.js';
import { changedAt, nameOf, placesIn, valueAt } from './paths.js';
import { fits, fitsOptional, type Verdict } from './spec.js';

/** Numbers that stand for choices of which only the call knows how many there are. */
interface BadCall {
  house: number;
  door: number;
  edits: readonly Edit[];
}

interface Edit {
  place: number;
  with: 'a strange value' | 'a change';
  index: number;
}

/** Texts of users are cut short before this. */
const longestMessage = 1500;

/** Of choices none is smaller than another. */
const number = fc.noShrink(fc.nat(9999));

const edit: fc.Arbitrary<Edit> = fc.record({
  place: number,
  with: fc.noShrink(fc.constantFrom('a strange value' as const, 'a change' as const)),
  index: number,
});

/** Bad calls of every public door: one clear error, nothing changed, and good calls answer as before. */
export const calls = suite<BadCall>({
  name: 'calls',
  batchSize: 100,
  testBatches: { cpu: 30, webgpu: 2 },
  arbitrary: (context) =>
    fc.record({
      house: fc.noShrink(fc.nat(plansFor(context).length - 1)),
      door: number,
      // One mistake mostly: two may hide each other.
      edits: fc.oneof(
        { weight: 6, arbitrary: fc.tuple(edit) },
        { weight: 1, arbitrary: fc.array(edit, { minLength: 2, maxLength: 2 }) },
      ),
    }),
  async run(given, context) {
    const plan = plansFor(context)[given.house];
    const house = await houseOf(plan, context);
    const door = house.doors[given.door % house.doors.length];
    const call = badCall(door, given.edits, [...strangeValues, ...(house.strange ?? [])]);
    if (!call || door.avoids?.(call.args) || (door.isSlow && call.verdict !== 'no')) return;
    context.tally.add('calls');
    await makeCall(house, door, call);
  },
});

function plansFor({ backends, gpu }: FuzzContext): readonly HousePlan[] {
  return housePlans.filter(({ needsGpu }) => (needsGpu ? gpu !== undefined : backends.includes('cpu')));
}

interface Made {
  args: unknown[];
  /** What was changed. */
  place: string;
  verdict: Verdict;
}

/** Undefined where a change says nothing of what it was to change. */
function badCall(door: Door, edits: readonly Edit[], strange: readonly (() => unknown)[]): Made | undefined {
  let args = door.good();
  const places: string[] = [];
  for (const one of edits) {
    const paths = placesIn(door.args, args);
    const path = paths[one.place % paths.length];
    const make = replacement(one, valueAt(args, path), strange);
    if (!make) return undefined;
    args = changedAt(args, path, make());
    places.push(nameOf(door.args, path));
  }
  return { args, place: [...new Set(places)].join(' and '), verdict: verdictOn(door, args) };
}

function replacement(
  { with: kind, index }: Edit,
  value: unknown,
  strange: readonly (() => unknown)[],
): (() => unknown) | undefined {
  if (kind === 'a strange value') return strange[index % strange.length];
  const possible = changes.map((change) => change(value)).filter((change) => change !== undefined);
  return possible[index % possible.length];
}

function verdictOn({ args: specs }: Door, args: readonly unknown[]): Verdict {
  const verdicts = specs.map(({ spec, isOptional }, i) =>
    isOptional ? fitsOptional(spec, args[i]) : fits(spec, args[i]),
  );
  if (verdicts.includes('no')) return 'no';
  return verdicts.includes('unclear') ? 'unclear' : 'yes';
}

async function makeCall(house: House, door: Door, { args, place, verdict }: Made): Promise<void> {
  const before = await house.look?.();
  let error: unknown;
  let threw = false;
  const call = async () => {
    try {
      await door.call(args);
    } catch (thrown) {
      error = thrown;
      threw = true;
    }
  };
  const complaints = house.watched ? await house.watched.errorsOf(call) : (await call(), []);
  try {
    if (complaints.length > 0) {
      throw new Finding(`${door.name}: the device reports an error: ${place}`, `${complaints[0]} ${showArguments(args)}`);
    }
    if (!threw) {
      if (verdict !== 'no') return;
      throw new Finding(`${door.name} takes what it should refuse: ${place}`, showArguments(args));
    }
    checkError(door, error, place, args);
    if (house.look && !isDeepStrictEqual(await house.look(), before)) {
      throw new Finding(
        `${door.name} changes something although it refuses: ${place}`,
        `${String(error)} ${showArguments(args)}`,
      );
    }
  } finally {
    if (house.restore && !threw) await house.restore();
  }
}

function checkError(door: Door, error: unknown, place: string, args: readonly unknown[]): void {
  const allowed = ['ArgumentError', 'DeviceError', ...(door.throws ?? [])];
  const { name, message } = error instanceof Error ? error : { name: typeof error, message: String(error) };
  if (!allowed.includes(name)) {
    const where = error instanceof Error ? (/\n\s+at .*?(src\/[^)\n]*)/.exec(error.stack ?? '')?.[1] ?? '') : '';
    throw new Finding(
      `${door.name} throws ${name}: ${place}`,
      `${message.slice(0, 300)} (${where}) ${showArguments(args)}`,
    );
  }
  if (message.length > longestMessage) {
    throw new Finding(`${door.name} repeats a long value in its error: ${place}`, `${message.length} characters`);
  }
  if (name === 'ArgumentError' && !(error as { argument?: unknown }).argument) {
    throw new Finding(`${door.name} does not name the argument: ${place}`, message);
  }
}

function showArguments(args: readonly unknown[]): string {
  return inspect(args, {
    depth: 4,
    maxArrayLength: 3,
    maxStringLength: 40,
    breakLength: Number.POSITIVE_INFINITY,
  }).slice(0, 600);
}
