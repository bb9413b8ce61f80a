// SPDX-License-Identifier: MIT

import { ByteBuffer } from 'flatbuffers';

/** One table of a FlatBuffers file. Fields are known by their place in the schema; one that is not there has the schema's default. */
export class Table {
  private constructor(
    private readonly buffer: ByteBuffer,
    private readonly position: number,
  ) {}

  /** Throws Error for a file without this identifier, four letters. */
  static root(bytes: Uint8Array, identifier: string): Table {
    const buffer = new ByteBuffer(bytes);
    if (bytes.length < 8 || !buffer.__has_identifier(identifier)) {
      throw new Error(`expected a file of the kind ${identifier}, got ${bytes.length} bytes of another`);
    }
    return new Table(buffer, buffer.readInt32(0));
  }

  /** A signed byte, which booleans and enumerations are too. */
  byte(field: number, absent = 0): number {
    const place = this.placeOf(field);
    return place === undefined ? absent : this.buffer.readInt8(place);
  }

  integer(field: number, absent = 0): number {
    const place = this.placeOf(field);
    return place === undefined ? absent : this.buffer.readInt32(place);
  }

  text(field: number): string | undefined {
    const place = this.placeOf(field);
    return place === undefined ? undefined : String(this.buffer.__string(place));
  }

  table(field: number): Table | undefined {
    const place = this.placeOf(field);
    return place === undefined ? undefined : new Table(this.buffer, this.buffer.__indirect(place));
  }

  bytes(field: number): Uint8Array {
    const { start, count } = this.vector(field, 1);
    return this.buffer.bytes().subarray(start, start + count);
  }

  integers(field: number): number[] {
    const { start, count } = this.vector(field, 4);
    return Array.from({ length: count }, (_, i) => this.buffer.readInt32(start + 4 * i));
  }

  tables(field: number): Table[] {
    const { start, count } = this.vector(field, 4);
    return Array.from({ length: count }, (_, i) => new Table(this.buffer, this.buffer.__indirect(start + 4 * i)));
  }

  private placeOf(field: number): number | undefined {
    const offset = this.buffer.__offset(this.position, 4 + 2 * field);
    return offset === 0 ? undefined : this.position + offset;
  }

  private vector(field: number, elementBytes: number): { start: number; count: number } {
    const place = this.placeOf(field);
    if (place === undefined) return { start: 0, count: 0 };
    const start = this.buffer.__vector(place);
    const count = this.buffer.__vector_len(place);
    if (start + elementBytes * count > this.buffer.capacity()) {
      throw new Error(`the file ends within a list of ${count} elements: it is cut short or damaged`);
    }
    return { start, count };
  }
}
