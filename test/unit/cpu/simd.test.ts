// SPDX-License-Identifier: MIT

import { afterEach, describe, expect, test, vi } from 'vitest';
import { CpuCrf } from '../../../src/cpu/cpu-crf.js';
import { CpuRefiner } from '../../../src/cpu/cpu-refiner.js';
import { buildLattice as buildPlaced } from '../../../src/cpu/lattice.js';
import { SimdLatticeFilter } from '../../../src/cpu/lattice-filter.js';
import { OutOfMemoryError, SimdMemory } from '../../../src/cpu/memory.js';
import { createStageModule } from '../../../src/cpu/module.js';
import { SimdRowEngine } from '../../../src/cpu/row-engine.js';
import { defaultParameters, resolveParameters } from '../../../src/problem/parameters.js';
import type { Compatibility, CrfParameters, Kernel, ProblemSize } from '../../../src/problem/types.js';
import { blur } from '../../../src/reference/blur.js';
import { embed } from '../../../src/reference/embed.js';
import { featuresOfArray } from '../../../src/reference/features.js';
import { buildLattice } from '../../../src/reference/lattice.js';
import { planarToRows } from '../../../src/reference/layout.js';
import { latticeScale, slice } from '../../../src/reference/slice.js';
import { updateMarginals } from '../../../src/reference/softmax.js';
import { splat } from '../../../src/reference/splat.js';
import { drawnImage } from '../../support/problems.js';
import { randomFloats, randomImage } from '../../support/random.js';
import { simdEngine } from '../../support/row-engines.js';

afterEach(() => {
  vi.unstubAllGlobals();
});

/** What float32 sums in another order may differ by. */
function relativeTo(expected: Float32Array): { tolerance: number } {
  return { tolerance: 2e-6 * expected.reduce((largest, value) => Math.max(largest, value), 0) };
}

/** The second part first. */
function inTwoParts(length: number, work: (from: number, to: number) => void): void {
  const middle = Math.floor(length / 3);
  work(middle, length);
  work(0, middle);
}

function sameBits(a: Float32Array, b: Float32Array): boolean {
  const [words, others] = [a, b].map(({ buffer, byteOffset, length }) => new Uint32Array(buffer, byteOffset, length));
  return words.every((word, i) => word === others[i]);
}

/** A few pixels share each simplex, and many are alone in theirs. */
function latticeOf(featureDim: number) {
  const pointCount = 300;
  return buildLattice(embed(randomFloats(featureDim * pointCount, 5, 3), featureDim));
}

