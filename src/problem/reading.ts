// SPDX-License-Identifier: MIT

import { describe, pathOfKey } from './describe.js';
import { ArgumentError } from './errors.js';

/**
 * Objects and arrays are read here, each key and element once, into plain copies that everything else looks at. So a getter or a proxy can
 * neither throw something of its own out of a check nor change its mind after it.
 */

type Properties<Name extends string> = { [Key in Name]: unknown };

/** The named properties of an object; others are not looked at. Throws ArgumentError for what is no object. */
export function readProperties<const Name extends string>(
  argument: string,
  value: unknown,
  names: readonly Name[],
): Properties<Name> {
  return reading(argument, value, () => {
    if (!isRecord(value) || !(isPlain(value) || names.some((name) => name in value))) {
      throw new ArgumentError(argument, value, `an object with ${names.join(', ')}`);
    }
    return pick(value, names);
  });
}

/**
 * The properties of an object that may have no others: a misspelt `sigmaRgb` must not silently become a default.
 *
 * @param prefix of the keys in messages; where it is '' they stand alone
 */
export function readOptions<const Name extends string>(
  argument: string,
  value: unknown,
  known: readonly Name[],
  prefix = argument,
): Properties<Name> {
  return reading(argument, value, () => {
    if (!isRecord(value)) throw new ArgumentError(argument, value, 'an object');
    // A promise, a map or a date has no keys at all, and nobody means one.
    if (!isPlain(value) && !known.some((name) => name in value)) {
      throw new ArgumentError(argument, value, `an object with some of ${known.join(', ')}`);
    }
    const names: readonly string[] = known;
    for (const key of Object.keys(value)) {
      if (names.includes(key)) continue;
      throw new ArgumentError(pathOfKey(prefix, key), value[key], `one of the keys ${known.join(', ')}`);
    }
    return pick(value, known);
  });
}

/** A copy of an object with all its own properties, whatever their names. Throws ArgumentError for what is no object. */
export function readObject(argument: string, value: unknown): Record<string, unknown> {
  return reading(argument, value, () => {
    if (isRecord(value) && isPlain(value)) return { ...value };
    throw new ArgumentError(argument, value, 'an object');
  });
}

/** A copy of an array, without holes. Throws ArgumentError for what is no array, and for the first hole. */
export function readArray(argument: string, value: unknown, allowed = 'an array'): unknown[] {
  return reading(argument, value, () => {
    if (!Array.isArray(value)) throw new ArgumentError(argument, value, allowed);
    const elements: unknown[] = [];
    for (let index = 0; index < value.length; index++) {
      if (!(index in value)) {
        throw new ArgumentError(`${argument}[${index}]`, undefined, 'an element: the array has a hole here');
      }
      elements.push(value[index]);
    }
    return elements;
  });
}

/** What reading throws, in a getter or by a proxy, becomes an ArgumentError. */
export function reading<Result>(argument: string, value: unknown, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    if (error instanceof ArgumentError) throw error;
    throw new ArgumentError(argument, value, `something that can be read (reading it threw ${describe(error)})`);
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
}

/** An object literal, or an instance of somebody's class. */
function isPlain(value: object): boolean {
  return Object.prototype.toString.call(value) === '[object Object]';
}

function pick<const Name extends string>(value: Record<string, unknown>, names: readonly Name[]): Properties<Name> {
  return Object.fromEntries(names.map((name) => [name, value[name]])) as Properties<Name>;
}
