// SPDX-License-Identifier: MIT

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { escapeControls } from '../plain-text.js';

/**
 * The lines of a journal. Each is a JSON object that begins with a checksum of the bytes after it, so that a line that was damaged is never
 * believed:
 *
 *   {"checksum":"0f3a…","journal":{"format":2,"settings":{…}}}     the first
 *   {"checksum":"77c1…","entry":{…}}                               all others
 *
 * The first line's checksum goes into those of the others: a line of another journal is no line of this one.
 */

/** Hexadecimal digits of SHA-256 that a line has: 64 bits. */
const CHECKSUM_DIGITS = 16;

const head = new RegExp(`^\\{"checksum":"([0-9a-f]{${CHECKSUM_DIGITS}})","(journal|entry)":`);

/** So many bytes have the head of any line. */
const HEAD_BYTES = 64;

const CLOSING_BRACE = 0x7d;

export interface Line {
  kind: 'journal' | 'entry';
  checksum: string;
  value: unknown;
}

/**
 * @param salt the first line's checksum; '' for the first line itself.
 * @returns the line with its end.
 */
export function encodeLine(kind: Line['kind'], value: object, salt: string): string {
  // Lossless, and nothing in a name acts on a terminal that somebody shows the file in.
  const json = escapeControls(JSON.stringify(value));
  return `{"checksum":"${checksumOf(Buffer.from(json), kind, salt)}","${kind}":${json}}\n`;
}

/** undefined for a line that is damaged, or none of this journal. */
export function decodeLine(bytes: Buffer, salt: string): Line | undefined {
  const [text = '', checksum = '', kind] = head.exec(bytes.toString('latin1', 0, HEAD_BYTES)) ?? [];
  const json = bytes.subarray(text.length, -1);
  if ((kind !== 'journal' && kind !== 'entry') || bytes.at(-1) !== CLOSING_BRACE) return undefined;
  if (checksumOf(json, kind, salt) !== checksum) return undefined;
  // The bytes are those that this program wrote.
  return { kind, checksum, value: JSON.parse(json.toString('utf8')) };
}

function checksumOf(json: Uint8Array, kind: string, salt: string): string {
  return createHash('sha256').update(`${salt} ${kind} `).update(json).digest('hex').slice(0, CHECKSUM_DIGITS);
}

/**
 * The lines of a file, as bytes; one is in memory at a time. Node's own reader of lines would end them at characters within names too.
 *
 * @yields each line without its end, and whether it has one: the last of a file whose writing broke off has none.
 */
export async function* readLines(file: string): AsyncGenerator<{ bytes: Buffer; ended: boolean }> {
  let pieces: Buffer[] = [];
  for await (const piece of createReadStream(file) as AsyncIterable<Buffer>) {
    let start = 0;
    for (let end = piece.indexOf(0x0a); end >= 0; end = piece.indexOf(0x0a, start)) {
      yield { bytes: Buffer.concat([...pieces, piece.subarray(start, end)]), ended: true };
      pieces = [];
      start = end + 1;
    }
    if (start < piece.length) pieces.push(piece.subarray(start));
  }
  if (pieces.length > 0) yield { bytes: Buffer.concat(pieces), ended: false };
}