describe.each([1, 2, 3, 4, 5, 6, 7])('%i dimensions: the stages do what the twin does', (featureDim) => {
  test.each([4, 24, 152])('%i channels', async (channels) => {
    const module = await createStageModule();
    const memory = new SimdMemory(module);
    const lattice = latticeOf(featureDim);
    const { pointCount, simplexCount, vertexCount } = lattice;
    const corners = featureDim + 1;
    const [starts, rows, points, neighbours] = [
      lattice.simplexStarts,
      lattice.simplexRows,
      lattice.points,
      lattice.neighbours,
    ].map((array) => {
      const address = memory.reserve(array.length);
      memory.unsigned(address, array.length).set(array);
      return address;
    });
    const placed = (values: Float32Array) => {
      const address = memory.reserve(values.length);
      memory.floats(address, values.length).set(values);
      return address;
    };
    const weights = placed(lattice.weights);
    const pixels = randomFloats(pointCount * channels, 6);
    const base = randomFloats(pointCount * channels, 7);
    const length = (vertexCount + 1) * channels;
    const ones = new Float32Array(pointCount).fill(1);

    const splatted = new Float32Array(length);
    splat(lattice, pixels, channels, channels, ones, splatted);
    const values = placed(new Float32Array(length));
    const scratch = placed(new Float32Array(length));
    // What was there is gone, but in row 0, which is no vertex'. By two who share the vertices, and by one alone.
    for (const rows of [values, scratch]) memory.floats(rows + 4 * channels, length - channels).fill(7);
    const spread = [corners, simplexCount, starts, rows, points, weights, placed(pixels), channels] as const;
    const partsOf = (...firstVertices: number[]) => {
      const address = memory.reserve(firstVertices.length);
      memory.unsigned(address, firstVertices.length).set(firstVertices);
      return address;
    };
    const parts = partsOf(0, Math.floor(vertexCount / 5), Math.floor(vertexCount / 3), vertexCount);
    inTwoParts(3, (from, to) => module.splat(...spread, values, parts, from, to));
    module.splat(...spread, scratch, partsOf(0, vertexCount), 0, 1);
    expect(memory.floats(values, length)).toBeAllClose(splatted, relativeTo(splatted));
    expect(sameBits(memory.floats(scratch, length), memory.floats(values, length))).toBe(true);

    const blurred = blur(lattice, channels, splatted, new Float32Array(length));
    let [result, target] = [values, scratch];
    for (let axis = 0; axis < corners; axis++) {
      const given = [neighbours + 8 * axis * vertexCount, channels, result, target] as const;
      inTwoParts(vertexCount, (from, to) => module.blur(...given, from, to));
      [result, target] = [target, result];
    }
    expect(memory.floats(result, length)).toBeAllClose(blurred, relativeTo(blurred));

    const sliced = base.slice();
    slice(lattice, blurred, channels, ones, 1.5, sliced);
    const out = placed(base);
    const factor = 1.5 * latticeScale(featureDim);
    const slicing = [corners, simplexCount, starts, rows, points, weights, result, channels, factor, out, out] as const;
    inTwoParts(pointCount, (from, to) => module.slice(...slicing, from, to));
    expect(memory.floats(out, base.length)).toBeAllClose(sliced, relativeTo(sliced));
  });
});

describe.each([1, 2, 3, 5, 7, 8, 9, 17])(
  '%i dimensions: the lattice is that of the twin, bit for bit',
  (featureDim) => {
    test.each([1, 3, 4, 1001, 9_999])('%i points', async (pointCount) => {
      const memory = new SimdMemory(await createStageModule());
      // Halves, so that there are ties of residuals; on both sides of 0, and far out.
      const random = randomFloats(featureDim * pointCount, pointCount, 1);
      const features = random.map((value, i) => (i % 3 === 0 ? Math.round(40 * value) / 2 : 4000 * (value - 0.5)));
      const expected = buildLattice(embed(features, featureDim));
      const placed = buildPlaced(memory, featuresOfArray(features, featureDim));
      const { simplexCount, vertexCount } = placed;
      expect(placed).toMatchObject({ featureDim, pointCount });
      expect([simplexCount, vertexCount]).toEqual([expected.simplexCount, expected.vertexCount]);
      const expectSame = (address: number, numbers: Int32Array | Float32Array) => {
        const words = new Uint32Array(numbers.buffer, numbers.byteOffset, numbers.length);
        const found = memory.unsigned(address, words.length);
        // Vitest's own comparison of long arrays takes seconds.
        expect(found.findIndex((word, i) => word !== words[i])).toBe(-1);
      };
      expectSame(placed.starts, expected.simplexStarts);
      expectSame(placed.rows, expected.simplexRows);
      expectSame(placed.points, expected.points);
      expectSame(placed.weights, expected.weights);
      expectSame(placed.neighbours, expected.neighbours);
    });
  },
);

