// SPDX-License-Identifier: MIT

import * as fc from 'fast-check';
import { readLabelPng, readPhotograph } from '../../../src/cli/files/image.js';
import { readFloatNpy, readIntegerNpy } from '../../../src/cli/files/npy.js';
import { differenceOf } from '../../support/close.js';
import { jpegOf, type Rgba, testPicture } from '../../support/images.js';
import { Finding } from '../suite.js';
import { type GivenExif, turned, withExif } from './exif.js';
import { type GivenNpy, makeNpy } from './npy.js';
import { allowedDepth, type GivenPng, makePng, rgbaOf } from './png.js';
import { readSafely } from './safety.js';
import { storedFile } from './workplace.js';

/** Files that are right in a way that not everybody has met. */
export type Container =
  | { is: 'a PNG'; png: GivenPng }
  | { is: 'a JPEG with EXIF'; exif: GivenExif }
  | { is: 'an array'; npy: GivenNpy };

const pngs: fc.Arbitrary<GivenPng> = fc
  .record({
    width: fc.integer({ min: 1, max: 11 }),
    height: fc.integer({ min: 1, max: 9 }),
    colourType: fc.constantFrom(2 as const, 0 as const, 3 as const, 4 as const, 6 as const),
    depth: fc.constantFrom(8 as const, 1 as const, 2 as const, 4 as const, 16 as const),
    interlaced: fc.boolean(),
    transparency: fc.boolean(),
    orientation: fc.option(fc.integer({ min: 0, max: 9 }), { freq: 3 }),
    pieces: fc.integer({ min: 1, max: 3 }),
    seed: fc.nat(999),
  })
  .map((given) => ({ ...given, depth: allowedDepth(given.colourType, given.depth) }));

const exifs: fc.Arbitrary<GivenExif> = fc.record({
  orientation: fc.integer({ min: 0, max: 10 }),
  bigEndian: fc.boolean(),
  type: fc.constantFrom(3 as const, 4 as const),
  gap: fc.constantFrom(0, 2, 64),
  entriesBefore: fc.integer({ min: 0, max: 3 }),
  isTwice: fc.boolean(),
});

const npys: fc.Arbitrary<GivenNpy> = fc
  .record({
    kind: fc.constantFrom<GivenNpy['kind']>('f4', 'f2', 'f8', 'u1', 'i1', 'u2', 'i2', 'i4', 'i8', 'b1'),
    order: fc.constantFrom<GivenNpy['order']>('<', '>', '=', '|', ''),
    fortran: fc.boolean(),
    shape: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 }),
    version: fc.constantFrom(1 as const, 2 as const, 3 as const),
    quote: fc.constantFrom("'" as const, '"' as const),
    spaces: fc.constantFrom(' ', '', '  '),
    keyOrder: fc.nat(2),
    trailingComma: fc.boolean(),
    alignment: fc.constantFrom(64 as const, 16 as const, 1 as const),
    seed: fc.nat(999),
  })
  // NumPy writes | for what has no order, and takes it for nothing else.
  .map((given) => ({
    ...given,
    order: given.order === '|' && Number(given.kind[1]) > 1 ? ('<' as const) : given.order,
  }));

export const containers: fc.Arbitrary<Container> = fc.oneof(
  { weight: 3, arbitrary: pngs.map((png) => ({ is: 'a PNG' as const, png })) },
  { weight: 2, arbitrary: exifs.map((exif) => ({ is: 'a JPEG with EXIF' as const, exif })) },
  { weight: 3, arbitrary: npys.map((npy) => ({ is: 'an array' as const, npy })) },
);

export async function checkContainer(container: Container): Promise<void> {
  if (container.is === 'a PNG') await checkPng(container.png);
  else if (container.is === 'an array') await checkNpy(container.npy);
  else await checkExif(container.exif);
}

