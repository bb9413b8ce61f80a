// SPDX-License-Identifier: MIT

import { describe, expect, test } from 'vitest';
import { assembleShader, float, overridesOf } from '../../../src/gpu/shader.js';
import { sharedShaders } from '../../../src/gpu/shared-shaders.js';

/** Text without line breaks and doubled spaces: where lines break is nobody's promise. */
function flat(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

describe('constants', () => {
  test('whole numbers are u32, marked ones f32; flags are overrides; what is not mentioned is left out', () => {
    const constants = { count: 3, factor: float(0.5), flag: true, off: false, unused: 7, unusedFlag: true };
    const text = assembleShader('count factor flag off', constants);
    expect(text.split('\n')).toEqual([
      'const count = 3u;',
      'const factor = 0.5f;',
      'override flag: bool;',
      'override off: bool;',
      'count factor flag off',
    ]);
    expect(overridesOf(text, constants)).toEqual({ flag: 1, off: 0 });
  });

  test('shaders that differ in flags alone have one text', () => {
    expect(assembleShader('flag', { flag: true })).toBe(assembleShader('flag', { flag: false }));
  });

  test('every f32 is one to WGSL too, and the very one', () => {
    const written = (value: number) => /= (.*)f;/.exec(assembleShader('value', { value: float(value) }))?.[1] ?? '';
    for (const value of [0, 2, -7, 1 / 3, 1e-5, 1e30, -2.5e-20]) {
      expect(written(value)).toMatch(/[.e]/);
      expect(Math.fround(Number(written(value)))).toBe(Math.fround(value));
    }
  });
});

describe('@import', () => {
  test('puts the shared file in the line’s place', () => {
    const text = assembleShader('before\n// @import counted\nafter');
    expect(text).toBe(`before\n${sharedShaders.counted}\nafter`);
  });

  test('puts it there once', () => {
    const text = assembleShader('// @import counted\n// @import counted\n');
    expect(text.split('struct Counted').length - 1).toBe(1);
  });

  test('takes part of the name from a constant', () => {
    expect(assembleShader('// @import lane{laneWidth}', { laneWidth: 2 })).toContain('alias Lane = vec2f');
    expect(assembleShader('// @import lane{laneWidth}', { laneWidth: 4 })).toContain('alias Lane = vec4f');
  });

  test('refuses a name that there is not, with the name', () => {
    expect(() => assembleShader('// @import nowhere')).toThrow('shader import not found: nowhere');
    expect(() => assembleShader('// @import lane{laneWidth}')).toThrow('shader import not found: laneundefined');
  });

  test('is a line of its own: prose about it stays prose', () => {
    const prose = '// what @import counted means';
    expect(assembleShader(prose)).toBe(prose);
  });
});

describe('@unroll', () => {
  test('writes the body once for every index', () => {
    const source = '// @unroll\nfor (var i = 0u; i < count; i++) {\n  sum += values[i] * f32(i);\n}\nrest';
    expect(flat(assembleShader(source, { count: 2 }))).toBe(
      '{ sum += values[0u] * f32(0u); } { sum += values[1u] * f32(1u); } rest',
    );
  });

  test('leaves names alone that hold the index’s letter', () => {
    const source = '// @unroll\nfor (var i = 0u; i < 1u; i++) { index[i] = ii + i_i; }';
    expect(flat(assembleShader(source))).toBe('{ index[0u] = ii + i_i; }');
  });

  test('unrolls loops in loops', () => {
    const source = [
      '// @unroll',
      'for (var i = 0u; i < outer; i++) {',
      '  if (i > 0u) { skip(); }',
      '  // @unroll',
      '  for (var j = 0u; j < inner; j++) { use(i, j); }',
      '}',
    ].join('\n');
    const text = flat(assembleShader(source, { outer: 2, inner: 2 }));
    expect(text).not.toContain('for');
    expect(text.match(/use\(\du, \du\)/g)).toEqual(['use(0u, 0u)', 'use(0u, 1u)', 'use(1u, 0u)', 'use(1u, 1u)']);
    expect(text.match(/if \(\du > 0u\) \{ skip\(\); \}/g)).toHaveLength(2);
  });

  test('works in imported files, and takes a loop of none away', () => {
    const text = assembleShader('// @import simplex', { featureDim: 2, keyWords: 2 });
    expect(text).not.toMatch(/for \(var (word|j) = 0u/);
    expect(flat(assembleShader('a\n// @unroll\nfor (var i = 0u; i < none; i++) { b(); }\nc', { none: 0 }))).toBe('a c');
  });

  test('leaves loops to the compiler that would become too long', () => {
    const source =
      '// @unroll\nfor (var i = 0u; i < many; i++) { use(i); }\n// @unroll\nfor (var j = 0u; j < 1u; j++) { use(j); }';
    const text = flat(assembleShader(source, { many: 1000 }));
    expect(text).toContain('for (var i = 0u; i < many; i++) { use(i); }');
    expect(text).toContain('{ use(0u); }');
  });

  test('leaves a loop of more turns than it is asked for', () => {
    const source = '// @unroll up to 1\nfor (var i = 0u; i < lanes; i++) { use(i); }';
    expect(flat(assembleShader(source, { lanes: 1 }))).toBe('{ use(0u); }');
    expect(flat(assembleShader(source, { lanes: 2 }))).toContain('for (var i = 0u; i < lanes; i++) { use(i); }');
  });

  test('leaves loops alone that it was not asked to unroll', () => {
    const source = 'for (var i = 0u; i < 2u; i++) { use(i); }';
    expect(assembleShader(source)).toBe(source);
  });

  test('refuses a limit that is no whole-number constant, and a loop without end', () => {
    const loop = '// @unroll\nfor (var i = 0u; i < limit; i++) { use(i); }';
    expect(() => assembleShader(loop)).toThrow('@unroll: limit is not a whole-number constant');
    expect(() => assembleShader(loop, { limit: float(2) })).toThrow('@unroll: limit is not a whole-number constant');
    expect(() => assembleShader('// @unroll\nfor (var i = 0u; i < 2u; i++) { {')).toThrow('@unroll: no closing brace');
  });
});