/** KQ from rows of so many channels, of which the labels are the first two. */
async function filterInRows(features: Float32Array, featureDim: number, channels: number): Promise<Float32Array[]> {
  const memory = new SimdMemory(await createStageModule());
  const filter = new SimdLatticeFilter(memory, featuresOfArray(features, featureDim), channels);
  const { pointCount } = filter;
  const rowsOf = (values: Float32Array) => {
    const address = memory.reserve(pointCount * channels);
    const rows = () => memory.floats(address, pointCount * channels);
    rows().fill(0);
    for (let i = 0; i < values.length; i++) rows()[(i >> 1) * channels + (i & 1)] = values[i];
    return rows;
  };
  const results: Float32Array[] = [];
  for (const normalization of ['none', 'symmetric', 'before', 'after', 'none'] as const) {
    filter.normalize(normalization);
    const q = rowsOf(randomFloats(2 * pointCount, 8));
    const out = rowsOf(randomFloats(2 * pointCount, 9));
    const elsewhere = rowsOf(new Float32Array(2 * pointCount).fill(7));
    const onto = out().slice();
    filter.addFiltered(q(), channels, 1.3, elsewhere(), out());
    expect(out(), 'what it is added to stays').toEqual(onto);
    filter.addFiltered(q(), channels, 1.3, out());
    expect(elsewhere(), 'onto another array as onto its own').toEqual(out());
    results.push(Float32Array.from({ length: 2 * pointCount }, (_, i) => out()[(i >> 1) * channels + (i & 1)]));
  }
  filter.release();
  return results;
}

describe.each([1, 2, 3, 4, 5, 6, 7, 9])('%i dimensions: rows of two channels', (featureDim) => {
  // 1 and 2 vertices more or less, so that there are odd numbers and even ones.
  test.each([1, 2, 299, 300])('have the bits of longer ones, %i points', async (pointCount) => {
    const features = randomFloats(featureDim * pointCount, 5, 3);
    const [pairs, fours] = [await filterInRows(features, featureDim, 2), await filterInRows(features, featureDim, 4)];
    for (const [index, result] of pairs.entries()) {
      expect(new Uint32Array(result.buffer)).toEqual(new Uint32Array(fours[index].buffer));
      expect(result.some((value) => value > 0)).toBe(true);
    }
  });
});

test.each([1, 2, 7, 64])('softmax of two channels has the bits of that of four, %i pixels', async (pixelCount) => {
  const module = await createStageModule();
  const memory = new SimdMemory(module);
  const spread = randomFloats(2 * pixelCount, 8, 30);
  const q = randomFloats(2 * pixelCount, 9);
  const run = (channels: number) => {
    const place = (values: Float32Array, rest: number) => {
      // What lies behind the rows is no pixel's.
      const address = memory.reserve((pixelCount + 2) * channels);
      const rows = memory.floats(address, (pixelCount + 2) * channels).fill(rest, 0, pixelCount * channels);
      rows.fill(1e30, pixelCount * channels);
      for (let i = 0; i < values.length; i++) rows[(i >> 1) * channels + (i & 1)] = values[i];
      return address;
    };
    const [scores, marginals] = [place(spread, Number.NEGATIVE_INFINITY), place(q, 0)];
    const change = module.softmax(scores, scores, channels, 0.3, marginals, 0, pixelCount);
    const rows = memory.floats(marginals, pixelCount * channels + 1);
    expect(rows[pixelCount * channels]).toBe(Math.fround(1e30));
    return [change, ...Array.from({ length: 2 * pixelCount }, (_, i) => rows[(i >> 1) * channels + (i & 1)])];
  };
  expect(run(2)).toEqual(run(4));
});

test('softmax from rows elsewhere leaves them as they are', async () => {
  const engine = await simdEngine({ width: 8, height: 5, labelCount: 5 });
  for (const channels of [2, 8]) {
    const [given, scores, marginals, expected] = Array.from({ length: 4 }, () => engine.allocate(40 * channels));
    const values = randomFloats(40 * channels, 3, 9);
    for (const rows of [given, scores]) rows.values.set(values);
    const change = engine.updateMarginals(scores.values, channels, 0, expected.values);
    scores.values.fill(5);
    expect(engine.updateMarginals(scores.values, channels, 0, marginals.values, given.values)).toBe(change);
    expect(marginals.values).toEqual(expected.values);
    expect(given.values).toEqual(values);
  }
});

