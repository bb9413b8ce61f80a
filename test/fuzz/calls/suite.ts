// SPDX-License-Identifier: MIT

import { inspect, isDeepStrictEqual } from 'node:util';
import * as fc from 'fast-check';
import type { Door } from '../../support/doors/door.js';
import { changes, commonValues, rareValues } from '../../support/doors/mutations.js';
import { changedAt, nameOf, placesIn, valueAt } from '../../support/doors/paths.js';
import type { Verdict } from '../../support/doors/spec.js';
import { outcomeOf, verdictOn, wrongWith } from '../../support/doors/sweep.js';
import { Finding, type FuzzContext, suite } from '../suite.js';
import type { FuzzHouse, FuzzHousePlan } from './house.js';
import { houseOf, housePlans } from './houses.js';

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
    const call = badCall(door, given.edits, [...commonValues, ...rareValues, ...(house.strange ?? [])]);
    if (!call || door.avoids?.(call.args) || (door.isSlow && call.verdict !== 'no')) return;
    context.tally.add('calls');
    await makeCall(house, { ...call, door, where: `${plan.name}: ${door.name}` });
  },
});

function plansFor({ backends, gpu }: FuzzContext): readonly FuzzHousePlan[] {
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
  let made: Edited = { args: door.good(), places: new Set() };
  for (const one of edits) {
    const next = edited(door, one, made, strange);
    if (!next) return undefined;
    made = next;
  }
  const { args, places } = made;
  return { args, place: [...places].join(' and '), verdict: verdictOn(door, args) };
}

type Edited = { args: unknown[]; places: ReadonlySet<string> };

function edited(
  door: Door,
  one: Edit,
  { args, places }: Edited,
  strange: readonly (() => unknown)[],
): Edited | undefined {
  try {
    const paths = placesIn(door.args, args);
    const path = paths[one.place % paths.length];
    const make = replacement(one, valueAt(args, path), strange);
    return make && { args: changedAt(args, path, make()), places: new Set([...places, nameOf(door.args, path)]) };
  } catch {
    // What an edit before made unreadable can't be changed.
    return undefined;
  }
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

interface MadeCall extends Made {
  door: Door;
  /** The door's name and house. */
  where: string;
}

async function makeCall(house: FuzzHouse, { door, where, args, place, verdict }: MadeCall): Promise<void> {
  const before = await house.look?.();
  let outcome: Awaited<ReturnType<typeof outcomeOf>> = { threw: false };
  const call = async () => {
    outcome = await outcomeOf(() => door.call(args));
  };
  const complaints = house.watched ? await house.watched.errorsOf(call) : [];
  if (!house.watched) await call();
  const { threw, error } = outcome;
  const finding = (what: string, detail = '') => new Finding(`${where} ${what}: ${place}`, `${detail} ${show(args)}`);
  try {
    if (complaints.length > 0) throw finding('leaves an error to the device', complaints[0]);
    if (!threw) {
      if (verdict === 'no') throw finding('takes what it should refuse');
      return;
    }
    const wrong = wrongWith(door, error);
    if (wrong) throw finding(wrong);
    if (house.look && !door.isStepwise && !isDeepStrictEqual(await house.look(), before)) {
      throw finding('changes something although it refuses', String(error));
    }
  } finally {
    if (house.restore && (!threw || door.isStepwise)) await house.restore();
  }
}

function show(args: readonly unknown[]): string {
  return inspect(args, {
    depth: 4,
    maxArrayLength: 3,
    maxStringLength: 40,
    breakLength: Number.POSITIVE_INFINITY,
  }).slice(0, 600);
}
