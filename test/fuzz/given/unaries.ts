// SPDX-License-Identifier: MIT

import * as fc from 'fast-check';
import type { UnarySource } from '../../../src/problem/api.js';
import type {
  ArrayWindow,
  LabelLayout,
  MarkedLabels,
  ProblemSize,
  UnaryInput,
  Upsampling,
} from '../../../src/problem/types.js';
import { randomNumbers } from '../../support/random.js';

const labelKinds = {
  Uint8Array,
  Uint8ClampedArray,
  Int8Array,
  Uint16Array,
  Int16Array,
  Uint32Array,
  Int32Array,
  BigInt64Array,
  BigUint64Array,
} as const;

/** What is known before refinement, in a few numbers. */
export type GivenUnary = GivenValues | GivenLabels;

export interface GivenValues {
  form: 'logits' | 'probabilities' | 'unary';
  seed: number;
  /** Of logits and energies: how far apart they are. 0 ties all labels. */
  scale: number;
  /** Added to all of them. */
  offset: number;
  coarse: { width: number; height: number; upsampling: Upsampling } | null;
  /** In parts of the array. */
  window: ArrayWindow | null;
  layout: LabelLayout;
  as: 'Float32Array' | 'Float64Array' | 'buffer';
}

export interface GivenLabels {
  form: 'labels';
  seed: number;
  confidence: number | null;
  unknown: number | null;
  /** Of pixels without a label, where there is an unknown value. */
  unknownShare: number;
  as: keyof typeof labelKinds | 'buffer';
}

export interface UnarySources {
  values: readonly GivenValues['as'][];
  labels: readonly GivenLabels['as'][];
}

/** Also the largest that float32 holds, alone and together. */
const scales: fc.Arbitrary<number> = fc.oneof(
  { weight: 14, arbitrary: fc.constantFrom(2, 0.5, 8) },
  { weight: 3, arbitrary: fc.constantFrom(0, 1e-6, 60, 1e4) },
  { weight: 1, arbitrary: fc.constantFrom(1e30, 3.4e38) },
);
const offsets: fc.Arbitrary<number> = fc.oneof(
  { weight: 14, arbitrary: fc.constant(0) },
  { weight: 1, arbitrary: fc.constantFrom(-5, 1e3, -1e4, 3.4e38, -3.4e38) },
);

function givenValues(sources: UnarySources['values']): fc.Arbitrary<GivenValues> {
  const side = fc.integer({ min: 1, max: 9 });
  const part = fc.double({ min: 0.05, max: 0.95, noNaN: true });
  const coarse = fc.record({
    width: side,
    height: side,
    upsampling: fc.constantFrom<Upsampling>('half-pixel', 'align-corners'),
  });
  return fc
    .record({
      form: fc.constantFrom<GivenValues['form']>('logits', 'probabilities', 'unary'),
      seed: fc.nat(999),
      scale: scales,
      offset: offsets,
      coarse: fc.option(coarse, { freq: 2 }),
      window: fc.option(fc.record({ x: part, y: part, width: part, height: part }), { freq: 3 }),
      layout: fc.constantFrom<LabelLayout>('planar', 'interleaved'),
      as: fc.constantFrom(...sources),
    })
    .map((given) => {
      // A window says by itself where samples lie.
      if (given.window === null || given.coarse === null) return given;
      return { ...given, coarse: { ...given.coarse, upsampling: 'half-pixel' as const } };
    });
}

function givenLabels(sources: UnarySources['labels']): fc.Arbitrary<GivenLabels> {
  return fc.record({
    form: fc.constant('labels' as const),
    seed: fc.nat(999),
    confidence: fc.option(fc.constantFrom(0.9, 0.99999, 0.55)),
    unknown: fc.option(fc.constantFrom(0, 1, 255, -1), { freq: 3 }),
    unknownShare: fc.constantFrom(0.5, 0, 1),
    as: fc.constantFrom(...sources),
  });
}

export function givenUnary(sources: UnarySources): fc.Arbitrary<GivenUnary> {
  return fc.oneof(
    { weight: 3, arbitrary: givenValues(sources.values) },
    { weight: 1, arbitrary: givenLabels(sources.labels) },
  );
}

/** As typed arrays: what the reference takes. */
export function unaryInput(given: GivenUnary, size: ProblemSize): UnaryInput {
  return given.form === 'labels' ? labelsInput(given, size) : valuesInput(given, size);
}

function valuesInput(given: GivenValues, size: ProblemSize): UnaryInput {
  const { window, layout, form } = given;
  const coarse = given.coarse && !window ? untransposed(given.coarse, size) : given.coarse;
  const { width, height } = coarse ?? size;
  const planar = planarValues(given, width * height, size.labelCount);
  const values = layout === 'planar' ? planar : interleaved(planar, width * height, size.labelCount);
  return {
    [form]: given.as === 'Float64Array' ? Float64Array.from(values) : values,
    layout,
    ...coarse,
    ...(window ? { window: scaledWindow(window, width, height) } : undefined),
  } as UnaryInput;
}