// Batches of 2^16 values a thread: two of these problems take several, and the last of those is not full.
test.each([
  [1, 21],
  [2, 35],
  [3, 35],
  [4, 7],
  [21, 9001],
  [150, 1003],
])('values of %i labels become the rows that the twin has, %i pixels', async (labelCount, pixelCount) => {
  const planar = randomFloats(labelCount * pixelCount, 6, 50);
  for (const threads of [1, 2]) {
    const engine = await simdEngine({ width: pixelCount, height: 1, labelCount }, threads);
    const channels = engine.channelsFor(labelCount);
    const expected = new Float32Array(pixelCount * channels).fill(7);
    planarToRows(planar, pixelCount, labelCount, channels, -1, expected);
    const rows = engine.allocate(pixelCount * channels);
    rows.values.fill(7);
    engine.write(planar, labelCount, -1, rows);
    expect(sameBits(rows.values, expected)).toBe(true);
    engine.release?.();
  }
});

test.each([0, 0.4])('softmax does what the twin does, damping %f', async (damping) => {
  const engine = await simdEngine({ width: 64, height: 8, labelCount: 8 });
  const [scores, marginals] = [engine.allocate(64 * 8 * 8), engine.allocate(64 * 8 * 8)];
  // From a tie of all to differences at which e^x is no float32 any more.
  const spread = randomFloats(scores.values.length, 8, 2);
  scores.values.set(spread.map((value, i) => (value - 1) * 1.25 ** ((i >> 3) % 32) * (i < 64 ? 0 : 1)));
  marginals.values.fill(1 / 8);
  const expected = marginals.values.slice();
  const change = updateMarginals(scores.values.slice(), 8, damping, expected);
  expect(engine.updateMarginals(scores.values, 8, damping, marginals.values)).toBeCloseTo(change, 6);
  expect(marginals.values).toBeAllClose(expected, { tolerance: 5e-7 });
});

const gaussian: Kernel = { type: 'gaussian', sigmaXY: 2.13, compatibility: 2 };
const bilateral: Kernel = { type: 'bilateral', sigmaXY: 8.17, sigmaRGB: 41.3, compatibility: 4 };

function refined(crf: CpuCrf, { width, height, labelCount }: ProblemSize): CpuCrf {
  const pixelCount = width * height;
  crf.setImage(randomImage(pixelCount, 1));
  crf.setUnary(randomFloats(pixelCount * labelCount, 2, 3));
  crf.start();
  crf.run();
  return crf;
}

async function expectSameAsTwin(size: ProblemSize, given: CrfParameters): Promise<void> {
  const parameters = resolveParameters(given, size);
  const twin = refined(new CpuCrf(size, parameters), size);
  const crf = refined(new CpuCrf(size, parameters, await simdEngine(size)), size);
  expect(crf.marginals()).toBeAllClose(twin.marginals(), { tolerance: 2e-6 });
  expect(crf.labelMap()).toEqual(twin.labelMap());
  expect(crf.confidence()).toBeAllClose(twin.confidence(), { tolerance: 2e-6 });
  expect(crf.entropy()).toBeAllClose(twin.entropy(), { tolerance: 2e-5 });
  expect(crf.latticeStatistics()).toEqual(twin.latticeStatistics());
  const [energy, expected] = [crf.energy(), twin.energy()];
  expect(energy.kl).toBeCloseTo(expected.kl, 2);
}

