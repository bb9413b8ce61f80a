// SPDX-License-Identifier: MIT

import { expect } from 'vitest';
import { CpuCrf } from '../../src/cpu/cpu-crf.js';
import type { RefineInput, Refiner } from '../../src/problem/api.js';
import { ArgumentError } from '../../src/problem/errors.js';
import { resolveUnary } from '../../src/problem/given-unary.js';
import { resolveParameters } from '../../src/problem/parameters.js';
import type { CrfParameters, Kernel, ProblemSize, RgbaImage } from '../../src/problem/types.js';
import { unaryEnergies } from '../../src/reference/unary.js';
import { drawnImage, drawnLogits, randomNumbers } from './problems.js';

/** What an engine may differ by from the twin in double precision where it matters: any Q, and any energy relative to its size. */
export interface Tolerances {
  q: number;
  energy: number;
}

export interface SequenceOptions {
  size: ProblemSize;
  seed: number;
  /** Calls. */
  length: number;
  create(parameters: CrfParameters): Promise<Refiner>;
  tolerances: Tolerances;
  /** False for engines that read no counts of vertices back. Default true. */
  countsVertices?: boolean;
}

/** Parameters that ask for every layout of rows, every method, and everything that ends an iteration. */
export function parametersOfAllKinds(size: ProblemSize): readonly CrfParameters[] {
  const { width, height, labelCount } = size;
  const random = randomNumbers(labelCount);
  const features = Float32Array.from({ length: 3 * width * height }, () => 3 * random());
  const matrix = Array.from({ length: labelCount }, (_row, a) =>
    Array.from({ length: labelCount }, (_column, b) => (a === b ? 0 : 1 + ((a + b) % 3))),
  );
  const gaussian: Kernel = { type: 'gaussian', sigmaXY: 2.13, compatibility: 2 };
  const bilateral: Kernel = { type: 'bilateral', sigmaXY: 8.17, sigmaRGB: 41.3, compatibility: 3 };
  return [
    { kernels: [gaussian], iterations: 2 },
    { kernels: [gaussian, bilateral], iterations: 3 },
    { kernels: [{ ...gaussian, compatibility: matrix }, bilateral], iterations: 2 },
    { kernels: [gaussian, { ...bilateral, normalization: 'none', compatibility: 0.1 }], iterations: 2 },
    {
      kernels: [{ ...gaussian, compatibility: matrix.map((_row, label) => -1 - label / 8) }],
      damping: 0.3,
      iterations: 2,
    },
    { kernels: [{ ...gaussian, normalization: 'after' }], tolerance: 0.05, iterations: 20 },
    { kernels: [], damping: 0.4, iterations: 2 },
    { kernels: [], tolerance: 0.01, iterations: 4 },
    {
      kernels: [
        { ...gaussian, method: 'exact' },
        { ...bilateral, normalization: 'before' },
      ],
      iterations: 2,
    },
    { kernels: [{ ...bilateral, method: 'exact' }], damping: 0.2, iterations: 1 },
    { kernels: [{ ...gaussian, method: 'separable' }], tolerance: 0.05, iterations: 8 },
    { kernels: [{ type: 'features', features, featureDim: 3, compatibility: 2 }], iterations: 0, tolerance: 0.1 },
  ];
}

/**
 * What there would be without any history: every call is made on a CRF of its own, which is given the parameters, the image, the unary and
 * the Q there are, and nothing else.
 */
class Fresh {
  image: RgbaImage | undefined;
  energies: Float32Array | undefined;
  q: Float32Array | undefined;

  constructor(
    private readonly size: ProblemSize,
    public parameters: CrfParameters,
  ) {}

  crf(): CpuCrf {
    const crf = new CpuCrf(this.size, resolveParameters(this.parameters, this.size));
    if (this.image) crf.setImage(this.image.data);
    if (this.energies) crf.setUnary(this.energies);
    if (this.q) crf.start(this.q);
    return crf;
  }

  /** Iterates, and says what was done. */
  iterate(count: number) {
    const crf = this.crf();
    const { iterations, change } = crf.run(count);
    this.q = crf.marginals();
    const vertexCounts = crf.latticeStatistics().map(({ vertexCount }) => vertexCount);
    return { iterations, change: (this.parameters.tolerance ?? 0) > 0 ? change : Number.NaN, vertexCounts };
  }

  begin({ image, unary, warmStart }: RefineInput): void {
    if (image) this.image = image as RgbaImage;
    if (unary) this.energies = unaryEnergies(resolveUnary(unary as { logits: Float32Array }, this.size), this.size);
    if (warmStart) return;
    this.q = undefined;
    const crf = this.crf();
    crf.start();
    this.q = crf.marginals();
  }

  /** The argument that a call is refused for, if it is. */
  refusal(call: Call): string | undefined {
    const needsImage = this.parameters.kernels.some(({ type }) => type === 'bilateral') && !this.image;
    if (call.name === 'step' || call.name === 'energy') {
      if (!this.q) return call.name;
      return needsImage ? 'image' : undefined;
    }
    if (call.name !== 'refine' && call.name !== 'start') return undefined;
    if (!call.input.unary && !this.energies) return 'unary';
    if (needsImage && !call.input.image) return 'image';
    return call.input.warmStart && !this.q ? 'warmStart' : undefined;
  }
}

