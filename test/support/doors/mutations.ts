// SPDX-License-Identifier: MIT

/** What people and programs pass by mistake, one of each kind; made anew each time, as some of it can be used up. */
export const commonValues: readonly (() => unknown)[] = [
  () => undefined,
  () => null,
  () => Number.NaN,
  () => Number.POSITIVE_INFINITY,
  () => -1,
  () => 0,
  () => 1.5,
  () => 1e39,
  () => '',
  () => 'x'.repeat(100_000),
  () => true,
  () => ({}),
  () => [],
  () => holed([1, 2, 3]),
  () => () => 1,
  () => Symbol('strange'),
  () => 1n,
  () => new Date(0),
  () => new Float32Array(3),
  () => Object.create(null),
  () => revoked({}),
  () => new Proxy({}, unreadable),
];

/** More of the same kinds. */
export const rareValues: readonly (() => unknown)[] = [
  () => Number.NEGATIVE_INFINITY,
  () => -0,
  () => 0.5,
  () => 3,
  () => 2 ** 31,
  () => 2 ** 53,
  () => -1e308,
  () => 'x',
  () => '2',
  () => '\u001b[31mred\u0007',
  () => false,
  () => [1],
  () => new Array(3),
  () => [[]],
  () => class Strange {},
  () => /x/,
  () => new Map([['width', 1]]),
  () => Promise.resolve(1),
  () => new Error('strange'),
  () => new Uint8Array(0),
  () => new Int8Array(3),
  () => new BigInt64Array(2),
  () => new DataView(new ArrayBuffer(8)),
  () => new ArrayBuffer(8),
  () => detached(new Float32Array(108)),
  () => ({ length: 3 }),
  () => ({ width: 1, height: 1 }),
  () => ({ data: 5, width: 4, height: 3 }),
  () => ({ data: new Uint8Array(3), width: 4, height: 3 }),
  () => Object.freeze({ type: 'gaussian' }),
  () => cyclic(),
  () => ({ constructor: null }),
  () => ({ toString: null, valueOf: null }),
  // Objects of the GPU and of pages, as far as their names go.
  () => ({ mapAsync: () => Promise.resolve(), size: 1e9, usage: 0xffff }),
  () => ({ createView: () => ({}), width: 4, height: 3, format: 'rgba8unorm', usage: 0xffff }),
  () => ({ getContext: () => null, width: 4, height: 3 }),
  () => ({ videoWidth: 4, videoHeight: 3 }),
  () => ({ queue: {} }),
  // What cannot be read.
  () => revoked([]),
  () => new Proxy([], unreadable),
  () => ({
    get constructor(): never {
      throw new Error('unreadable');
    },
  }),
];

const unreadable: ProxyHandler<object> = new Proxy(
  {},
  {
    get() {
      throw new TypeError('unreadable');
    },
  },
);

function revoked(target: object): unknown {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
}

function detached<Values extends Float32Array | Uint8Array>(values: Values): Values {
  structuredClone(values.buffer, { transfer: [values.buffer as ArrayBuffer] });
  return values;
}

function cyclic(): unknown {
  const values: Record<string, unknown> = {};
  values.self = values;
  return values;
}

/** What becomes of a value that was right. Undefined where a change says nothing of such a value. */
export const changes: readonly ((value: unknown) => (() => unknown) | undefined)[] = [
  ofTyped((values) => values.slice(1)),
  ofTyped((values) => concatenated(values, [0])),
  ofTyped((values) => Array.from(values)),
  ofTyped((values) => Int8Array.from(values)),
  ofTyped((values) => BigInt64Array.from(Array.from(values, (value) => BigInt(Math.round(value))))),
  ofTyped((values) => Float64Array.from(values)),
  ofTyped((values) => withElement(values, 0, Number.NaN)),
  ofTyped((values) => withElement(values, values.length - 1, Number.POSITIVE_INFINITY)),
  ofTyped((values) => withElement(values, values.length - 1, -1)),
  ofTyped((values) => withElement(values, 1, 77_777)),
  ofTyped((values) => withElement(Float64Array.from(values), 0, 1e39)),
  ofTyped((values) => detached(values.slice())),
  ofTyped((values) => shared(values)),
  ofTyped((values) => new DataView(values.buffer, values.byteOffset, values.byteLength)),
  ofList((values) => values.slice(1)),
  ofList((values) => [...values, values[0]]),
  ofList((values) => holed(values)),
  ofList((values) => Object.assign({}, values)),
  ofList((values) => new Set(values)),
  ofObject((value) => ({ ...value, unray: 1 })),
  ofObject((value) => withThrowingGetter(value)),
  ofObject((value) => new Proxy(value, unreadable)),
  ofObject((value) => Object.entries(value)),
  ofObject((value) => Object.assign([], value)),
  ofObject((value) => Object.defineProperties(() => 1, Object.getOwnPropertyDescriptors(value))),
  ofObject((value) => JSON.stringify(value)),
  ofNumber((value) => value + 0.5),
  ofNumber((value) => -value - 1),
  ofNumber((value) => (value + 1) * 1e12),
  ofNumber((value) => String(value)),
  ofNumber((value) => [value]),
  ofNumber((value) => Object(value)),
  ofText((value) => value.toUpperCase()),
  ofText((value) => ` ${value}`),
  ofText((value) => [value]),
  ofText((value) => Object(value)),
];

type Numbers = Float32Array | Uint8Array;

function ofTyped(change: (values: Numbers) => unknown) {
  return (value: unknown) => {
    const isTyped = ArrayBuffer.isView(value) && !(value instanceof DataView) && (value as Numbers).length > 1;
    return isTyped ? () => change(value as Numbers) : undefined;
  };
}

function ofList(change: (values: readonly unknown[]) => unknown) {
  return (value: unknown) => (Array.isArray(value) && value.length > 0 ? () => change(value) : undefined);
}

function ofObject(change: (value: object) => unknown) {
  return (value: unknown) => {
    const isPlain = typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
    return isPlain ? () => change(value) : undefined;
  };
}

/** The first key cannot be read. */
function withThrowingGetter(value: object): object {
  const [first = 'key'] = Object.keys(value);
  return Object.defineProperty({ ...value }, first, {
    enumerable: true,
    get() {
      throw new RangeError('unreadable');
    },
  });
}

function ofNumber(change: (value: number) => unknown) {
  return (value: unknown) => (typeof value === 'number' ? () => change(value) : undefined);
}

function ofText(change: (value: string) => unknown) {
  return (value: unknown) => (typeof value === 'string' ? () => change(value) : undefined);
}

function withElement(values: Numbers | Float64Array, at: number, element: number): unknown {
  const copy = values.slice();
  copy[at] = element;
  return copy;
}

function concatenated(values: Numbers, more: readonly number[]): unknown {
  const longer = new (values.constructor as Uint8ArrayConstructor)(values.length + more.length);
  longer.set(values);
  longer.set(more, values.length);
  return longer;
}

function shared(values: Numbers): unknown {
  const copy = new (values.constructor as unknown as new (buffer: SharedArrayBuffer) => Numbers)(
    new SharedArrayBuffer(values.byteLength),
  );
  copy.set(values);
  return copy;
}

function holed(values: readonly unknown[]): unknown[] {
  const copy = [...values];
  delete copy[0];
  return copy;
}