describe('a CRF gives what it gives on typed arrays', () => {
  test.each([
    { width: 1, height: 1, labelCount: 1 },
    { width: 1, height: 9, labelCount: 2 },
    { width: 11, height: 1, labelCount: 3 },
    { width: 3, height: 5, labelCount: 4 },
    { width: 40, height: 30, labelCount: 5 },
    { width: 40, height: 30, labelCount: 21 },
    { width: 12, height: 9, labelCount: 150 },
  ])('$width×$height, $labelCount labels', async (size) => {
    await expectSameAsTwin(size, { kernels: [gaussian, bilateral], iterations: 5 });
  });

  const size = { width: 23, height: 17, labelCount: 3 };

  test.each(['none', 'before', 'after', 'symmetric'] as const)('normalization %s', async (normalization) => {
    const small = { compatibility: 0.05, normalization };
    await expectSameAsTwin(size, {
      kernels: [
        { ...gaussian, ...small },
        { ...bilateral, ...small },
      ],
    });
  });

  test.each<[string, Compatibility]>([
    ['diagonal', [1, 2, 0.5]],
    [
      'matrix',
      [
        [0, 1, 2],
        [1, 0, 0.5],
        [2, 0.5, 0],
      ],
    ],
  ])('%s compatibility', async (_name, compatibility) => {
    await expectSameAsTwin(size, { kernels: [gaussian, { ...bilateral, compatibility }] });
  });

  test.each(['exact', 'separable'] as const)('method %s beside a lattice', async (method) => {
    await expectSameAsTwin(size, { kernels: [{ ...gaussian, method }, bilateral] });
  });

  test('damping', async () => {
    await expectSameAsTwin(size, { kernels: [gaussian, bilateral], damping: 0.3 });
  });
});

test('images, parameters and warm starts come and go, and the memory stops growing', async () => {
  const size = { width: 48, height: 40, labelCount: 6 };
  const pixelCount = size.width * size.height;
  const parameters = resolveParameters({ kernels: [gaussian, bilateral] }, size);
  const before = resolveParameters({ kernels: [{ ...bilateral, normalization: 'before' }] }, size);
  const memories = vi.spyOn(WebAssembly, 'instantiate');
  const crf = new CpuCrf(size, parameters, await simdEngine(size));
  const twin = new CpuCrf(size, parameters);
  const instance = await (memories.mock.results[0].value as unknown as Promise<WebAssembly.Instance>);
  const memory = instance.exports.memory as WebAssembly.Memory;
  memories.mockRestore();
  const bytes: number[] = [];
  for (let image = 0; image < 12; image++) {
    for (const each of [crf, twin]) {
      each.setParameters(image % 3 === 2 ? before : parameters);
      each.setImage(randomImage(pixelCount, 10 + (image % 4)));
      each.setUnary(randomFloats(pixelCount * size.labelCount, 20 + image, 3));
      if (image % 4 === 3) each.start(twin.marginals());
      else each.start();
      each.run();
    }
    expect(crf.marginals()).toBeAllClose(twin.marginals(), { tolerance: 2e-6 });
    bytes.push(memory.buffer.byteLength);
  }
  // All images and parameters have been there by the fourth; what they left is used again.
  expect(new Set(bytes.slice(5)).size).toBe(1);
  const held = memory.buffer;
  for (let step = 0; step < 50; step++) crf.step();
  expect(memory.buffer).toBe(held);
  crf.destroy();
});

/** Bytes of WebAssembly's memory a pixel, after an image and five iterations. */
async function bytesOfPixel(size: ProblemSize): Promise<number> {
  const pixelCount = size.width * size.height;
  const memories = vi.spyOn(WebAssembly, 'instantiate');
  const crf = new CpuCrf(size, resolveParameters(defaultParameters, size), await simdEngine(size));
  const instance = await (memories.mock.results[0].value as unknown as Promise<WebAssembly.Instance>);
  memories.mockRestore();
  crf.setImage(drawnImage(size.width, size.height).data as Uint8Array);
  crf.setUnary(randomFloats(pixelCount * size.labelCount, 2, 3));
  crf.start();
  crf.run();
  const { byteLength } = (instance.exports.memory as WebAssembly.Memory).buffer;
  crf.destroy();
  return byteLength / pixelCount;
}

