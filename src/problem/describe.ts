// SPDX-License-Identifier: MIT

import { viewName } from './typed-arrays.js';

/** Characters of a text that a message repeats. */
const longestText = 100;

/** Larger whole numbers take long to be written out. */
const largestBigInt = 2n ** 64n;

/** A value in a few words, for messages. It never throws, whatever the value is: a proxy, an object without a prototype, a symbol. */
export function describe(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return quoted(value);
    case 'bigint':
      return value > -largestBigInt && value < largestBigInt ? `${value}n` : 'a BigInt of more than 64 bits';
    case 'symbol':
      return shortened(String(value), longestText);
    case 'function':
      return 'a function';
    case 'object':
      return value === null ? 'null' : describeObject(value);
    default:
      return String(value);
  }
}

/** The beginning of a long text, with its length. */
export function shortened(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length)}… (${text.length} characters)`;
}

/** A key's step in a path: `.sigmaXY`, or `["sigma XY"]` where it is no plain name. */
export function pathOfKey(path: string, key: string): string {
  if (!/^[\w$-]{1,100}$/.test(key)) return `${path}[${quoted(key)}]`;
  return path === '' ? key : `${path}.${key}`;
}

function quoted(text: string): string {
  if (text.length <= longestText) return JSON.stringify(text);
  return `${JSON.stringify(`${text.slice(0, longestText)}…`)} (${text.length} characters)`;
}

function describeObject(value: object): string {
  try {
    if (ArrayBuffer.isView(value)) {
      const { length, byteLength } = value as ArrayBufferView & { length?: number };
      return `${viewName(value) ?? 'DataView'}(${length ?? byteLength})`;
    }
    if (Array.isArray(value)) return `an array of ${Number(value.length)}`;
    if (value instanceof Error) return shortened(`${String(value.name)}: ${String(value.message)}`, longestText);
    const name: unknown = value.constructor?.name;
    return `an object (${typeof name === 'string' && name !== '' ? shortened(name, longestText) : 'Object'})`;
  } catch {
    return 'an object that cannot be read';
  }
}
