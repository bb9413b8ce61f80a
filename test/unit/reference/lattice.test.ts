// SPDX-License-Identifier: MIT

import { describe, expect, test } from 'vitest';
import { blur } from '../../../src/reference/blur.js';
import { embed } from '../../../src/reference/embed.js';
import { KeyTable } from '../../../src/reference/key-table.js';
import { buildLattice } from '../../../src/reference/lattice.js';
import { LatticeFilter } from '../../../src/reference/lattice-filter.js';
import { packKey, shiftKey, unpackKey, wordsOfKey } from '../../../src/reference/packed-key.js';
import { slice } from '../../../src/reference/slice.js';
import { splat, splatMarginals } from '../../../src/reference/splat.js';
import { elevate, naiveEmbed, naiveLatticeKernel } from '../../support/naive-crf.js';
import { randomFloats, randomMarginals } from '../../support/random.js';

/** Every dimension has its own path or parity: 2 and 5 are written out, odd ones leave half a word empty. */
const dimensions = [1, 2, 3, 4, 5, 7];

function pointOf(features: Float32Array, featureDim: number, point: number): number[] {
  const pointCount = features.length / featureDim;
  return Array.from({ length: featureDim }, (_, k) => features[k * pointCount + point]);
}

describe('embed', () => {
  test.each(dimensions)('finds simplex and barycentric weights in %i dimensions', (d) => {
    const features = randomFloats(d * 200, d, 12).map((value) => value - 6);
    const { simplexKeys, weights } = embed(features, d);
    const key = new Int32Array(d);
    for (let point = 0; point < 200; point++) {
      const position = pointOf(features, d, point);
      const naive = naiveEmbed(position);
      expect(weights.subarray(point * (d + 1), (point + 1) * (d + 1))).toBeAllClose(naive.weights, { tolerance: 1e-5 });
      unpackKey(simplexKeys, point * wordsOfKey(d), d, key);
      // Coordinate i of the key is rem0_i + rank_i; rem0 is the naive vertex of remainder 0.
      const rem0 = Array.from(key, (coordinate) => coordinate - (((coordinate % (d + 1)) + d + 1) % (d + 1)));
      expect(rem0).toEqual(naive.vertices[0].slice(0, d).map((value) => value + 0));
    }
  });

  test('the naive embedding it is judged by gives weights that sum to 1 and give the point back', () => {
    const point = [1.3, -0.7, 4.2, 0.1];
    const { vertices, weights } = naiveEmbed(point);
    expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 12);
    expect(Math.min(...weights)).toBeGreaterThanOrEqual(0);
    const back = elevate(point).map((_, i) => vertices.reduce((sum, vertex, k) => sum + weights[k] * vertex[i], 0));
    expect(back).toBeAllClose(elevate(point), { tolerance: 1e-12 });
  });

  test('breaks ties as pydensecrf does: rounding half to even, the lower index first', () => {
    // In one dimension the elevation is (s, -s) with s = 2/√3·f: s = 1 lies half-way between vertices.
    const half = Math.fround(Math.sqrt(3) / 2);
    const { simplexKeys, weights } = embed(Float32Array.of(0, half), 1);
    expect(Array.from(weights)).toBeAllClose([1, 0, 0, 1], { tolerance: 1e-6 });
    const key = new Int32Array(1);
    unpackKey(simplexKeys, 0, 1, key);
    expect(key[0]).toBe(0);
  });
});

describe('packed keys', () => {
  test.each(dimensions)('keep %i numbers of 16 bits apart', (d) => {
    const numbers = Int32Array.from({ length: d }, (_, i) => (i % 2 === 0 ? -32768 + i : 32767 - i));
    const words = new Int32Array(wordsOfKey(d));
    const back = new Int32Array(d);
    packKey(numbers, d, words, 0);
    unpackKey(words, 0, d, back);
    expect(back).toEqual(numbers);
  });

  test.each(dimensions)('can be shifted without being unpacked, %i numbers', (d) => {
    for (let one = 0; one <= d; one++) {
      const numbers = Int32Array.from({ length: d }, (_, i) => 10 * i - 20);
      const words = new Int32Array(wordsOfKey(d));
      packKey(numbers, d, words, 0);
      shiftKey(words, 0, d, -1, one, d + 1);
      const back = new Int32Array(d);
      unpackKey(words, 0, d, back);
      expect(back).toEqual(numbers.map((value, i) => value - 1 + (i === one ? d + 1 : 0)));
    }
  });
});