// 24 megapixels have to fit 4 GiB, 178 bytes a pixel: where they do not, all goes on on typed arrays, and takes four times as long.
test('two labels take at most 165 bytes a pixel', async () => {
  expect(await bytesOfPixel({ width: 320, height: 240, labelCount: 2 })).toBeLessThan(165);
});

describe('where there is no engine, typed arrays do', () => {
  test('no WebAssembly', async () => {
    vi.resetModules();
    vi.stubGlobal('WebAssembly', undefined);
    const { SimdRowEngine: engine } = await import('../../../src/cpu/row-engine.js');
    expect(await engine.create(100, 2)).toBeUndefined();
    const { DenseCrf } = await import('../../../src/index.js');
    const crf = await DenseCrf.create({ width: 5, height: 4, labelCount: 2, backend: 'cpu' });
    const logits = randomFloats(40, 1);
    await crf.refine({ image: { data: randomImage(20, 1), width: 5, height: 4 }, unary: { logits } });
    expect((await crf.marginals()).every(Number.isFinite)).toBe(true);
  });

  test('more than its memory may hold', async () => {
    expect(await SimdRowEngine.create(4096 * 4096, 21)).toBeUndefined();
    expect(await SimdRowEngine.create(2048 * 2048, 21)).toBeDefined();
  });
});

test.each([0, 3, 5, 8])('where memory runs out, all goes on on typed arrays: after %i allocations', async (before) => {
  const size = { width: 24, height: 16, labelCount: 3 };
  const [crf, twin] = [
    await CpuRefiner.create(size, { kernels: [gaussian, bilateral] }),
    new CpuCrf(size, resolveParameters({ kernels: [gaussian, bilateral] }, size)),
  ];
  const image = { data: randomImage(24 * 16, 1), width: 24, height: 16 };
  const unary = { unary: randomFloats(24 * 16 * 3, 2, 3) };
  await crf.refine({ image, unary });
  let left = before;
  const reserve = SimdMemory.prototype.reserve;
  const spy = vi.spyOn(SimdMemory.prototype, 'reserve').mockImplementation(function (this: SimdMemory, length) {
    if (left-- <= 0) throw new OutOfMemoryError('none left');
    return reserve.call(this, length);
  });
  const next = { data: randomImage(24 * 16, 5), width: 24, height: 16 };
  await crf.refine({ image: next, warmStart: true });
  expect(spy).toHaveBeenCalledTimes(before + 1);
  spy.mockRestore();
  twin.setImage(image.data);
  twin.setUnary(unary.unary);
  twin.start();
  twin.run();
  twin.setImage(next.data);
  twin.run();
  expect(await crf.marginals()).toBeAllClose(twin.marginals(), { tolerance: 2e-6 });
  crf.destroy();
});

test('where there is no memory at first, typed arrays do from the beginning', async () => {
  const spy = vi.spyOn(SimdMemory.prototype, 'reserve').mockImplementation(() => {
    throw new OutOfMemoryError('none');
  });
  const size = { width: 5, height: 4, labelCount: 2 };
  const crf = await CpuRefiner.create(size, { kernels: [gaussian] });
  await crf.refine({ unary: { unary: randomFloats(40, 2) } });
  expect(spy).toHaveBeenCalledTimes(1);
  spy.mockRestore();
  expect((await crf.marginals()).length).toBe(40);
  crf.destroy();
});

test('memory that runs out is a clear error', async () => {
  const memory = new SimdMemory(await createStageModule());
  // More than 32 bits of address, more than one piece, and pieces until there is no room.
  for (const length of [2 ** 30 + 1, 2 ** 29]) expect(() => memory.reserve(length)).toThrow(OutOfMemoryError);
  expect(() => {
    for (let piece = 0; piece < 8; piece++) memory.reserve(2 ** 27);
  }).toThrow(/the CPU backend found no more memory; it holds \d+ MiB/);
  expect(memory.reserve(100)).toBeGreaterThan(0);
});