/** An array that is as wide as the image is high, and as high as it is wide, is refused: it was laid out otherwise. */
function untransposed<Coarse extends { width: number; height: number }>(coarse: Coarse, size: ProblemSize): Coarse {
  const isTransposed = coarse.width === size.height && coarse.height === size.width && size.width !== size.height;
  return isTransposed ? { ...coarse, width: coarse.width + 1 } : coarse;
}

/** Of 0..1 to samples. A window may reach out of its array by less than 2. */
function scaledWindow({ x, y, width, height }: ArrayWindow, columns: number, rows: number): ArrayWindow {
  const [left, top] = [x * columns - 0.5, y * rows - 0.5];
  return {
    x: left,
    y: top,
    width: Math.min(width * columns, columns + 1.9 - left),
    height: Math.min(height * rows, rows + 1.9 - top),
  };
}

function planarValues({ form, seed, scale, offset }: GivenValues, count: number, labelCount: number): Float32Array {
  const random = randomNumbers(seed);
  const limit = 3.4028234663852886e38;
  const values = new Float32Array(count * labelCount);
  if (form !== 'probabilities') {
    for (let i = 0; i < values.length; i++) {
      values[i] = Math.min(Math.max(offset + scale * (2 * random() - 1), -limit), limit);
    }
    return values;
  }
  const isHard = scale > 100;
  for (let i = 0; i < count; i++) {
    const row = Array.from({ length: labelCount }, () => (isHard ? Math.round(random()) : 1e-3 + random()));
    const sum = row.reduce((total, value) => total + value, 0) || 1;
    for (let label = 0; label < labelCount; label++) values[label * count + i] = row[label] / sum;
  }
  return values;
}

function interleaved(planar: Float32Array, count: number, labelCount: number): Float32Array {
  return planar.map((_value, i) => planar[(i % labelCount) * count + Math.floor(i / labelCount)]);
}

function labelsInput(given: GivenLabels, { width, height, labelCount }: ProblemSize): UnaryInput {
  const { confidence, seed, unknownShare } = given;
  const kind = given.as === 'buffer' ? 'Uint32Array' : wideEnough(given.as, labelCount);
  // Unsigned arrays hold no -1, and those of 8 bits with a sign no 255.
  const isHeld = given.unknown === -1 ? !kind.includes('Ui') : kind !== 'Int8Array' || given.unknown !== 255;
  const unknown = isHeld ? given.unknown : null;
  const random = randomNumbers(seed);
  const values = Array.from({ length: width * height }, () => {
    const label = Math.floor(labelCount * random());
    if (unknown !== null && random() < unknownShare) return unknown;
    // Labels above the unknown value count one less.
    return unknown !== null && unknown >= 0 && label >= unknown ? label + 1 : label;
  });
  return {
    labels:
      kind === 'BigInt64Array' || kind === 'BigUint64Array'
        ? labelKinds[kind].from(values.map(BigInt))
        : labelKinds[kind].from(values),
    ...(confidence === null ? undefined : { confidence }),
    ...(unknown === null ? undefined : { unknown }),
  };
}

/** 8 bits with a sign hold labels to 127, one of which may be the unknown value. */
function wideEnough<Kind extends string>(kind: Kind, labelCount: number): Kind | 'Int16Array' {
  return kind === 'Int8Array' && labelCount > 127 ? 'Int16Array' : kind;
}

/** The same as a caller gives it: copies of the arrays, or buffers that go to `owned`. */
export function unarySource(
  given: GivenUnary,
  input: UnaryInput,
  device: GPUDevice | undefined,
  owned: { destroy(): void }[],
): UnarySource {
  const values = (input as unknown as Record<string, Float32Array | Float64Array | MarkedLabels>)[given.form];
  if (given.as !== 'buffer' || !device) return { ...input, [given.form]: values.slice() } as UnarySource;
  const words = given.form === 'labels' ? bufferLabels(input) : Float32Array.from(values as Float32Array);
  const buffer = device.createBuffer({ label: 'unary', size: words.byteLength, usage: 0x80 | 0x8 });
  device.queue.writeBuffer(buffer, 0, words);
  owned.push(buffer);
  return { ...input, [given.form]: buffer } as unknown as UnarySource;
}

function bufferLabels(input: UnaryInput): Uint32Array<ArrayBuffer> {
  return 'labels' in input ? Uint32Array.from<number | bigint>(input.labels, Number) : new Uint32Array(0);
}
