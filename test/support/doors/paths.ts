// SPDX-License-Identifier: MIT

import type { NamedSpec } from './door.js';
import { fits, type Spec } from './spec.js';

/** A place in the arguments of a call: an argument, or a key or element of one. */
export type Path = readonly (string | number)[];

/** Every place that a spec names, whether the call uses it or not, and every element of lists. */
export function placesIn(specs: readonly NamedSpec[], args: readonly unknown[]): Path[] {
  return specs.flatMap(({ spec }, index) => [[index], ...placesBelow(spec, args[index], [index])]);
}

function placesBelow(spec: Spec, value: unknown, path: Path): Path[] {
  if (spec.is === 'either') {
    const chosen = spec.of.find((one) => fits(one, value) === 'yes');
    return chosen ? placesBelow(chosen, value, path) : [];
  }
  if (spec.is === 'object' && typeof value === 'object' && value !== null) {
    return Object.entries({ ...spec.keys, ...spec.optional }).flatMap(([key, below]) => [
      [...path, key],
      ...placesBelow(below, (value as Record<string, unknown>)[key], [...path, key]),
    ]);
  }
  if (spec.is === 'list' && Array.isArray(value)) {
    return value.flatMap((element, index) => [[...path, index], ...placesBelow(spec.of, element, [...path, index])]);
  }
  return [];
}

export function valueAt(args: readonly unknown[], path: Path): unknown {
  return path.reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], args);
}

/** The arguments with one place changed; what lies on the way is copied. */
export function changedAt(args: readonly unknown[], path: Path, value: unknown): unknown[] {
  return changed(args, path, value) as unknown[];
}

function changed(container: unknown, [key, ...rest]: Path, value: unknown): unknown {
  if (key === undefined) return value;
  // A change before this one may have taken away what lies on the way.
  if (typeof container !== 'object' || container === null) return container;
  const copy = Array.isArray(container) ? [...container] : { ...container };
  const fields = copy as Record<string | number, unknown>;
  fields[key] = changed(fields[key], rest, value);
  return copy;
}

/** As people write it: `options.labels[0]`, the same for all elements of a list. */
export function nameOf(specs: readonly NamedSpec[], [argument, ...rest]: Path): string {
  const start = specs[argument as number]?.name ?? String(argument);
  return rest.reduce<string>((name, key) => (typeof key === 'number' ? `${name}[]` : `${name}.${key}`), start);
}
