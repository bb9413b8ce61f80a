// SPDX-License-Identifier: MIT

import { readFile } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { type Photograph, readLabelPng, readPhotograph } from '../../../src/cli/files/image.js';
import { parseJson } from '../../../src/cli/files/json.js';
import { readFloatNpy, readIntegerNpy } from '../../../src/cli/files/npy.js';
import { readMarks } from '../../../src/cli/refine/marks.js';
import { readParameters } from '../../../src/cli/refine/parameters.js';
import { resolveParameters } from '../../../src/index.js';
import { cutGraph, inspectModel, networkFromJson } from '../../../src/pipeline/index.js';
import { raiseOperators } from '../../../src/pipeline/onnx/raise.js';
import { jpegOf, losslessWebpOf, testPicture } from '../../support/images.js';
import { tinyDescription, tinyNetwork } from '../../support/tiny-network.js';
import { Finding } from '../suite.js';
import { withExif } from './exif.js';
import { makeNpy } from './npy.js';
import { makePng } from './png.js';

/** Files that are right, and who reads them. */
export interface Format {
  name: string;
  /** With its ending. */
  fileName: string;
  /** Files to begin with. */
  bases(): Promise<readonly Uint8Array[]>;
  /** Throws where the file is not right; a Finding where what it gives can't be. */
  read(file: string): Promise<void>;
  /** Makes checksums right again, so that damage reaches what lies behind them. */
  mend?(bytes: Buffer): Buffer;
}

/** A few megapixels are as good as a hundred. */
const maximumPixels = 2e6;

function checkPhotograph({ data, width, height }: Photograph): void {
  const isWhole = Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0;
  if (!isWhole || width * height > maximumPixels || data.length !== 4 * width * height) {
    throw new Finding('a photograph that can not be', `${width} x ${height}, ${data.length} bytes`);
  }
}

const png = {
  width: 9,
  height: 7,
  interlaced: false,
  transparency: false,
  orientation: null,
  pieces: 2,
  seed: 1,
} as const;
const npy = {
  order: '<',
  fortran: false,
  version: 1,
  quote: "'",
  spaces: ' ',
  keyOrder: 0,
  trailingComma: true,
  alignment: 64,
  seed: 1,
} as const;

const parametersFile = {
  name: 'a problem',
  width: 12,
  height: 9,
  labelCount: 3,
  kernels: [
    { type: 'gaussian', sigmaXY: [3, 2], compatibility: 3, normalization: 'symmetric' },
    { type: 'bilateral', sigmaXY: 80, sigmaRGB: 13, compatibility: [1, 2, 3], sigmaUnit: 'pixels' },
  ],
  iterations: 5,
  tolerance: 0.001,
};

const utf8 = (value: unknown) => Buffer.from(JSON.stringify(value, null, 1));

export const formats: readonly Format[] = [
  {
    name: 'PNG photographs',
    fileName: 'photo.png',
    bases: async () => [
      makePng({ ...png, colourType: 2, depth: 8 }).bytes,
      makePng({ ...png, colourType: 6, depth: 16, interlaced: true, orientation: 6 }).bytes,
      makePng({ ...png, colourType: 3, depth: 4, transparency: true }).bytes,
    ],
    read: async (file) => checkPhotograph(await readPhotograph(file, maximumPixels)),
    mend: withRightChecksums,
  },
  {
    name: 'PNG labels',
    fileName: 'labels.png',
    bases: async () => [
      makePng({ ...png, colourType: 0, depth: 8 }).bytes,
      makePng({ ...png, colourType: 3, depth: 2 }).bytes,
      makePng({ ...png, colourType: 0, depth: 16 }).bytes,
    ],
    async read(file) {
      const { width, height, samples } = await readLabelPng(file, maximumPixels);
      if (samples.length !== width * height) throw new Finding('labels that can not be', `${width} x ${height}`);
    },
    mend: withRightChecksums,
  },
  {
    name: 'JPEG photographs',
    fileName: 'photo.jpg',
    bases: async () => {
      const plain = await jpegOf(testPicture(24, 17));
      return [
        plain,
        withExif(plain, { orientation: 6, bigEndian: false, type: 3, gap: 0, entriesBefore: 2, isTwice: false }),
      ];
    },
    read: async (file) => checkPhotograph(await readPhotograph(file, maximumPixels)),
  },
  {
    name: 'WebP photographs',
    fileName: 'photo.webp',
    bases: async () => [await losslessWebpOf(testPicture(24, 17))],
    read: async (file) => checkPhotograph(await readPhotograph(file, maximumPixels)),
  },
  {
    name: 'float arrays',
    fileName: 'logits.npy',
    bases: async () => [
      makeNpy({ ...npy, kind: 'f4', shape: [3, 4, 5] }).bytes,
      makeNpy({ ...npy, kind: 'f2', shape: [2, 7], fortran: true, version: 2 }).bytes,
      makeNpy({ ...npy, kind: 'f8', shape: [6], version: 3 }).bytes,
    ],
    async read(file) {
      const { shape, data } = await readFloatNpy(file);
      checkShape(shape, data.length);
    },
  },
  {
    name: 'label arrays',
    fileName: 'labels.npy',
    bases: async () => [
      makeNpy({ ...npy, kind: 'u1', order: '|', shape: [4, 5] }).bytes,
      makeNpy({ ...npy, kind: 'i8', shape: [5, 4], version: 2 }).bytes,
    ],
    async read(file) {
      const { shape, data } = await readIntegerNpy(file);
      checkShape(shape, data.length);
      await readMarks(file, maximumPixels, {});
    },
  },
  {
    name: 'parameters',
    fileName: 'crf.json',
    bases: async () => [utf8(parametersFile)],
    async read(file) {
      const { parameters } = await readParameters({ options: file });
      resolveParameters(parameters, { width: 12, height: 9, labelCount: 3 });
    },
  },
  {
    name: 'network descriptions',
    fileName: 'network.json',
    bases: async () => [
      utf8({ ...tinyDescription, url: 'https://example.org/network.onnx', colours: ['#000000', '#ff0000', '#0000ff'] }),
    ],
    async read(file) {
      networkFromJson(parseJson(await readFile(file, 'utf8')));
    },
  },
  {
    name: 'ONNX models',
    fileName: 'network.onnx',
    bases: async () => [tinyNetwork()],
    async read(file) {
      const bytes = new Uint8Array(await readFile(file));
      inspectModel(bytes);
      raiseOperators(bytes);
      cutGraph(bytes, 'logits');
    },
  },
];

function checkShape(shape: readonly number[], length: number): void {
  const count = shape.reduce((product, extent) => product * extent, 1);
  if (count !== length) throw new Finding('an array that can not be', `[${shape}], ${length} values`);
}

/** CRCs of all chunks that are whole. */
function withRightChecksums(bytes: Buffer): Buffer {
  const mended = Buffer.from(bytes);
  for (let at = 8; at + 12 <= mended.length; ) {
    const length = mended.readUInt32BE(at);
    if (at + 12 + length > mended.length) break;
    mended.writeUInt32BE(crc32(mended.subarray(at + 4, at + 8 + length)), at + 8 + length);
    at += 12 + length;
  }
  return mended;
}