/** What a reader can't is "not supported", never "damaged". */
async function readOrUnsupported<Value>(
  reader: string,
  file: string,
  read: (file: string) => Promise<Value>,
): Promise<Value | undefined> {
  let reason = '';
  const value = await readSafely(reader, file, (name) =>
    read(name).catch((error: Error) => {
      reason = error.message;
      throw error;
    }),
  );
  if (value === undefined && !/not supported/.test(reason))
    throw new Finding(`${reader} refuses what is right`, reason);
  return value;
}

async function checkPng(given: GivenPng): Promise<void> {
  const made = makePng(given);
  const file = await storedFile('right.png', made.bytes);
  const photograph = await readOrUnsupported('PNG photographs', file, (name) => readPhotograph(name, 1e6));
  const { width, height } = given;
  const plain = { data: rgbaOf(given, made) as Rgba['data'], width, height };
  const orientation = given.orientation ?? 1;
  if (photograph)
    comparePictures('PNG photographs', photograph, turned(plain, { orientation, type: 3 }), given.depth === 16 ? 1 : 0);
  if (given.colourType !== 0 && given.colourType !== 3) return;
  const labels = await readOrUnsupported('PNG labels', file, (name) => readLabelPng(name, 1e6));
  // Labels are not turned: whether they should be is nobody's promise.
  if (!labels || given.orientation !== null) return;
  const wrong = made.samples.findIndex((value, i) => value !== labels.samples[i]);
  if (wrong >= 0)
    throw new Finding('PNG labels are wrong', `${labels.samples[wrong]} at ${wrong}, not ${made.samples[wrong]}`);
}

let jpeg: Promise<{ bytes: Uint8Array; picture: Rgba }> | undefined;

async function plainJpeg(): Promise<{ bytes: Uint8Array; picture: Rgba }> {
  const bytes = await jpegOf(testPicture(16, 11));
  const { data, width, height } = await readPhotograph(await storedFile('plain.jpg', bytes), 1e6);
  return { bytes, picture: { data: new Uint8ClampedArray(data), width, height } };
}

async function checkExif(given: GivenExif): Promise<void> {
  jpeg ??= plainJpeg();
  const { bytes, picture } = await jpeg;
  const file = await storedFile('right.jpg', withExif(bytes, given));
  const photograph = await readOrUnsupported('JPEG photographs', file, (name) => readPhotograph(name, 1e6));
  if (photograph) comparePictures('JPEG photographs', photograph, turned(picture, given), 0);
}

function comparePictures(
  reader: string,
  found: Omit<Rgba, 'data'> & { data: Uint8ClampedArray },
  expected: Rgba,
  tolerance: number,
): void {
  if (found.width !== expected.width || found.height !== expected.height) {
    throw new Finding(
      `${reader} are turned otherwise`,
      `${found.width} x ${found.height}, not ${expected.width} x ${expected.height}`,
    );
  }
  const { worstIndex, countAbove } = differenceOf(found.data, expected.data, tolerance);
  if (countAbove === 0) return;
  const channel = ['red', 'green', 'blue', 'alpha'][worstIndex % 4];
  throw new Finding(
    `${reader} have another ${channel === 'alpha' ? 'alpha' : 'colour'}`,
    `${channel} of pixel ${worstIndex >> 2} is ${found.data[worstIndex]}, not ${expected.data[worstIndex]}`,
  );
}

async function checkNpy(given: GivenNpy): Promise<void> {
  const { bytes, values } = makeNpy(given);
  const file = await storedFile('right.npy', bytes);
  const isFloat = given.kind[0] === 'f';
  const reader = isFloat ? 'float arrays' : 'label arrays';
  const read = (name: string) => (isFloat ? readFloatNpy(name) : readIntegerNpy(name));
  const array = await readOrUnsupported<{ shape: number[]; data: ArrayLike<number> }>(reader, file, read);
  if (!array) return;
  if (String(array.shape) !== String(given.shape))
    throw new Finding(`${reader} have another shape`, `[${array.shape}]`);
  const wrong = values.findIndex((value, i) => value !== array.data[i]);
  if (wrong >= 0) throw new Finding(`${reader} are wrong`, `${array.data[wrong]} at ${wrong}, not ${values[wrong]}`);
}
