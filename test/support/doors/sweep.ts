// SPDX-License-Identifier: MIT

import { inspect, isDeepStrictEqual } from 'node:util';
import type { Door, House } from './door.js';
import { changes, commonValues, rareValues } from './mutations.js';
import { changedAt, nameOf, type Path, placesIn, valueAt } from './paths.js';
import { fits, fitsOptional, type Verdict } from './spec.js';

/** Texts of users are cut short before this. */
const longestMessage = 4000;

export interface SweepOptions {
  /** Counts of what was made so far, which a refused call leaves as they are. */
  made?: () => unknown;
  /**
   * One of so many strange values a place, others at other places; what changes a good value (an unknown key, a hole, one element more) is tried at every
   * place. For doors behind which the same checks stand as behind others that are swept in full. Default 1: all.
   */
  oneOf?: number;
}

/**
 * Puts every strange value and every change in every place of a call that works, one at a time, and says what was wrong about the answers: each is
 * one clear error of ours or, where the value is allowed after all, a result; refused calls change nothing; good calls answer as before.
 */
export async function sweep(house: House, door: Door, { made, oneOf = 1 }: SweepOptions = {}): Promise<string[]> {
  const findings = new Set<string>();
  let before = await house.look?.();
  const places = placesIn(door.args, door.good()).filter((place) => isAtAnEnd(door, place));
  for (const [index, path] of places.entries()) {
    const calls = replacementsAt(door, path, oneOf, index)
      .map((make) => changedAt(door.good(), path, make()))
      .filter((args) => !door.avoids?.(args));
    const wrong = calls.filter((args) => verdictOn(door, args) === 'no');
    const unchanged = async () => {
      if (isDeepStrictEqual(await house.look?.(), before)) return;
      findings.add(`${door.name} changes something although it refuses: ${nameOf(door.args, path)}`);
      before = await lookAnew(house);
    };
    for (const args of wrong) add(findings, (await findingOf(door, args, path, made)).finding);
    // Once for all of them: looking takes longer than calling.
    await unchanged();
    if (door.isSlow) continue;
    const others = calls.filter((one) => !wrong.includes(one));
    // What is right works behind the doors that are swept in full, too.
    for (const args of others.filter((one) => oneOf === 1 || verdictOn(door, one) === 'unclear')) {
      const { finding, threw } = await findingOf(door, args, path, made);
      add(findings, finding);
      if (threw) await unchanged();
      else before = await lookAnew(house);
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

function add(findings: Set<string>, finding: string | undefined): void {
  if (finding !== undefined) findings.add(finding);
}

async function lookAnew(house: House): Promise<unknown> {
  await house.restore?.();
  return house.look?.();
}

/** Of a list the first and the last element stand for all. */
function isAtAnEnd(door: Door, path: Path): boolean {
  return path.every((key, depth) => {
    const list = depth === 0 ? undefined : valueAt(door.good(), path.slice(0, depth));
    return !Array.isArray(list) || key === 0 || key === list.length - 1;
  });
}

function replacementsAt(door: Door, path: Path, oneOf: number, index: number): (() => unknown)[] {
  const good = valueAt(door.good(), path);
  const changed = changes.map((change) => change(good)).filter((change) => change !== undefined);
  // Deep inside one of each kind will do.
  const strange = [...commonValues, ...(path.length <= 2 ? rareValues : [])];
  return [...strange.filter((_, i) => (i + index) % oneOf === 0), ...changed];
}

async function findingOf(
  door: Door,
  args: unknown[],
  path: Path,
  made: () => unknown = () => undefined,
): Promise<{ threw: boolean; finding?: string }> {
  const place = nameOf(door.args, path);
  const madeBefore = made();
  const { error, threw } = await outcomeOf(() => door.call(args));
  if (!threw) {
    const isWrong = verdictOn(door, args) === 'no';
    return isWrong
      ? { threw, finding: `${door.name} takes what it should refuse: ${place}, ${show(args, path)}` }
      : { threw };
  }
  const wrong = wrongWith(door, error);
  if (wrong) return { threw, finding: `${door.name} ${wrong}: ${place}, ${show(args, path)}` };
  if (!isDeepStrictEqual(made(), madeBefore)) {
    return { threw, finding: `${door.name} makes something although it refuses: ${place}, ${show(args, path)}` };
  }
  return { threw };
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
