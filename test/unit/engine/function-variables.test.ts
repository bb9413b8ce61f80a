// SPDX-License-Identifier: MIT

import { expect, test } from 'vitest';
import type { Dispatch } from '../../../src/engine/lists/dispatch.js';
import { maximumLatticeDim } from '../../../src/engine/plan/feature-limits.js';
import { assembleShader } from '../../../src/gpu/shader.js';
import { crfSchema } from '../../../src/problem/schema.js';
import type { Kernel } from '../../../src/problem/types.js';
import { everyList, planOf } from '../../support/engine-plans.js';

/** Bytes that the variables of one WGSL function may take together (WGSL, "Limits"). */
const most = 8192;

/** Bytes of a type, by its text: what is no array is taken for four numbers. */
function bytesOfType(type: string, constants: Record<string, number>): number {
  const { laneWidth = 1, blockLanes = 1, keyWords = 0 } = constants;
  const named: Record<string, number> = {
    Lane: 4 * laneWidth,
    IntegerLane: 4 * laneWidth,
    Block: 4 * laneWidth * blockLanes,
    Corners: 4 * (constants.cornerCount ?? 0),
    Terms: 4 * laneWidth * blockLanes * (constants.cornerCount ?? 0),
    Simplex: 4 * keyWords,
    Point: 4 * (constants.featureDim ?? 0),
    f32: 4,
    u32: 4,
    i32: 4,
  };
  const array = /^array<(\w+), ([\w* ]+)>$/.exec(type);
  if (!array) return named[type] ?? 16;
  const count = array[2].split('*').reduce((product, part) => {
    const factor = part.trim();
    const number = /^\d+u?$/.test(factor) ? Number.parseInt(factor, 10) : constants[factor];
    if (number === undefined) throw new Error(`not known: ${factor} of ${type}`);
    return product * number;
  }, 1);
  return count * bytesOfType(array[1], constants);
}

/** Of the variables of each function in a shader's assembled text. */
function functionBytes(code: string, constants: Record<string, number>): number[] {
  const functions = code.split(/^(?:@\w+.*\n)*fn /m).slice(1);
  return functions.map((body) => {
    const declared = [...body.matchAll(/\bvar \w+: ([^=;]+?)(?: =|;)/g)].map(([, type]) => type);
    const made = [...body.matchAll(/\bvar \w+ = (array<[^>]+>|[A-Z]\w*)\(/g)].map(([, type]) => type);
    const copied = [...body.matchAll(/\bvar \w+ = features\[/g)].map(() => 'Point');
    return [...declared, ...made, ...copied].reduce((sum, type) => sum + bytesOfType(type, constants), 0);
  });
}

function numbersOf({ constants }: Dispatch): Record<string, number> {
  return Object.fromEntries(Object.entries(constants).filter(([, value]) => typeof value === 'number')) as Record<
    string,
    number
  >;
}

function featuresOf(featureDim: number, method: 'lattice' | 'exact', pixelCount: number): Kernel {
  return { type: 'features', features: new Float32Array(featureDim * pixelCount), featureDim, method };
}

const largest = crfSchema.features.featureDim.maximum;

function largestFunction(method: 'lattice' | 'exact', featureDim: number): number {
  const size = { width: 4, height: 3, labelCount: 21 };
  const plan = planOf(() => [featuresOf(featureDim, method, 12)], size);
  const dispatches = everyList(plan).filter((step): step is Dispatch => step.kind === 'dispatch');
  const bytes = dispatches.flatMap((dispatch) =>
    functionBytes(assembleShader(dispatch.stage.source, dispatch.constants), numbersOf(dispatch)),
  );
  return Math.max(...bytes);
}

test.each([
  ['lattice', maximumLatticeDim],
  ['lattice', 100],
  ['lattice', 33],
  ['exact', largest],
] as const)('%s of %d dimensions: every function’s variables fit what WGSL allows it', (method, featureDim) => {
  const bytes = largestFunction(method, featureDim);
  expect(bytes).toBeGreaterThan(1000);
  expect(bytes).toBeLessThanOrEqual(most);
});

test('a lattice of many more would not fit', () => {
  expect(largestFunction('lattice', 450)).toBeGreaterThan(most);
});
