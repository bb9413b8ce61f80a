// SPDX-License-Identifier: MIT

import { type FileHandle, open } from 'node:fs/promises';
import { endianness } from 'node:os';
import { Failure } from '../failure.js';
import {
  type ElementReader,
  type ElementType,
  elementTypeOf,
  floatReaders,
  integerReaders,
  shortly,
} from './npy-type.js';
import { type PythonValue, parsePythonLiteral } from './python-literal.js';

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
  /** The type of an element, as NumPy writes it: `<f4`. */
  descr: string;
  fortranOrder: boolean;
  shape: number[];
  /** Where the elements begin, in bytes. */
  dataOffset: number;
}

/** Elements are read in pieces, so that a file may be larger than Node's longest buffer. A multiple of every element's size. */
const PIECE_BYTES = 1 << 24;

/** Longer headers than this are no arrays of numbers; a damaged length must not allocate gigabytes. */
const LONGEST_HEADER = 1 << 16;

/** So much is enough to say what a file is. */
const LONGEST_START = 512;

/** float16, float32 or float64, as float32. Errors don't name the file: `about` does. */
export async function readFloatNpy(file: string): Promise<FloatNpy> {
  return readNpy(file, floatReaders, 'float16, float32 or float64', (length) => new Float32Array(length));
}

/**
 * Whole numbers or booleans of any width, which must fit 32 bits with a sign; also as floats, which NumPy's arrays are where nobody says
 * otherwise. Errors don't name the file: `about` does.
 */
