// SPDX-License-Identifier: MIT

import { endianness } from 'node:os';
import { float16ToNumber } from '../../problem/float16.js';
import { Failure } from '../failure.js';

/** Reads one element at an offset in bytes. */
export type ElementReader = (view: DataView, offset: number, littleEndian: boolean) => number;

export const floatReaders: Readonly<Record<string, ElementReader>> = {
  f2: (view, offset, little) => float16ToNumber(view.getUint16(offset, little)),
  f4: (view, offset, little) => view.getFloat32(offset, little),
  f8: (view, offset, little) => view.getFloat64(offset, little),
};

export const integerReaders: Readonly<Record<string, ElementReader>> = {
  b1: (view, offset) => view.getUint8(offset),
  u1: (view, offset) => view.getUint8(offset),
  i1: (view, offset) => view.getInt8(offset),
  u2: (view, offset, little) => view.getUint16(offset, little),
  i2: (view, offset, little) => view.getInt16(offset, little),
  u4: (view, offset, little) => view.getUint32(offset, little),
  i4: (view, offset, little) => view.getInt32(offset, little),
  u8: (view, offset, little) => Number(view.getBigUint64(offset, little)),
  i8: (view, offset, little) => Number(view.getBigInt64(offset, little)),
};

/** NumPy's other words for the same types: names, and C's types by a letter. */
const otherNames: Readonly<Record<string, string>> = {
  ...names('f2', 'float16 half e'),
  ...names('f4', 'float32 single f'),
  ...names('f8', 'float64 double float d'),
  ...names('b1', 'bool bool_ ?'),
  ...names('i1', 'int8 byte b'),
  ...names('u1', 'uint8 ubyte B'),
  ...names('i2', 'int16 short h'),
  ...names('u2', 'uint16 ushort H'),
  ...names('i4', 'int32 intc i'),
  ...names('u4', 'uint32 uintc I'),
  ...names('i8', 'int64 int int_ longlong l q'),
  ...names('u8', 'uint64 uint ulonglong L Q'),
};

function names(kind: string, list: string): Record<string, string> {
  return Object.fromEntries(list.split(' ').map((name) => [name, kind]));
}

/** What a letter stands for that is no number we read. */
const otherKinds: Readonly<Record<string, string>> = {
  c: 'complex numbers',
  M: 'dates',
  m: 'times',
  S: 'texts',
  a: 'texts',
  U: 'texts',
  O: 'Python objects',
  V: 'raw bytes',
  f: 'floating-point numbers of another width',
};

export interface ElementType {
  reader: ElementReader;
  /** Letter and bytes of an element, as in `f4`. */
  kind: string;
  bytes: number;
  littleEndian: boolean;
}

/**
 * The type that a header's `descr` means, as NumPy understands it: `<f4`, `f4`, `=f4`, `float32`.
 *
 * @param allowed what the readers read, for people
 */
export function elementTypeOf(
  descr: string,
  readers: Readonly<Record<string, ElementReader>>,
  allowed: string,
): ElementType {
  const [, order, name] = /^([<>|=]?)(.*)$/s.exec(descr) ?? [];
  const kind = Object.hasOwn(otherNames, name) ? otherNames[name] : name;
  if (!Object.hasOwn(readers, kind)) {
    const isNumber = Object.hasOwn(floatReaders, kind) || Object.hasOwn(integerReaders, kind);
    const [, letter = ''] = /^([a-zA-Z])\d*(?:\[\w+\])?$/.exec(kind) ?? [];
    const meaning = isNumber ? undefined : otherKinds[letter];
    throw new Failure(
      `its elements are of type ${shortly(kind)}${meaning ? ` (${meaning})` : ''}, expected ${allowed}`,
    );
  }
  return {
    reader: readers[kind],
    kind,
    bytes: Number(kind.slice(1)),
    littleEndian: order === '<' || (order !== '>' && endianness() === 'LE'),
  };
}

/** A header's text for an error: a structure may have hundreds of fields. */
export function shortly(text: string): string {
  return text.length <= 80 ? text : `${text.slice(0, 77)}...`;
}
