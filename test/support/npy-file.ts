// SPDX-License-Identifier: MIT

export interface NpyParts {
  description: string;
  body: Uint8Array;
  version?: 1 | 2 | 3;
}

/** A file as NumPy writes it, or nearly so: this is what the reader is held against. */
export function npyFile({ description, body, version = 1 }: NpyParts): Buffer {
  const lengthBytes = version === 1 ? 2 : 4;
  const start = Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, version, 0]);
  const length = Buffer.alloc(lengthBytes);
  length.writeUIntLE(description.length + 1, 0, lengthBytes);
  return Buffer.concat([start, length, Buffer.from(`${description}\n`, 'latin1'), body]);
}

export function describeArray(type: string, shape: string, fortran = false): string {
  return `{'descr': '${type}', 'fortran_order': ${fortran ? 'True' : 'False'}, 'shape': ${shape}, }`;
}

/** Bytes of values, written by one of DataView's setters. */
export function bodyOf(
  values: number[],
  bytes: number,
  write: (view: DataView, offset: number, value: number) => void,
) {
  const body = new Uint8Array(values.length * bytes);
  const view = new DataView(body.buffer);
  for (const [i, value] of values.entries()) write(view, i * bytes, value);
  return body;
}
