// SPDX-License-Identifier: MIT

/** What an argument may be. */
export type Spec =
  /** Without `isDouble` it must be finite in float32 too. */
  | { is: 'number'; from?: number; above?: number; to?: number; below?: number; infinity?: boolean; isDouble?: boolean }
  | { is: 'integer'; from: number; to: number }
  | { is: 'choice'; of: readonly unknown[] }
  | { is: 'text'; matching?: RegExp }
  | { is: 'function' }
  /** With `isOpen` it may have other keys too, which nobody reads. */
  | { is: 'object'; keys: Readonly<Record<string, Spec>>; optional?: Readonly<Record<string, Spec>>; isOpen?: boolean }
  | { is: 'list'; of: Spec; least?: number; most?: number }
  | { is: 'typed'; types: readonly TypedArrayType[]; length: number; of?: Spec }
  | { is: 'either'; of: readonly Spec[] }
  /** Of a class, or of a shape that this language has no words for. */
  | { is: 'like'; what: string; test: (value: unknown) => Verdict }
  /** Not judged. */
  | { is: 'anything' };

/** 'unclear': no promise is given either way. It may be taken or refused, but not with a TypeError. */
export type Verdict = 'yes' | 'no' | 'unclear';

export type TypedArray =
  | Uint8Array
  | Uint8ClampedArray
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array;
export type TypedArrayType = {
  new (length: number): TypedArray;
  readonly name: string;
};

export const labelTypes: readonly TypedArrayType[] = [
  Uint8Array,
  Uint8ClampedArray,
  Uint16Array,
  Int16Array,
  Uint32Array,
  Int32Array,
];
export const floatTypes: readonly TypedArrayType[] = [Float32Array, Float64Array];

const largestFloat32 = 3.4028234663852886e38;

export function number(bounds: Omit<Extract<Spec, { is: 'number' }>, 'is'> = {}): Spec {
  return { is: 'number', ...bounds };
}

export function integer(from: number, to: number): Spec {
  return { is: 'integer', from, to };
}

export function choice(...of: unknown[]): Spec {
  return { is: 'choice', of };
}

export const boolean = choice(true, false);
export const text: Spec = { is: 'text' };
export const signal: Spec = {
  is: 'like',
  what: 'an AbortSignal',
  test: (value) => (value instanceof AbortSignal ? 'yes' : 'no'),
};

export function object(keys: Readonly<Record<string, Spec>>, optional: Readonly<Record<string, Spec>> = {}): Spec {
  return { is: 'object', keys, optional };
}

/** An object whose other keys nobody reads: an image may be anybody's. What is needed of it is missed where it is misspelt. */
export function open(keys: Readonly<Record<string, Spec>>, optional: Readonly<Record<string, Spec>> = {}): Spec {
  return { is: 'object', keys, optional, isOpen: true };
}

export function list(of: Spec, least = 0, most = Number.POSITIVE_INFINITY): Spec {
  return { is: 'list', of, least, most };
}

export function typed(types: readonly TypedArrayType[], length: number, of?: Spec): Spec {
  return { is: 'typed', types, length, ...(of ? { of } : undefined) };
}

export function either(...of: Spec[]): Spec {
  return { is: 'either', of };
}

/** Whether a value is what its spec says. What cannot even be read is not. */
export function fits(spec: Spec, value: unknown): Verdict {
  try {
    return fitsReadable(spec, value);
  } catch {
    return 'no';
  }
}

function fitsReadable(spec: Spec, value: unknown): Verdict {
  switch (spec.is) {
    case 'anything':
      return 'unclear';
    case 'number':
      return verdict(isNumberWithin(spec, value));
    case 'integer':
      return verdict(Number.isInteger(value) && (value as number) >= spec.from && (value as number) <= spec.to);
    case 'choice':
      return verdict(spec.of.includes(value));
    case 'text':
      return verdict(typeof value === 'string' && value.trim() !== '' && (spec.matching?.test(value) ?? true));
    case 'function':
      return verdict(typeof value === 'function');
    case 'like':
      return spec.test(value);
    case 'object':
      return fitsObject(spec, value);
    case 'list':
      return fitsList(spec, value);
    case 'typed':
      return fitsTyped(spec, value);
    case 'either':
      return best(spec.of.map((one) => fits(one, value)));
  }
}

function verdict(holds: boolean): Verdict {
  return holds ? 'yes' : 'no';
}

function worst(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes('no')) return 'no';
  return verdicts.includes('unclear') ? 'unclear' : 'yes';
}

function best(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes('yes')) return 'yes';
  return verdicts.includes('unclear') ? 'unclear' : 'no';
}

function isNumberWithin(
  { from, above, to, below, infinity, isDouble }: Extract<Spec, { is: 'number' }>,
  value: unknown,
): boolean {
  if (typeof value !== 'number' || Number.isNaN(value)) return false;
  if (!infinity && Math.abs(value) > (isDouble ? Number.MAX_VALUE : largestFloat32)) return false;
  return (
    (from === undefined || value >= from) &&
    (above === undefined || value > above) &&
    (to === undefined || value <= to) &&
    (below === undefined || value < below)
  );
}

function fitsObject({ keys, optional = {}, isOpen = false }: Extract<Spec, { is: 'object' }>, value: unknown): Verdict {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || ArrayBuffer.isView(value)) return 'no';
  const given = value as Record<string, unknown>;
  const own = Object.keys(given);
  const known = { ...optional, ...keys };
  const strange = own.filter((key) => !Object.hasOwn(known, key) && given[key] !== undefined);
  const isPlain = [Object.prototype, null].includes(Object.getPrototypeOf(given));
  return worst([
    verdict(isOpen || strange.length === 0),
    // Inherited keys, maps, dates: what an object of some class holds is its own affair.
    isPlain ? 'yes' : 'unclear',
    ...Object.entries(keys).map(([key, spec]) => fits(spec, given[key])),
    ...Object.entries(optional).map(([key, spec]) => fitsOptional(spec, given[key])),
  ]);
}

/** Absent and undefined mean the default; null does only where it is named. */
export function fitsOptional(spec: Spec, value: unknown): Verdict {
  return value === undefined ? 'yes' : fits(spec, value);
}

function fitsList(
  { of, least = 0, most = Number.POSITIVE_INFINITY }: Extract<Spec, { is: 'list' }>,
  value: unknown,
): Verdict {
  if (!Array.isArray(value) || value.length < least || value.length > most) return 'no';
  // By index: a hole is an element that is undefined.
  return worst(Array.from({ length: value.length }, (_, i) => fits(of, value[i])));
}

function fitsTyped({ types, length, of }: Extract<Spec, { is: 'typed' }>, value: unknown): Verdict {
  if (!ArrayBuffer.isView(value) || value instanceof DataView) return 'no';
  const values = value as unknown as TypedArray;
  if (!types.some((type) => values.constructor === type) || values.length !== length) {
    return types.some((type) => values instanceof type) && values.length === length ? 'unclear' : 'no';
  }
  if (of && !values.every((element) => fits(of, element) === 'yes')) return 'no';
  // Another thread may change shared memory during the call.
  return values.buffer instanceof ArrayBuffer ? 'yes' : 'unclear';
}
