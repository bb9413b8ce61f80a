// SPDX-License-Identifier: MIT

import { type ParseError, parse, printParseErrorCode } from 'jsonc-parser';
import { Failure } from '../failure.js';
import { escapeAllButLineEnds } from '../plain-text.js';

/** So much of what stands in the wrong place is repeated. */
const LONGEST_QUOTE = 24;

/**
 * Parses the text of a JSON file. A byte order mark before it is passed over.
 *
 * @throws Failure that says line and column in words of this program: engines change theirs from version to version. It does not name the
 *   file: `about` does.
 */
export function parseJson(text: string): unknown {
  const json = text.replace(/^\uFEFF/, '');
  try {
    return JSON.parse(json);
  } catch {
    throw new Failure(`not JSON${whereWrong(json)}`);
  }
}

/** A value as the text of a file. Nothing in it acts on a terminal that somebody shows it in; it reads as the same value. */
export function jsonLines(value: unknown, indentation = 1): string {
  return `${escapeAllButLineEnds(JSON.stringify(value, null, indentation))}\n`;
}

/** What JSON.parse refused, found again by a parser that says where. */
function whereWrong(json: string): string {
  const error = firstError(json);
  if (!error) return '';
  const { offset, length } = error;
  const before = json.slice(0, offset).split('\n');
  const place = `line ${before.length}, column ${[...(before.at(-1) ?? '')].length + 1}`;
  const found = findings[printParseErrorCode(error.error)] ?? 'expected something else';
  return `: ${place}: ${found}, got ${quote(json, offset, length)}`;
}

function firstError(json: string): ParseError | undefined {
  const errors: ParseError[] = [];
  try {
    parse(json, errors, { disallowComments: true, allowTrailingComma: false, allowEmptyContent: false });
  } catch {
    // It calls itself for each level: thousands of brackets are too deep for it.
  }
  return errors[0];
}

/** By the names that the parser has for its errors. */
const findings: Readonly<Record<string, string>> = {
  InvalidSymbol: 'expected a value or a name in double quotes',
  InvalidNumberFormat: 'expected a number',
  PropertyNameExpected: 'expected a name in double quotes',
  ValueExpected: 'expected a value',
  ColonExpected: 'expected a colon',
  CommaExpected: 'expected a comma',
  CloseBraceExpected: 'expected a closing brace',
  CloseBracketExpected: 'expected a closing bracket',
  EndOfFileExpected: 'expected the end',
  InvalidCommentToken: 'expected no comment',
  UnexpectedEndOfComment: 'expected no comment',
  UnexpectedEndOfString: 'expected a closing quote',
  UnexpectedEndOfNumber: 'expected more digits',
  InvalidUnicode: 'expected four hexadecimal digits after \\u',
  InvalidEscapeCharacter: 'expected one of "\\/bfnrtu after a backslash',
  InvalidCharacter: 'expected no control character in a text',
};

function quote(json: string, offset: number, length: number): string {
  if (offset >= json.length) return 'the end';
  const [text = ''] = json.slice(offset, offset + Math.max(1, length)).split('\n');
  return JSON.stringify(text.length <= LONGEST_QUOTE ? text : `${text.slice(0, LONGEST_QUOTE)}...`);
}
