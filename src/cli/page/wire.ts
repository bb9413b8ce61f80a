// SPDX-License-Identifier: MIT

/**
 * Values on their way between the command line and its page: the arrays travel as bytes, the rest as JSON that says
 * where each array goes. Both sides run on one computer, so bytes keep their order.
 */

export type WireArray = Float32Array | Uint32Array | Int32Array | Uint8Array | Uint8ClampedArray;

export interface Packed {
  json: string;
  arrays: WireArray[];
}

/** An array's place in the JSON. */
export interface ArrayReference {
  $array: number;
  type: ArrayType;
  length: number;
}

const arrayTypes = { Float32Array, Uint32Array, Int32Array, Uint8Array, Uint8ClampedArray };
type ArrayType = keyof typeof arrayTypes;

/** JSON has no NaN and no infinities. */
interface NumberReference {
  $number: string;
}

/** Plain objects, arrays, strings, numbers, booleans, null, and the five types of arrays. */
export function pack(value: unknown): Packed {
  const arrays: WireArray[] = [];
  const json = JSON.stringify(value, (_key, element: unknown): unknown => {
    if (ArrayBuffer.isView(element)) return reference(element, arrays);
    if (typeof element === 'number' && !Number.isFinite(element)) return { $number: String(element) };
    return element;
  });
  return { json, arrays };
}

/** @param arrays in the order in which `references` lists them. */
export function unpack(json: string, arrays: readonly WireArray[]): unknown {
  return JSON.parse(json, (_key, element: unknown): unknown => {
    if (isArrayReference(element)) return arrays[element.$array];
    if (isNumberReference(element)) return Number(element.$number);
    return element;
  });
}

/** The arrays that `unpack` needs, by their index. */
export function references(json: string): ArrayReference[] {
  const found: ArrayReference[] = [];
  JSON.parse(json, (_key, element: unknown): unknown => {
    if (isArrayReference(element)) found[element.$array] = element;
    return element;
  });
  return found;
}

/** An array on all of a buffer's bytes. */
export function arrayOn(buffer: ArrayBuffer, { type, length }: ArrayReference): WireArray {
  const array = new arrayTypes[type](buffer);
  if (array.length !== length) throw new Error(`${type} of ${length} arrived with ${array.length} elements`);
  return array;
}

export function bytesOf(array: WireArray): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

function reference(view: ArrayBufferView, arrays: WireArray[]): ArrayReference {
  for (const type of Object.keys(arrayTypes) as ArrayType[]) {
    const Type = arrayTypes[type];
    if (!(view instanceof Type)) continue;
    const known = arrays.indexOf(view);
    if (known < 0) arrays.push(view);
    return { $array: known < 0 ? arrays.length - 1 : known, type, length: view.length };
  }
  throw new Error(`no way to send a ${view.constructor.name}`);
}

function isArrayReference(value: unknown): value is ArrayReference {
  return typeof value === 'object' && value !== null && '$array' in value;
}

function isNumberReference(value: unknown): value is NumberReference {
  return typeof value === 'object' && value !== null && '$number' in value;
}