export async function readIntegerNpy(file: string): Promise<IntegerNpy> {
  return readNpy(file, { ...integerReaders, ...floatReaders }, 'whole numbers', (length) => new Int32Array(length));
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

async function readNpy<Elements extends Float32Array | Int32Array>(
  file: string,
  readers: Readonly<Record<string, ElementReader>>,
  allowed: string,
  allocate: (length: number) => Elements,
): Promise<{ shape: number[]; data: Elements }> {
  const handle = await open(file, 'r');
  try {
    const { size } = await handle.stat();
    const { descr, fortranOrder, shape, dataOffset } = await readHeader(handle, size);
    const type = elementTypeOf(descr, readers, allowed);
    const length = shape.reduce((product, extent) => product * extent, 1);
    const expected = dataOffset + length * type.bytes;
    if (size !== expected) {
      throw new Failure(
        `it has ${size} bytes, but an array [${shape.join(', ')}] of ${type.kind} takes ${expected}: ` +
          `${size < expected ? 'truncated' : 'data follow the array'}`,
      );
    }
    const data = allocated(() => allocate(length), shape);
    await readElements(handle, dataOffset, type, data);
    if (!fortranOrder) return { shape, data };
    return {
      shape,
      data: fromFortranOrder(
        data,
        shape,
        allocated(() => allocate(length), shape),
      ),
    };
  } finally {
    await handle.close();
  }
}

function allocated<Elements>(allocate: () => Elements, shape: readonly number[]): Elements {
  try {
    return allocate();
  } catch {
    throw new Failure(`its shape is [${shape.join(', ')}], more than the memory holds`);
  }
}

async function readHeader(handle: FileHandle, size: number): Promise<NpyHeader> {
  const start = Buffer.alloc(Math.min(size, LONGEST_START));
  await readFully(handle, start, start.length, 0);
  if (isZipArchive(start)) throw zipArchive(start);
  if (size < 12 || !isNpy(start)) {
    throw new Failure('not a .npy file: it does not begin with \\x93NUMPY');
  }
  const [version, minor] = start.subarray(6);
  if (version < 1 || version > 3 || minor !== 0) {
    throw new Failure(`.npy version ${version}.${minor}, expected 1.0, 2.0 or 3.0`);
  }
  const lengthBytes = version === 1 ? 2 : 4;
  const headerLength = start.readUIntLE(8, lengthBytes);
  const dataOffset = 8 + lengthBytes + headerLength;
  if (headerLength > LONGEST_HEADER || dataOffset > size) {
    throw new Failure(`damaged: its header is said to take ${headerLength} bytes`);
  }
  const text = Buffer.alloc(headerLength);
  await readFully(handle, text, headerLength, 8 + lengthBytes);
  return { ...parseDescription(text.toString(version === 3 ? 'utf8' : 'latin1')), dataOffset };
}

/** Whether a file is one of arrays, by its first bytes: .npy, or a zip archive as .npz is, of which `readNpy` says more. */
export async function isArrayFile(file: string): Promise<boolean> {
  const handle = await open(file, 'r');
  try {
    const start = Buffer.alloc(8);
    await handle.read(start, 0, start.length, 0);
    return isNpy(start) || isZipArchive(start);
  } finally {
    await handle.close();
  }
}

function isNpy(start: Buffer): boolean {
  return start.toString('latin1', 0, 6) === '\u0093NUMPY';
}

/** What a zip archive begins with: one with files, without, or in parts. */
const zipStarts = ['PK\u0003\u0004', 'PK\u0005\u0006', 'PK\u0007\u0008'];

function isZipArchive(start: Buffer): boolean {
  return zipStarts.includes(start.toString('latin1', 0, 4));
}

/** numpy.savez writes one; it begins with the first array's name. */
function zipArchive(start: Buffer): Failure {
  const [nameOffset, nameLengthOffset] = [30, 26];
  const length = start.length > nameOffset ? start.readUInt16LE(nameLengthOffset) : 0;
  const name = /^(.+)\.npy$/.exec(start.toString('utf8', nameOffset, nameOffset + length))?.[1] ?? 'NAME';
  return new Failure(
    'not a .npy file but a zip archive, as .npz files are: save one of its arrays, in Python ' +
      `numpy.save('array.npy', numpy.load('archive.npz')[${JSON.stringify(name)}])`,
  );
}

/** The header is a Python dictionary with three known keys, always written as a literal. */
function parseDescription(text: string): Omit<NpyHeader, 'dataOffset'> {
  const header = readLiteral(text);
  const [descr, fortranOrder, shape] = ['descr', 'fortran_order', 'shape'].map((key) => header.get(key));
  if (header.size !== 3 || descr === undefined || typeof fortranOrder !== 'boolean' || !isShape(shape)) {
    throw new Failure('damaged: its header cannot be read');
  }
  if (typeof descr !== 'string' || /[,()]/.test(descr)) {
    throw new Failure(
      `its elements are structures or objects, expected numbers; its type is ${shortly(JSON.stringify(descr))}`,
    );
  }
  return { descr, fortranOrder, shape };
}

function readLiteral(text: string): Map<PythonValue, PythonValue> {
  try {
    const value = parsePythonLiteral(text);
    if (value instanceof Map) return value;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new Failure('damaged: its header cannot be read');
}

function isShape(value: PythonValue | undefined): value is number[] {
  return (
    Array.isArray(value) &&
    value.every((extent) => typeof extent === 'number' && Number.isSafeInteger(extent) && extent >= 0)
  );
}

async function readElements(
  handle: FileHandle,
  dataOffset: number,
  { reader, kind, bytes, littleEndian }: ElementType,
  data: Float32Array | Int32Array,
): Promise<void> {
  // Not from Node's pool of small buffers: a Float32Array needs its alignment.
  const piece = Buffer.from(new ArrayBuffer(Math.min(PIECE_BYTES, data.length * bytes)));
  const view = new DataView(piece.buffer, piece.byteOffset, piece.length);
  // Nearly every file; a hundred million elements one by one take a second.
  const sameBytes = data instanceof Float32Array && kind === 'f4' && littleEndian === (endianness() === 'LE');
  for (let element = 0; element < data.length; ) {
    const count = Math.min(data.length - element, piece.length / bytes);
    await readFully(handle, piece, count * bytes, dataOffset + element * bytes);
    if (sameBytes) data.set(new Float32Array(piece.buffer, piece.byteOffset, count), element);
    else if (data instanceof Float32Array) {
      for (let i = 0; i < count; i++) data[element + i] = reader(view, i * bytes, littleEndian);
    } else {
      for (let i = 0; i < count; i++)
        data[element + i] = wholeNumber(reader(view, i * bytes, littleEndian), element + i);
    }
    element += count;
  }
}

function wholeNumber(value: number, element: number): number {
  if (value === (value | 0)) return value;
  throw new Failure(`element ${element} is ${value}, expected a whole number of 32 bits with a sign`);
}

async function readFully(handle: FileHandle, target: Buffer, length: number, position: number): Promise<void> {
  for (let done = 0; done < length; ) {
    const { bytesRead } = await handle.read(target, done, length - done, position + done);
    if (bytesRead === 0) throw new Failure('truncated while it was read');
    done += bytesRead;
  }
}

/** Fortran order: the first axis runs fastest. */
function fromFortranOrder<Elements extends Float32Array | Int32Array>(
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
