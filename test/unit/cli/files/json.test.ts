// SPDX-License-Identifier: MIT

import { expect, test } from 'vitest';
import { Failure } from '../../../../src/cli/failure.js';
import { parseJson } from '../../../../src/cli/files/json.js';

const sample = '{"a": [-3.5e1, null],\n "b": "\\nü", "c": true}';

test.each([
  ['', 'line 1, column 1: expected a value, got the end'],
  ['{', 'line 1, column 2: expected a closing brace, got the end'],
  ['{\n "a": 1,\n}', 'line 3, column 1: expected a name in double quotes, got "}"'],
  ['{"ü𝄞": NaN}', 'line 1, column 8: expected a value or a name in double quotes, got "NaN"'],
  ['[1 2]', 'line 1, column 4: expected a comma, got "2"'],
  ['[1,\r\n2', 'line 2, column 2: expected a closing bracket, got the end'],
  ['{"a" 1}', 'line 1, column 6: expected a colon, got "1"'],
  ['1 2', 'line 1, column 3: expected the end, got "2"'],
  ['// no\n1', 'line 1, column 1: expected no comment, got "// no"'],
  ['"abc', 'line 1, column 1: expected a closing quote, got "\\"abc"'],
  [`"\\${'x'.repeat(40)}"`, /expected one of .* after a backslash, got "\\"\\\\x{22}\.\.\."$/],
])('%j is refused', (text, message) => {
  const expected = typeof message === 'string' ? `not JSON: ${message}` : message;
  expect(() => parseJson(text)).toThrow(expected);
});

test('what JSON.parse refuses has a line and a column, whatever is wrong with it', () => {
  const strange = [...'{}[]:,"\\0-+.eENntfa/\n\t\u0001\u00a0\u2028ü\ud800'];
  const texts = Array.from({ length: sample.length }, (_, at) => [
    sample.slice(0, at),
    ...strange.flatMap((text) => [
      sample.slice(0, at) + text + sample.slice(at),
      sample.slice(0, at) + text + sample.slice(at + 1),
    ]),
  ]).flat();
  let refused = 0;
  for (const text of texts) {
    let valid: { value: unknown } | undefined;
    try {
      valid = { value: JSON.parse(text) };
    } catch {}
    try {
      expect(parseJson(text)).toEqual(valid?.value);
    } catch (error) {
      refused++;
      expect(valid, text).toBeUndefined();
      expect(error).toBeInstanceOf(Failure);
      expect(String(error), text).toMatch(/^Failure: not JSON: line \d+, column \d+: expected .*, got ("|the end$)/);
    }
  }
  expect(refused).toBeGreaterThan(500);
});

test('a byte order mark is no fault, and endless brackets are no other error', () => {
  expect(parseJson('\uFEFF{"a":1}')).toEqual({ a: 1 });
  expect(() => parseJson('['.repeat(1e5))).toThrow(/^not JSON/);
});
