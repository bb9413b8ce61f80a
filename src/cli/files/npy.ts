// SPDX-License-Identifier: MIT

import { type FileHandle, open } from 'node:fs/promises';
import { endianness } from 'node:os';
import { Failure } from '../failure.js';
import { float16ToNumber } from './float16.js';

/**
 * NumPy's array file, versions 1 to 3:
 * https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */

export interface FloatNpy {
  /** C order: the last axis runs fastest. */
  shape: number[];
  data: Float32Array;
}

export interface IntegerNpy {
  shape: number[];
  data: Int32Array;
}

interface NpyHeader {
  /** Letter and bytes of an element, as in `f4`. */
  kind: string;
  littleEndian: boolean;
  fortranOrder: boolean;
  shape: number[];
  /** Where the elements begin, in bytes. */
  dataOffset: number;
}

/** Reads one element at a byte offset. */
type ElementReader = (view: DataView, offset: number, littleEndian: boolean) => number;

const floatReaders: Readonly<Record<string, ElementReader>> = {
  f2: (view, offset, little) => float16ToNumber(view.getUint16(offset, little)),
  f4: (view, offset, little) => view.getFloat32(offset, little),
  f8: (view, offset, little) => view.getFloat64(offset, little),
};

const integerReaders: Readonly<Record<string, ElementReader>> = {
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

/** Elements are read in pieces, so that a file may be larger than Node's longest buffer. A multiple of every element's size. */
const PIECE_BYTES = 1 << 24;

/** Longer headers than this are no arrays of numbers; a damaged length must not allocate gigabytes. */
const LONGEST_HEADER = 1 << 16;

/** float16, float32 or float64, as float32. Errors don't name the file: `about` does. */
export async function readFloatNpy(file: string): Promise<FloatNpy> {
  return readNpy(file, floatReaders, 'float16, float32 or float64', (length) => new Float32Array(length));
}

/** Whole numbers of any width, which must fit 32 bits with a sign. */
export async function readIntegerNpy(file: string): Promise<IntegerNpy> {
  const array = await readNpy(file, integerReaders, 'whole numbers', (length) => new Float64Array(length));
  const outside = array.data.findIndex((value) => value !== value << 0);
  if (outside >= 0) {
    throw new Failure(`element ${outside} is ${array.data[outside]}, expected a whole number of 32 bits with a sign`);
  }
  return { shape: array.shape, data: Int32Array.from(array.data) };
}

/** Little-endian float32 in C order, version 1. */
export function encodeFloatNpy(data: Float32Array, shape: readonly number[]): Uint8Array[] {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const description = `{'descr': '<f4', 'fortran_order': False, 'shape': ${tuple}, }`;
  // Magic, version and length take 10 bytes; the elements begin at a multiple of 64.
  const headerLength = Math.ceil((10 + description.length + 1) / 64) * 64 - 10;
  const header = Buffer.alloc(10 + headerLength, ' ');
  header.write('\u0093NUMPY\u0001\u0000', 0, 'latin1');
  header.writeUInt16LE(headerLength, 8);
  header.write(description, 10, 'latin1');
  header.write('\n', header.length - 1, 'latin1');
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return [header, endianness() === 'LE' ? bytes : Buffer.from(bytes).swap32()];
}

async function readNpy<Elements extends Float32Array | Float64Array>(
  file: string,
  readers: Readonly<Record<string, ElementReader>>,
  allowed: string,
  allocate: (length: number) => Elements,
): Promise<{ shape: number[]; data: Elements }> {
  const handle = await open(file, 'r');
  try {
    const { size } = await handle.stat();
    const header = await readHeader(handle, size);
    const reader = readers[header.kind];
    if (!reader) throw new Failure(`its elements are of type ${header.kind}, expected ${allowed}`);
    const elementBytes = Number(header.kind.slice(1));
    const length = header.shape.reduce((product, extent) => product * extent, 1);
    const expected = header.dataOffset + length * elementBytes;
    if (size !== expected) {
      throw new Failure(
        `it has ${size} bytes, but an array [${header.shape.join(', ')}] of ${header.kind} takes ${expected}: ` +
          `${size < expected ? 'truncated' : 'data follow the array'}`,
      );
    }
    const data = allocate(length);
    await readElements(handle, header, reader, elementBytes, data);
    return {
      shape: header.shape,
      data: header.fortranOrder ? fromFortranOrder(data, header.shape, allocate(length)) : data,
    };
  } finally {
    await handle.close();
  }
}

async function readHeader(handle: FileHandle, size: number): Promise<NpyHeader> {
  const start = Buffer.alloc(12);
  await handle.read(start, 0, 12, 0);
  if (size < 12 || start.toString('latin1', 0, 6) !== '\u0093NUMPY') {
    throw new Failure('not a .npy file: it does not begin with \\x93NUMPY');
  }
  const version = start[6];
  if (version < 1 || version > 3) throw new Failure(`.npy version ${version}, expected 1, 2 or 3`);
  const lengthBytes = version === 1 ? 2 : 4;
  const headerLength = start.readUIntLE(8, lengthBytes);
  const dataOffset = 8 + lengthBytes + headerLength;
  if (headerLength > LONGEST_HEADER || dataOffset > size) {
    throw new Failure(`damaged: its header is said to take ${headerLength} bytes`);
  }
  const text = Buffer.alloc(headerLength);
  await handle.read(text, 0, headerLength, 8 + lengthBytes);
  return { ...parseDescription(text.toString('utf8')), dataOffset };
}

/** The header is a Python dictionary with three known keys, always written as a literal. */
function parseDescription(text: string): Omit<NpyHeader, 'dataOffset'> {
  const type = /'descr'\s*:\s*'([<>|=])([a-zA-Z])(\d*)'/.exec(text);
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(text);
  const tuple = /'shape'\s*:\s*\(([\d\s,L]*)\)/.exec(text);
  if (!order || !tuple || !/'descr'/.test(text)) throw new Failure('damaged: its header cannot be read');
  if (!type) throw new Failure('its elements are structures or objects, expected numbers');
  const shape = tuple[1]
    .split(',')
    .map((extent) => extent.trim().replace(/L$/, ''))
    .filter((extent) => extent !== '')
    .map(Number);
  return {
    kind: type[2] + type[3],
    littleEndian: type[1] === '<' || (type[1] !== '>' && endianness() === 'LE'),
    fortranOrder: order[1] === 'True',
    shape,
  };
}

async function readElements(
  handle: FileHandle,
  { kind, littleEndian, dataOffset }: NpyHeader,
  reader: ElementReader,
  elementBytes: number,
  data: Float32Array | Float64Array,
): Promise<void> {
  // Not from Node's pool of small buffers: a Float32Array needs its alignment.
  const piece = Buffer.from(new ArrayBuffer(Math.min(PIECE_BYTES, data.length * elementBytes)));
  const view = new DataView(piece.buffer, piece.byteOffset, piece.length);
  // Nearly every file; a hundred million elements one by one take a second.
  const sameBytes = kind === 'f4' && littleEndian === (endianness() === 'LE');
  for (let element = 0; element < data.length; ) {
    const count = Math.min(data.length - element, piece.length / elementBytes);
    await readFully(handle, piece, count * elementBytes, dataOffset + element * elementBytes);
    if (sameBytes) data.set(new Float32Array(piece.buffer, piece.byteOffset, count), element);
    else for (let i = 0; i < count; i++) data[element + i] = reader(view, i * elementBytes, littleEndian);
    element += count;
  }
}

async function readFully(handle: FileHandle, target: Buffer, length: number, position: number): Promise<void> {
  for (let done = 0; done < length; ) {
    const { bytesRead } = await handle.read(target, done, length - done, position + done);
    if (bytesRead === 0) throw new Failure('truncated while it was read');
    done += bytesRead;
  }
}

/** Fortran order: the first axis runs fastest. */
function fromFortranOrder<Elements extends Float32Array | Float64Array>(
  source: Elements,
  shape: readonly number[],
  target: Elements,
): Elements {
  // Step in the source for one step along each axis.
  const steps: number[] = [];
  shape.reduce((step, extent, axis) => {
    steps[axis] = step;
    return step * extent;
  }, 1);
  const position = new Array<number>(shape.length).fill(0);
  let from = 0;
  for (let to = 0; to < target.length; to++) {
    target[to] = source[from];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      position[axis]++;
      from += steps[axis];
      if (position[axis] < shape[axis]) break;
      from -= position[axis] * steps[axis];
      position[axis] = 0;
    }
  }
  return target;
}