type Call =
  | { name: 'setParameters'; parameters: CrfParameters }
  | { name: 'refine'; input: RefineInput }
  | { name: 'start'; input: RefineInput }
  | { name: 'step'; count: number }
  | { name: 'energy' };

/** Calls in any order, those that are refused among them, each compared with what a fresh CRF does. */
export async function expectNoHistory(options: SequenceOptions): Promise<void> {
  const { size, seed, length, create, tolerances } = options;
  const random = randomNumbers(seed);
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)];
  const kinds = parametersOfAllKinds(size);
  const first = pick(kinds);
  const engine = await create(first);
  const fresh = new Fresh(size, first);
  const trace: string[] = [JSON.stringify(kinds.indexOf(first))];
  const inputOf = (): RefineInput => ({
    ...(random() < 0.5 ? { image: drawnImage(size.width, size.height, 'blobs', seed + trace.length) } : undefined),
    ...(random() < 0.6 ? { unary: { logits: drawnLogits(size, seed + trace.length) } } : undefined),
    ...(random() < 0.4 ? { warmStart: true } : undefined),
  });
  const callOf = (): Call => {
    const name = pick([
      'setParameters',
      'setParameters',
      'refine',
      'refine',
      'start',
      'step',
      'step',
      'energy',
    ] as const);
    if (name === 'setParameters') return { name, parameters: pick(kinds) };
    if (name === 'step') return { name, count: pick([0, 1, 2, 3]) };
    if (name === 'energy') return { name };
    return { name, input: inputOf() };
  };
  for (let index = 0; index < length; index++) {
    const call = callOf();
    trace.push(described(call, kinds));
    const where = `seed ${seed}: ${trace.join(', ')}`;
    const refusal = fresh.refusal(call);
    if (refusal !== undefined) await expectRefusal(engine, call, refusal, where);
    else await expectSame(engine, fresh, call, options, where);
    if (!fresh.q) continue;
    const found = await engine.marginals();
    expect(worstOf(found, fresh.q), where).toBeLessThan(tolerances.q);
    // What the next call begins from is the same, so that rounding does not add up.
    fresh.q = found;
  }
  engine.destroy();
}

async function expectSame(
  engine: Refiner,
  fresh: Fresh,
  call: Call,
  { tolerances: { q, energy: relative }, countsVertices = true }: SequenceOptions,
  where: string,
): Promise<void> {
  if (call.name === 'setParameters') {
    engine.setParameters(call.parameters);
    fresh.parameters = call.parameters;
  } else if (call.name === 'energy') {
    const [found, expected] = [await engine.energy(), fresh.crf().energy()];
    for (const term of ['entropyTerm', 'unaryTerm', 'pairwiseTerm'] as const) {
      expect(Math.abs(found[term] - expected[term]), `${term}, ${where}`).toBeLessThan(
        relative * (1 + Math.abs(expected[term])),
      );
    }
  } else if (call.name === 'start') {
    await engine.start(call.input);
    fresh.begin(call.input);
  } else {
    if (call.name === 'refine') fresh.begin(call.input);
    const found = await (call.name === 'refine' ? engine.refine(call.input) : engine.step(call.count));
    const expected = fresh.iterate(call.name === 'refine' ? (fresh.parameters.iterations ?? 5) : call.count);
    expect(found.iterations, where).toBe(expected.iterations);
    expect(found.vertexCounts, where).toEqual(expected.vertexCounts.map((count) => (countsVertices ? count : null)));
    if (Number.isNaN(expected.change)) expect(found.change, where).toBeNaN();
    else expect(Math.abs(found.change - expected.change), where).toBeLessThan(q);
  }
}

async function expectRefusal(engine: Refiner, call: Call, argument: string, where: string): Promise<void> {
  const made = async () => {
    if (call.name === 'energy') return engine.energy();
    if (call.name === 'step') return engine.step(call.count);
    if (call.name === 'refine') return engine.refine(call.input);
    return call.name === 'start' ? engine.start(call.input) : undefined;
  };
  const error = await made().then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error, where).toBeInstanceOf(ArgumentError);
  expect((error as ArgumentError).argument, where).toBe(argument);
}

function described(call: Call, kinds: readonly CrfParameters[]): string {
  if (call.name === 'setParameters') return `setParameters(${kinds.indexOf(call.parameters)})`;
  if (call.name === 'step') return `step(${call.count})`;
  return call.name === 'energy' ? 'energy()' : `${call.name}(${Object.keys(call.input).join(' ')})`;
}

function worstOf(found: Float32Array, expected: Float32Array): number {
  let worst = found.length === expected.length ? 0 : Number.POSITIVE_INFINITY;
  for (const [index, value] of expected.entries()) {
    const distance = Math.abs(found[index] - value);
    // NaN is the worst of all.
    if (!(distance <= worst)) worst = Number.isNaN(distance) ? Number.POSITIVE_INFINITY : distance;
  }
  return worst;
}
