// SPDX-License-Identifier: MIT

import { randomNumbers } from '../../support/random.js';

/** A .npy file as NumPy itself or another program may write it: numpy.lib.format, versions 1 to 3. */
export interface GivenNpy {
  kind: 'f2' | 'f4' | 'f8' | 'u1' | 'i1' | 'u2' | 'i2' | 'i4' | 'i8' | 'b1';
  /** Of the type: none is this machine's own, as is '='. */
  order: '<' | '>' | '=' | '|' | '';
  fortran: boolean;
  shape: readonly number[];
  version: 1 | 2 | 3;
  quote: "'" | '"';
  spaces: string;
  keyOrder: number;
  trailingComma: boolean;
  /** Bytes to which the header is padded. */
  alignment: 1 | 16 | 64;
  seed: number;
}

export interface MadeNpy {
  bytes: Buffer;
  /** In C order. */
  values: number[];
}

export function makeNpy(given: GivenNpy): MadeNpy {
  const { kind, shape, seed, fortran } = given;
  const random = randomNumbers(seed);
  const count = shape.reduce((product, extent) => product * extent, 1);
  const values = Array.from({ length: count }, () => exactValue(kind, random));
  const stored = fortran ? fortranOrder(values, shape) : values;
  const size = Number(kind[1]);
  const data = Buffer.alloc(size * count);
  const little = given.order !== '>' || size === 1;
  stored.forEach((value, i) => {
    writeElement(new DataView(data.buffer, data.byteOffset), kind, i * size, value, little);
  });
  return { bytes: Buffer.concat([headerOf(given), data]), values };
}

function headerOf({
  kind,
  order,
  fortran,
  shape,
  version,
  quote,
  spaces,
  keyOrder,
  trailingComma,
  alignment,
}: GivenNpy): Buffer {
  const q = (text: string) => `${quote}${text}${quote}`;
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(`,${spaces}`)})`;
  const entries = [
    `${q('descr')}:${spaces}${q(order + kind)}`,
    `${q('fortran_order')}:${spaces}${fortran ? 'True' : 'False'}`,
    `${q('shape')}:${spaces}${tuple}`,
  ];
  const turned = entries.map((_, i) => entries[(i + keyOrder) % 3]);
  const text = `{${turned.join(`,${spaces}`)}${trailingComma ? ', ' : ''}}`;
  const lengthBytes = version === 1 ? 2 : 4;
  const total = Math.ceil((8 + lengthBytes + text.length + 1) / alignment) * alignment;
  const header = Buffer.alloc(total, ' ');
  header.write('\u0093NUMPY', 0, 'latin1');
  header.set([version, 0], 6);
  header.writeUIntLE(total - 8 - lengthBytes, 8, lengthBytes);
  header.write(text, 8 + lengthBytes, 'latin1');
  header.write('\n', total - 1, 'latin1');
  return header;
}

/** Values that every width of their kind holds exactly. */
function exactValue(kind: GivenNpy['kind'], random: () => number): number {
  if (kind[0] === 'f') return Math.round(16 * random()) / 8 - 1;
  if (kind === 'b1') return Math.round(random());
  return Math.floor(100 * random()) - (kind[0] === 'i' ? 50 : 0);
}

function writeElement(view: DataView, kind: GivenNpy['kind'], at: number, value: number, little: boolean): void {
  const writers: Record<GivenNpy['kind'], () => void> = {
    f2: () => view.setUint16(at, halfOf(value), little),
    f4: () => view.setFloat32(at, value, little),
    f8: () => view.setFloat64(at, value, little),
    u1: () => view.setUint8(at, value),
    b1: () => view.setUint8(at, value),
    i1: () => view.setInt8(at, value),
    u2: () => view.setUint16(at, value, little),
    i2: () => view.setInt16(at, value, little),
    i4: () => view.setInt32(at, value, little),
    i8: () => view.setBigInt64(at, BigInt(value), little),
  };
  writers[kind]();
}

/** Eighths in -1..1 have few bits: sign, exponent with bias 15, fraction. */
function halfOf(value: number): number {
  if (value === 0) return 0;
  const exponent = Math.floor(Math.log2(Math.abs(value)));
  const fraction = (Math.abs(value) / 2 ** exponent - 1) * 1024;
  return (value < 0 ? 0x8000 : 0) | ((exponent + 15) << 10) | fraction;
}

/** From C order: the first axis runs fastest. */
function fortranOrder(values: readonly number[], shape: readonly number[]): number[] {
  return values.map((_, at) => {
    let rest = at;
    const position = shape.map((extent) => {
      const index = rest % extent;
      rest = Math.floor(rest / extent);
      return index;
    });
    return values[position.reduce((index, step, axis) => index * shape[axis] + step, 0)];
  });
}
