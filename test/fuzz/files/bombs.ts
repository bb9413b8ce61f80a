// SPDX-License-Identifier: MIT

import { constants, deflateSync } from 'node:zlib';
import * as fc from 'fast-check';
import { readPhotograph } from '../../../src/cli/files/image.js';
import { inspectModel } from '../../../src/pipeline/index.js';
import { chunk, signature, zlibBomb } from './png.js';
import { readSafely } from './safety.js';
import { storedFile } from './workplace.js';

/** Small files that ask for much more than their header allows. */
export type Bomb =
  | 'pixels of a PNG'
  | 'colour profile of a PNG'
  | 'text of a PNG'
  | 'lengths of a model'
  | 'depth of a model';

export const bombs: fc.Arbitrary<Bomb> = fc.constantFrom<Bomb>(
  'pixels of a PNG',
  'colour profile of a PNG',
  'text of a PNG',
  'lengths of a model',
  'depth of a model',
);

const megabytes = 700;

export async function checkBomb(bomb: Bomb): Promise<void> {
  if (bomb === 'lengths of a model' || bomb === 'depth of a model') {
    const file = await storedFile('bomb.onnx', bomb === 'depth of a model' ? deepModel() : longModel());
    await readSafely(`ONNX models (${bomb})`, file, async () =>
      inspectModel(bomb === 'depth of a model' ? deepModel() : longModel()),
    );
    return;
  }
  const file = await storedFile('bomb.png', pngBomb(bomb));
  await readSafely(`PNG photographs (${bomb})`, file, (name) => readPhotograph(name, 2e6));
}

/** 40 × 30 grey pixels. */
function pngBomb(bomb: Bomb): Buffer {
  const header = Buffer.from([0, 0, 0, 40, 0, 0, 0, 30, 8, 0, 0, 0, 0]);
  const megabyte = deflateSync(Buffer.alloc(2 ** 20), { finishFlush: constants.Z_FULL_FLUSH }).subarray(2);
  const zeros = zlibBomb(megabytes, megabyte);
  const pixels = bomb === 'pixels of a PNG' ? zeros : deflateSync(Buffer.alloc(30 * 41));
  const extra = {
    'colour profile of a PNG': [chunk('iCCP', Buffer.concat([Buffer.from('profile\0\0', 'latin1'), zeros]))],
    'text of a PNG': [chunk('zTXt', Buffer.concat([Buffer.from('Comment\0\0', 'latin1'), zeros]))],
  } as Record<string, Buffer[]>;
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    ...(extra[bomb] ?? []),
    chunk('IDAT', pixels),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** A field of length-delimited content: protobuf's wire type 2. */
function field(number: number, content: Uint8Array): Buffer {
  return Buffer.concat([varint((number << 3) | 2), varint(content.length), content]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 127) {
    bytes.push((rest % 128) | 128);
    rest = Math.floor(rest / 128);
  }
  return Buffer.from([...bytes, rest]);
}

/** A graph in an attribute of a node of a graph in an attribute …: ModelProto.graph 7, node 1, attribute 5, g 6. */
function deepModel(): Buffer {
  let graph: Buffer = Buffer.alloc(0);
  for (let depth = 0; depth < 4000; depth++) graph = field(1, field(5, field(6, graph)));
  return Buffer.concat([Buffer.from([8, 7]), field(7, graph)]);
}

/** A tensor that says it has four gigabytes. */
function longModel(): Buffer {
  return Buffer.concat([Buffer.from([8, 7]), varint((7 << 3) | 2), varint(2 ** 32 - 1), Buffer.alloc(64)]);
}