test('a key table numbers keys as they come, and goes on doing so when it grows', () => {
  const table = new KeyTable(2, 1);
  const keys = new Int32Array(2000);
  for (let i = 0; i < keys.length; i++) keys[i] = Math.imul(i, 7919) % 37;
  const names = new Map<string, number>();
  for (let at = 0; at < keys.length; at += 2) {
    const name = `${keys[at]},${keys[at + 1]}`;
    if (!names.has(name)) names.set(name, names.size);
    expect(table.insert(keys, at)).toBe(names.get(name));
  }
  expect(table.count).toBe(names.size);
  expect(table.find(keys, 0)).toBe(0);
  expect(table.find(Int32Array.of(1000, 1000), 0)).toBe(-1);
});

describe('lattice', () => {
  test.each(dimensions)('has the vertices and neighbours that a search by name finds, %i dimensions', (d) => {
    const features = randomFloats(d * 60, 31 + d, 6);
    const lattice = buildLattice(embed(features, d));
    const names: string[] = [];
    for (const point of lattice.points) {
      for (const vertex of naiveEmbed(pointOf(features, d, point)).vertices) {
        if (!names.includes(String(vertex))) names.push(String(vertex));
      }
    }
    expect(lattice.vertexCount).toBe(names.length);

    const nameOfRow: string[] = [];
    for (let simplex = 0; simplex < lattice.simplexCount; simplex++) {
      const point = lattice.points[lattice.simplexStarts[simplex]];
      naiveEmbed(pointOf(features, d, point)).vertices.forEach((vertex, k) => {
        nameOfRow[lattice.simplexRows[simplex * (d + 1) + k]] = String(vertex);
      });
    }
    for (let axis = 0; axis <= d; axis++) {
      for (let row = 1; row <= lattice.vertexCount; row++) {
        const key = nameOfRow[row].split(',').map(Number);
        const at = 2 * (axis * lattice.vertexCount + row - 1);
        for (const [place, sign] of [
          [at, -1],
          [at + 1, 1],
        ]) {
          const neighbour = key.map((value, i) => value + sign * (i === axis ? -d : 1));
          const expected = names.includes(String(neighbour)) ? String(neighbour) : undefined;
          expect(nameOfRow[lattice.neighbours[place]]).toBe(expected);
        }
      }
    }
  });

  test('groups every point once, ascending within a simplex', () => {
    const lattice = buildLattice(embed(randomFloats(2 * 300, 5, 4), 2));
    expect(Array.from(lattice.points).sort((a, b) => a - b)).toEqual(Array.from({ length: 300 }, (_, i) => i));
    for (let simplex = 0; simplex < lattice.simplexCount; simplex++) {
      const group = lattice.points.slice(lattice.simplexStarts[simplex], lattice.simplexStarts[simplex + 1]);
      expect(Array.from(group)).toEqual(Array.from(group).sort((a, b) => a - b));
    }
  });
});

