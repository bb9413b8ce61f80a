// SPDX-License-Identifier: MIT

import { describe, expect, it } from 'vitest';
import { checkPrompts, type Prompts } from '../../../src/pipeline/prompts/prompts.js';
import { rasterizeMarks } from '../../../src/pipeline/prompts/rasterize.js';
import { seedMaps } from '../../../src/pipeline/prompts/seeds.js';
import { ArgumentError } from '../../../src/problem/errors.js';

const size = { width: 8, height: 6, labelCount: 2 };
const dab = { label: 1, radius: 0.6, points: [{ x: 2.5, y: 1.5 }] };

/** Rows of digits. */
function drawn(values: ArrayLike<number>, width: number): string[] {
  const digits = Array.from(values, String).join('');
  return Array.from({ length: digits.length / width }, (_, row) => digits.slice(row * width, (row + 1) * width));
}

describe('checkPrompts', () => {
  it('takes as many labels as a network has', () => {
    const prompts = { ...size, labelCount: 150, strokes: [{ ...dab, label: 149 }] };
    expect(checkPrompts(prompts, 'prompts', 150).labelCount).toBe(150);
    expect(() => checkPrompts({ ...size, strokes: [dab] }, 'prompts', 150)).toThrow(
      'prompts.labelCount: got 2, expected a whole number in 150..150',
    );
    expect(
      rasterizeMarks(
        checkPrompts({ ...prompts, labelCount: 300, strokes: [{ ...dab, label: 299 }] }, 'prompts', 300),
        size,
      ),
    ).toContain(300);
  });

  it.each<[string, unknown, string]>([
    ['nothing marked', {}, 'prompts: got'],
    ['only an eraser', { strokes: [{ ...dab, label: null }] }, 'prompts: got'],
    ['an unknown key', { stroke: [dab] }, 'prompts.stroke'],
    ['a width of 0', { width: 0, strokes: [dab] }, 'prompts.width: got 0'],
    ['one label', { labelCount: 1, strokes: [dab] }, 'prompts.labelCount: got 1, expected a whole number in 2..16'],
    ['17 labels', { labelCount: 17, strokes: [dab] }, 'prompts.labelCount: got 17'],
    ['a label too many', { strokes: [{ ...dab, label: 2 }] }, 'prompts.strokes[0].label: got 2'],
    ['no radius', { strokes: [dab, { ...dab, radius: 0 }] }, 'prompts.strokes[1].radius: got 0'],
    ['no points', { strokes: [{ ...dab, points: [] }] }, 'prompts.strokes[0].points'],
    ['a point that is no number', { strokes: [{ ...dab, points: [{ x: 1, y: Number.NaN }] }] }, 'points[0].y: got NaN'],
    ['a label map of another size', { labelMap: new Uint8Array(47) }, '8·6 = 48 labels'],
    ['a label map of lists', { labelMap: [1] }, 'expected a Uint8Array'],
    ['an empty label map', { labelMap: new Uint8Array(48) }, 'at least one pixel that is not 0'],
    ['a label map with a 3', { labelMap: new Uint8Array(48).fill(3, 5) }, 'prompts.labelMap[5]: got 3'],
    ['a negative label', { labelMap: new Int16Array(48).fill(-1, 7) }, 'prompts.labelMap[7]: got -1'],
    ['a flat box', { box: { x: 1, y: 1, width: 0, height: 2 } }, 'prompts.box.width: got 0'],
    ['a box beside the picture', { box: { x: 9, y: 1, width: 2, height: 2 } }, 'lies on the picture of 8×6'],
    ['a box around the picture', { box: { x: -1, y: -1, width: 20, height: 20 } }, 'leaves something of the picture'],
    ['a box of one label', { box: { x: 1, y: 1, width: 2, height: 2, inside: 0 } }, 'prompts.box.inside: got 0'],
  ])('refuses %s', (_, change, message) => {
    const prompts = { ...size, ...(change as object) } as Prompts;
    expect(() => checkPrompts(prompts)).toThrow(ArgumentError);
    expect(() => checkPrompts(prompts)).toThrow(message);
  });

  it('cuts a box to the picture and fills its labels in', () => {
    const { box } = checkPrompts({ ...size, box: { x: -2, y: 1, width: 4, height: 9 } });
    expect(box).toEqual({ x: 0, y: 1, width: 2, height: 5, inside: 1, outside: 0 });
  });
});

describe('rasterizeMarks', () => {
  const raster = (prompts: Omit<Prompts, keyof typeof size>, width = 8, height = 6) =>
    drawn(rasterizeMarks(checkPrompts({ ...size, ...prompts }), { width, height }), width);

  it('draws polylines, later ones over earlier ones, and wipes', () => {
    const line = (label: number | null, ...xy: number[]) => ({
      label,
      radius: 0.4,
      points: [
        { x: xy[0], y: xy[1] },
        { x: xy[2], y: xy[3] },
      ],
    });
    const strokes = [line(0, 0.5, 2.5, 7.5, 2.5), line(1, 3.5, 0.5, 3.5, 5.5), line(null, 6.5, 2.5, 7.5, 2.5)];
    expect(raster({ strokes })).toEqual(['00020000', '00020000', '11121100', '00020000', '00020000', '00020000']);
  });

  it('scales with the picture, and never loses a thin stroke', () => {
    expect(raster({ strokes: [dab] }, 4, 3)).toEqual(['0200', '0000', '0000']);
    expect(raster({ strokes: [{ ...dab, radius: 1 }] }, 16, 12).filter((row) => row.includes('2'))).toHaveLength(4);
  });

  it('takes label maps, under strokes', () => {
    const labelMap = new Uint8Array(48).fill(1, 0, 24);
    expect(raster({ labelMap, strokes: [dab] })).toEqual([
      '11111111',
      '11211111',
      '11111111',
      ...Array(3).fill('0'.repeat(8)),
    ]);
    expect(raster({ labelMap }, 4, 2)).toEqual(['1111', '0000']);
  });

  it('ignores what is drawn off the picture', () => {
    expect(raster({ strokes: [dab, { label: 0, radius: 2, points: [{ x: -50, y: 900 }] }] }).join('')).not.toContain(
      '1',
    );
  });
});

describe('seedMaps', () => {
  it('gives the covered part of each pixel', () => {
    const labelMap = new Uint8Array(48);
    // Three of the four pixels that become the first one.
    labelMap.set([2, 2], 0);
    labelMap[8] = 2;
    const seeds = seedMaps(checkPrompts({ ...size, labelMap }), 4, 3);
    expect(Array.from(seeds)).toEqual([...Array(12).fill(0), 0.75, ...Array(11).fill(0)]);
  });

  it('marks the outside of a box fully and its inside weakly, most in the middle; strokes come first', () => {
    const box = { x: 2, y: 1, width: 4, height: 4 };
    const seeds = seedMaps(checkPrompts({ ...size, box, strokes: [{ ...dab, label: 0 }] }), 8, 6);
    const [outside, inside] = [seeds.subarray(0, 48), seeds.subarray(48)];
    expect(outside[0]).toBe(1);
    expect(inside[0]).toBe(0);
    // The corner's pixel belongs to the stroke: 0.25·(1 - 16/48) would be weight 0.1 at most.
    expect(outside[8 + 2]).toBeGreaterThan(0.9);
    expect(inside[2 * 8 + 3]).toBeCloseTo(0.1 * (1 - 0.25 ** 2 - 0.25 ** 2), 6);
    expect(inside[2 * 8 + 2]).toBeLessThan(inside[2 * 8 + 3]);
    expect(outside[2 * 8 + 3]).toBe(0);
  });
});
