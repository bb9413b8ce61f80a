// SPDX-License-Identifier: MIT

import { sharedShaders } from './shared-shaders.js';

/**
 * WGSL has neither imports nor loop unrolling. This adds just those two, as comments, so that a file under `shaders/`
 * is valid WGSL by itself but for the names it imports:
 *
 *   // @import invocation          puts `shaders/shared/invocation.wgsl` here (once)
 *   // @unroll                     repeats the `for (var i = 0u; i < limit; i++) { … }` on the next line with i = 0u, 1u, …
 *   // @unroll up to 1             the same, but a loop of more turns stays one
 *
 * Unrolling makes every index into a private array a constant. On SwiftShader a private array read or written at a
 * variable index cost 10 ns an element, at a constant one 0.3 ns (measured in Dawn for Node on two cores of an EPYC);
 * GPU compilers unroll such loops themselves. A loop whose body indexes memory alone is as fast rolled, and compiles sooner.
 */

/**
 * What a shader leaves open. Numbers become `const name = …;` lines: u32 for whole numbers, f32 where `float()` says so; sizes of arrays
 * may depend on them. Flags become `override name: bool;`, set with the pipeline, so that programs that differ in flags alone share a module.
 */
export type ShaderConstants = Readonly<Record<string, number | boolean | FloatConstant>>;

export interface FloatConstant {
  readonly float: number;
}

export function float(value: number): FloatConstant {
  return { float: value };
}

/** The shader's text, with a line for each constant that it mentions. */
export function assembleShader(source: string, constants: ShaderConstants = {}): string {
  const { text: body } = unrollLoops(resolveImports(source, constants, new Set()), constants);
  const mentioned = Object.entries(constants).filter(([name]) => new RegExp(`\\b${name}\\b`).test(body));
  // WGSL wants extensions enabled before anything is declared.
  const enabled = body.match(enabling) ?? [];
  const rest = body.replace(enabling, '');
  return [...enabled, ...mentioned.map(([name, value]) => declaration(name, value)), rest].join('\n');
}

const enabling = /^enable .*;$/gm;

/** What to set with the pipeline: 1 or 0 for each flag that the assembled text declares. */
export function overridesOf(code: string, constants: ShaderConstants): Record<string, number> {
  const overrides: Record<string, number> = {};
  for (const [name, value] of Object.entries(constants)) {
    if (typeof value === 'boolean' && code.includes(declaration(name, value))) overrides[name] = Number(value);
  }
  return overrides;
}

function declaration(name: string, value: number | boolean | FloatConstant): string {
  return typeof value === 'boolean' ? `override ${name}: bool;` : `const ${name} = ${literal(value)};`;
}

function literal(value: number | FloatConstant): string {
  if (typeof value === 'number') return `${value}u`;
  const text = String(Math.fround(value.float));
  return /[.e]/.test(text) ? `${text}f` : `${text}.0f`;
}

/** `{name}` in an import is replaced by that constant: `lane{laneWidth}` is the file lane1, lane2 or lane4. */
function resolveImports(source: string, constants: ShaderConstants, seen: Set<string>): string {
  return source.replace(/^[ \t]*\/\/ @import ([\w{}-]+)[ \t]*$/gm, (_line, pattern: string) => {
    const name = pattern.replace(/\{(\w+)\}/g, (_braces, constant: string) => String(constants[constant]));
    if (seen.has(name)) return '';
    seen.add(name);
    const text = sharedShaders[name];
    if (text === undefined) throw new Error(`shader import not found: ${name}`);
    return resolveImports(text, constants, seen);
  });
}

/** Above this many copies a loop is left to the shader compiler: the text would outgrow its use. */
const unrollLimit = 64;

/**
 * The same for loops in loops, their copies multiplied. Kernels on images stay far below. Without it the pipelines for 32 features took
 * SwiftShader ten times as long to compile as those for 8, as their loops are over pairs of features.
 */
const nestedUnrollLimit = 512;

interface Unrolled {
  text: string;
  /** The most copies that a line in it came to. */
  copies: number;
}

function unrollLoops(source: string, constants: ShaderConstants): Unrolled {
  const head =
    /\/\/ @unroll(?: up to (?<most>\d+))?\n\s*for \(var (?<index>\w+) = 0u; \k<index> < (?<limit>\w+); \k<index>\+\+\) \{/;
  let text = '';
  let rest = source;
  let copies = 1;
  for (;;) {
    const match = head.exec(rest);
    const { most, index, limit: limitName } = match?.groups ?? {};
    if (!match || !index || !limitName) return { text: text + rest, copies };
    const open = match.index + match[0].length;
    const close = matchingBrace(rest, open);
    const body = unrollLoops(rest.slice(open, close), constants);
    const limit = wholeNumber(limitName, constants);
    const all = limit * body.copies;
    const unrolls = limit <= Number(most ?? unrollLimit) && all <= nestedUnrollLimit;
    text += rest.slice(0, match.index) + (unrolls ? copied(body.text, index, limit) : `${match[0]}${body.text}}`);
    copies = Math.max(copies, unrolls ? all : body.copies);
    rest = rest.slice(close + 1);
  }
}

function wholeNumber(name: string, constants: ShaderConstants): number {
  const value = /^\d+u$/.test(name) ? Number.parseInt(name, 10) : constants[name];
  if (typeof value !== 'number') throw new Error(`@unroll: ${name} is not a whole-number constant`);
  return value;
}

function copied(body: string, variable: string, count: number): string {
  const uses = new RegExp(`\\b${variable}\\b`, 'g');
  return Array.from({ length: count }, (_unused, index) => `{${body.replace(uses, `${index}u`)}}`).join('\n');
}

function matchingBrace(text: string, open: number): number {
  let depth = 1;
  for (let index = open; index < text.length; index++) {
    const character = text[index];
    if (character === '{') depth++;
    if (character === '}' && --depth === 0) return index;
  }
  throw new Error('@unroll: no closing brace');
}