describe('splat, blur and slice', () => {
  const pointCount = 90;

  test.each(dimensions)('spread and gather by barycentric weight, %i dimensions', (d) => {
    const features = randomFloats(d * pointCount, 50 + d, 3);
    const lattice = buildLattice(embed(features, d));
    const channelCount = 3;
    const rows = randomFloats(pointCount * 4, 9);
    const scale = randomFloats(pointCount, 10);
    const target = new Float32Array((lattice.vertexCount + 1) * 4);
    splat(lattice, rows, channelCount, 4, scale, target);
    const expected = new Float64Array(target.length);
    forEachCorner(lattice, (point, row, weight) => {
      for (let c = 0; c < channelCount; c++) {
        expected[4 * row + c] += weight * scale[point] * rows[4 * point + c];
      }
    });
    expect(target).toBeAllClose(expected, { tolerance: 1e-5 });

    const out = new Float32Array(pointCount * 4).fill(1);
    slice(lattice, target, 4, scale, 2, out);
    const sliced = new Float64Array(out.length).fill(1);
    const alpha = 1 / (1 + 2 ** -d);
    forEachCorner(lattice, (point, row, weight) => {
      for (let c = 0; c < 4; c++) sliced[4 * point + c] += 2 * alpha * scale[point] * weight * target[4 * row + c];
    });
    expect(out).toBeAllClose(sliced, { tolerance: 1e-5 });
  });

  test('the last label of rows that sum to 1 needs no splat of its own', () => {
    const lattice = buildLattice(embed(randomFloats(5 * pointCount, 3, 3), 5));
    const marginals = randomMarginals(pointCount, 4, 1);
    const scale = randomFloats(pointCount, 2);
    const whole = new Float32Array((lattice.vertexCount + 1) * 4);
    splat(lattice, marginals, 4, 4, scale, whole);
    const ones = new Float32Array(lattice.vertexCount + 1);
    splat(lattice, new Float32Array(pointCount).fill(1), 1, 1, scale, ones);
    const spared = new Float32Array(whole.length).fill(7);
    splatMarginals(lattice, marginals, 4, scale, ones, spared);
    expect(spared).toBeAllClose(whole, { tolerance: 1e-6 });
  });

  test('blur takes ½ 1 ½ along each axis in turn', () => {
    const lattice = buildLattice(embed(randomFloats(2 * pointCount, 4, 3), 2));
    const values = randomFloats((lattice.vertexCount + 1) * 2, 6);
    values.fill(0, 0, 2);
    let expected = Float64Array.from(values);
    for (let axis = 0; axis <= 2; axis++) {
      const before = expected;
      expected = Float64Array.from(before, (value, i) => {
        const vertex = (i >> 1) - 1;
        if (vertex < 0) return 0;
        const at = 2 * (axis * lattice.vertexCount + vertex);
        const [a, b] = [lattice.neighbours[at], lattice.neighbours[at + 1]];
        return value + 0.5 * (before[2 * a + (i & 1)] + before[2 * b + (i & 1)]);
      });
    }
    const blurred = blur(lattice, 2, values, new Float32Array(values.length));
    expect(blurred).toBeAllClose(expected, { tolerance: 1e-6 });
  });

  test.each(dimensions)('make up the kernel that a dense matrix has, %i dimensions', (d) => {
    const features = randomFloats(d * pointCount, 70 + d, 2.5);
    const filter = new LatticeFilter(buildLattice(embed(features, d)));
    const { kernel, vertexCount } = naiveLatticeKernel(features, d);
    expect(filter.lattice.vertexCount).toBe(vertexCount);
    const marginals = randomMarginals(pointCount, 3, d);
    const out = new Float32Array(pointCount * 3);
    filter.addFiltered(marginals, 3, 1, out);
    const expected = Float64Array.from({ length: pointCount * 3 }, (_, i) =>
      kernel[Math.floor(i / 3)].reduce((sum, weight, j) => sum + weight * marginals[3 * j + (i % 3)], 0),
    );
    expect(out).toBeAllClose(expected, { tolerance: 1e-4 });
  });
});

function forEachCorner(
  lattice: ReturnType<typeof buildLattice>,
  visit: (point: number, row: number, weight: number) => void,
): void {
  const corners = lattice.featureDim + 1;
  for (let simplex = 0; simplex < lattice.simplexCount; simplex++) {
    for (let place = lattice.simplexStarts[simplex]; place < lattice.simplexStarts[simplex + 1]; place++) {
      for (let k = 0; k < corners; k++) {
        visit(lattice.points[place], lattice.simplexRows[simplex * corners + k], lattice.weights[place * corners + k]);
      }
    }
  }
}
