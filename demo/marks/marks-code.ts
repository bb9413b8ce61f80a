// SPDX-License-Identifier: MIT

import type { Box, Marks } from './marks.js';
import { type Point, placeUnit, radiusUnit, type Stroke } from './stroke.js';

/**
 * Marks as short text that may stand in an address: bytes in base64url.
 *
 *   version 1, whether there is a box (then left, top, width, height), then each stroke:
 *   label + 1 (0 erases), radius, number of points, first point, ways from point to point
 *
 * Numbers have seven bits a byte, lowest first; places are in 1/4096 of the side, radii in 1/8192 of the long side;
 * ways may be negative, their sign is in the lowest bit.
 */
const version = 1;

export function encodeMarks({ strokes, box }: Marks): string {
  const bytes: number[] = [version];
  const put = (value: number) => {
    let rest = value;
    for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
    bytes.push(rest);
  };
  const putSigned = (value: number) => put(value < 0 ? -2 * value - 1 : 2 * value);
  put(box ? 1 : 0);
  if (box) for (const side of [box.left, box.top, box.width, box.height]) put(Math.round(side * placeUnit));
  for (const { label, radius, points } of strokes) {
    put(label === null ? 0 : label + 1);
    put(Math.round(radius * radiusUnit));
    put(points.length);
    let [x, y] = [0, 0];
    for (const point of points) {
      const [nextX, nextY] = [Math.round(point.x * placeUnit), Math.round(point.y * placeUnit)];
      putSigned(nextX - x);
      putSigned(nextY - y);
      [x, y] = [nextX, nextY];
    }
  }
  return toBase64Url(Uint8Array.from(bytes));
}

/** Undefined where the text is none of `encodeMarks`, or names a label that is not there. */
export function decodeMarks(text: string, labelCount: number): Marks | undefined {
  const reader = readerOf(text);
  if (reader?.next() !== version) return undefined;
  const box = readBox(reader);
  const strokes: Stroke[] = [];
  while (!reader.isAtEnd()) {
    const label = reader.next() - 1;
    const radius = reader.next() / radiusUnit;
    const points = readPoints(reader);
    if (reader.isBroken() || label >= labelCount || points.length === 0) return undefined;
    strokes.push({ label: label < 0 ? null : label, radius, points });
  }
  return reader.isBroken() ? undefined : { strokes, box };
}

function readBox(reader: Reader): Box | null {
  if (reader.next() === 0) return null;
  const [left, top, width, height] = Array.from({ length: 4 }, () => reader.next() / placeUnit);
  return { left, top, width, height };
}

function readPoints(reader: Reader): Point[] {
  const count = reader.next();
  const points: Point[] = [];
  let [x, y] = [0, 0];
  for (let i = 0; i < count && !reader.isBroken(); i++) {
    x += reader.nextSigned();
    y += reader.nextSigned();
    points.push({ x: x / placeUnit, y: y / placeUnit });
  }
  return points;
}

interface Reader {
  next(): number;
  nextSigned(): number;
  isAtEnd(): boolean;
  /** Something was read beyond the end. */
  isBroken(): boolean;
}

function readerOf(text: string): Reader | undefined {
  const bytes = fromBase64Url(text);
  if (!bytes) return undefined;
  let place = 0;
  let broken = false;
  const next = () => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      if (place >= bytes.length || factor > 128 ** 4) {
        broken = true;
        return 0;
      }
      const byte = bytes[place++];
      value += (byte % 128) * factor;
      if (byte < 128) return value;
    }
  };
  return {
    next,
    nextSigned() {
      const value = next();
      return value % 2 === 1 ? -(value + 1) / 2 : value / 2;
    },
    isAtEnd: () => place >= bytes.length,
    isBroken: () => broken,
  };
}

function toBase64Url(bytes: Uint8Array): string {
  let letters = '';
  for (const byte of bytes) letters += String.fromCharCode(byte);
  return btoa(letters).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

function fromBase64Url(text: string): Uint8Array | undefined {
  try {
    const letters = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
    return Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
  } catch {
    return undefined;
  }
}
