// SPDX-License-Identifier: MIT

import { inspect, isDeepStrictEqual } from 'node:util';
import type { Door, House } from './door.js';
import { changes, commonValues, rareValues } from './mutations.js';
import { changedAt, nameOf, type Path, placesIn, valueAt } from './paths.js';
import { fits, fitsOptional, type Verdict } from './spec.js';

/** Texts of users are cut short before this. */
const longestMessage = 4000;

/**
 * Puts every strange value and every change in every place of a call that works, one at a time, and says what was wrong about the answers: each is
 * one clear error of ours or, where the value is allowed after all, a result; a refused call changes nothing; good calls answer as before.
 *
 * @param made counts of what was made so far, which a refused call leaves as they are
 */
export async function sweep(house: House, door: Door, made: () => unknown = () => undefined): Promise<string[]> {
  const findings = new Set<string>();
  for (const path of placesIn(door.args, door.good()).filter((place) => isAtAnEnd(door, place))) {
    for (const make of replacementsAt(door, path)) {
      const args = changedAt(door.good(), path, make());
      if (door.avoids?.(args) || (door.isSlow && verdictOn(door, args) !== 'no')) continue;
      const finding = await findingOf(house, door, args, path, made);
      if (finding) findings.add(finding);
    }
  }
  try {
    await door.call(door.good());
    await house.restore?.();
  } catch (error) {
    findings.add(`${door.name} refuses a good call after bad ones: ${String(error)}`);
  }
  return [...findings];
}

/** Of a list the first and the last element stand for all. */
function isAtAnEnd(door: Door, path: Path): boolean {
  return path.every((key, depth) => {
    const list = depth === 0 ? undefined : valueAt(door.good(), path.slice(0, depth));
    return !Array.isArray(list) || key === 0 || key === list.length - 1;
  });
}

function replacementsAt(door: Door, path: Path): (() => unknown)[] {
  const good = valueAt(door.good(), path);
  const changed = changes.map((change) => change(good)).filter((change) => change !== undefined);
  // Deep inside one of each kind will do.
  return [...commonValues, ...(path.length <= 2 ? rareValues : []), ...changed];
}

async function findingOf(
  house: House,
  door: Door,
  args: unknown[],
  path: Path,
  made: () => unknown,
): Promise<string | undefined> {
  const place = nameOf(door.args, path);
  const before = await house.look?.();
  const madeBefore = made();
  const { error, threw } = await outcomeOf(() => door.call(args));
  if (!threw) {
    await house.restore?.();
    return verdictOn(door, args) === 'no'
      ? `${door.name} takes what it should refuse: ${place}, ${show(args, path)}`
      : undefined;
  }
  const wrong = wrongWith(door, error);
  if (wrong) return `${door.name} ${wrong}: ${place}, ${show(args, path)}`;
  if (!isDeepStrictEqual(made(), madeBefore)) {
    return `${door.name} makes something although it refuses: ${place}, ${show(args, path)}`;
  }
  if (house.look && !isDeepStrictEqual(await house.look(), before)) {
    await house.restore?.();
    return `${door.name} changes something although it refuses: ${place}, ${show(args, path)}`;
  }
  return undefined;
}

export async function outcomeOf(call: () => unknown): Promise<{ threw: boolean; error?: unknown }> {
  try {
    await call();
    return { threw: false };
  } catch (error) {
    return { threw: true, error };
  }
}

export function verdictOn({ args: specs }: Door, args: readonly unknown[]): Verdict {
  const verdicts = specs.map(({ spec, isOptional }, i) =>
    isOptional ? fitsOptional(spec, args[i]) : fits(spec, args[i]),
  );
  if (verdicts.includes('no')) return 'no';
  return verdicts.includes('unclear') ? 'unclear' : 'yes';
}

/** What of an error is not as it should be. */
export function wrongWith(door: Door, error: unknown): string | undefined {
  if (!(error instanceof Error)) return `throws ${typeof error}`;
  const { name, message } = error;
  if (!['ArgumentError', 'DeviceError', ...(door.throws ?? [])].includes(name)) {
    const where = /\n\s+at .*?(src\/[^)\n]*)/.exec(error.stack ?? '')?.[1] ?? '';
    return `throws ${name} (${message.slice(0, 200)}, ${where})`;
  }
  if (message.length > longestMessage) return `answers with ${message.length} characters`;
  if (name === 'ArgumentError' && !(error as { argument?: unknown }).argument) return 'does not name the argument';
  return undefined;
}

function show(args: readonly unknown[], path: Path): string {
  return inspect(valueAt(args, path), { depth: 1, maxArrayLength: 3, maxStringLength: 40 })
    .replaceAll(/\s+/g, ' ')
    .slice(0, 150);
}
