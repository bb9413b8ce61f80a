// SPDX-License-Identifier: MIT

import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { readAddress, writeAddress } from '../../../demo/state/address.js';
import { defaultSettings } from '../../../demo/state/crf-settings.js';
import { kernelsAt, resolveSpace } from '../../../src/analysis/tune/space.js';
import {
  ArgumentError,
  type CrfParameters,
  crfJsonSchema,
  crfSchema,
  defaultParameters,
  type NumberParameter,
  type ParameterSchema,
  parametersFromJson,
  resolveParameters,
} from '../../../src/index.js';

const size = { width: 8, height: 6, labelCount: 2 };
const fixtures = path.resolve(import.meta.dirname, '../../fixtures');
const isValid = new Ajv2020({ strict: true }).compile(crfJsonSchema());

/** What a case says beside its parameters: what the problem is, and how its numbers were made. */
const parameterKeys = ['kernels', ...Object.keys(crfSchema.parameters)];

function parametersOf(name: string): unknown {
  const json: Record<string, unknown> = JSON.parse(readFileSync(path.join(fixtures, name, 'case.json'), 'utf8'));
  const { iterations, ...own } = Object.fromEntries(
    Object.entries(json).filter(([key]) => parameterKeys.includes(key)),
  );
  // A case may list several counts.
  return { ...own, iterations: Array.isArray(iterations) ? iterations[0] : iterations };
}

const cases = readdirSync(fixtures, { withFileTypes: true }).filter((entry) => entry.isDirectory());

/** What JSON has, of all kinds. */
const commonJson = [null, true, '', '1', 'other', [], [null], {}, -1, 0, 0.5, 1, 1.5, 2, 1e39, -1e39];

function aroundBounds({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: NumberParameter): number[] {
  const bounds = [minimum, maximum, exclusiveMinimum, exclusiveMaximum].filter((bound) => bound !== undefined);
  // By more than float32 tells apart.
  return bounds.flatMap((bound) => [bound, bound * 1.001, bound * 0.999, bound + 1, bound - 1]);
}

function isTaken(json: unknown): boolean {
  try {
    resolveParameters(json as CrfParameters, size);
    return true;
  } catch (error) {
    if (error instanceof ArgumentError) return false;
    throw error;
  }
}

describe('the JSON Schema', () => {
  test.each(cases.map(({ name }) => name))('takes the parameters of %s', (name) => {
    expect(isValid(parametersOf(name))).toBe(true);
  });

  const gaussian = { type: 'gaussian', sigmaXY: 3 };
  const bilateral = { type: 'bilateral', sigmaXY: 8, sigmaRGB: 13 };

  test.each<[string, unknown]>([
    ['an address of the schema', { $schema: './crf.schema.json', kernels: [] }],
    ['a file of features', { kernels: [{ type: 'features', file: 'a.npy', compatibility: [1, 2], method: 'exact' }] }],
    ['sigmas by axis', { kernels: [{ ...bilateral, sigmaXY: [1, 2], sigmaRGB: [1, 2, 3], sigmaUnit: 'diagonal' }] }],
  ])('and the checks take %s', async (_, json) => {
    expect(isValid(json)).toBe(true);
    const features = new Float32Array(3 * size.width * size.height);
    const parameters = await parametersFromJson(json, () => ({ data: features, shape: [3, 48] }));
    expect(() => resolveParameters(parameters, size)).not.toThrow();
  });

  // Exact: what sigma a lattice takes depends on the image. There `tried` is one of several parameters, elsewhere it stands alone.
  const kernelOf = (group: 'gaussian' | 'bilateral', tried: object) => ({
    kernels: [{ ...(group === 'gaussian' ? gaussian : bilateral), method: 'exact', ...tried }],
  });
  const places = [
    ...Object.entries(crfSchema.parameters).map(
      ([name, one]) => [name, one, (value: unknown) => ({ kernels: [], [name]: value })] as const,
    ),
    ...(['gaussian', 'bilateral'] as const).flatMap((group) =>
      Object.entries(crfSchema[group]).map(
        ([name, one]) => [`${group}.${name}`, one, (value: unknown) => kernelOf(group, { [name]: value })] as const,
      ),
    ),
  ];

  test.each(places)(
    'and the checks agree on %s, at its bounds and beyond',
    (_, one: ParameterSchema, parametersWith) => {
      const values = [...commonJson, ...(one.type === 'choice' ? one.choices : aroundBounds(one))];
      const disagreed = values.filter((value) => isValid(parametersWith(value)) !== isTaken(parametersWith(value)));
      expect(disagreed).toEqual([]);
      expect(values.filter((value) => isValid(parametersWith(value)))).not.toEqual([]);
    },
  );

  // Each is refused by both: the schema says no more and no less than the checks do.
  test.each<[string, unknown]>([
    ['no kernels', {}],
    ['a key that there is not', { kernels: [], iteration: 5 }],
    ['too many iterations', { kernels: [], iterations: crfSchema.parameters.iterations.maximum + 1 }],
    ['half an iteration', { kernels: [], iterations: 0.5 }],
    ['null', { kernels: [], damping: null }],
    ['a text', { kernels: [], tolerance: '0' }],
    ['damping of one', { kernels: [], damping: 1 }],
    ['no work', { kernels: [], exactWorkLimit: 0 }],
    ['another method', { kernels: [], method: 'fast' }],
    ['another kernel', { kernels: [{ type: 'box', sigmaXY: 3 }] }],
    ['a kernel without its sigma', { kernels: [{ type: 'gaussian' }] }],
    ['a key of another kernel', { kernels: [{ ...gaussian, sigmaRGB: 3 }] }],
    ['a sigma of zero', { kernels: [{ ...gaussian, sigmaXY: 0 }] }],
    ['three sigmas for two axes', { kernels: [{ ...gaussian, sigmaXY: [1, 2, 3] }] }],
    ['a sigma above float32', { kernels: [{ ...gaussian, sigmaXY: 1e39 }] }],
    ['another unit', { kernels: [{ ...gaussian, sigmaUnit: 'px' }] }],
    ['another normalization', { kernels: [{ ...gaussian, normalization: 'both' }] }],
    ['a bilateral kernel that separates', { kernels: [{ ...bilateral, method: 'separable' }] }],
    ['a weight above float32', { kernels: [{ ...gaussian, compatibility: 1e39 }] }],
    ['a hole, which JSON calls null', { kernels: [{ ...gaussian, compatibility: [null, 1] }] }],
  ])('and the checks refuse %s', (_, json) => {
    expect(isValid(json)).toBe(false);
    expect(() => resolveParameters(json as CrfParameters, size)).toThrow(ArgumentError);
  });

  test('says of each parameter what it does', () => {
    const schema = crfJsonSchema() as { properties: object; $defs: Record<string, { properties: object }> };
    const properties = [schema, ...Object.values(schema.$defs)].flatMap((one) => Object.entries(one.properties));
    const silent = properties.filter(([name, property]) => name !== 'type' && !property.description);
    expect(silent).toEqual([]);
  });
});

describe('the schema', () => {
  const numbers = (['parameters', 'gaussian', 'bilateral', 'features', 'unary'] as const).flatMap((group) =>
    Object.entries(crfSchema[group]).flatMap(([name, schema]) =>
      schema.type === 'choice' ? [] : [[`${group}.${name}`, schema] as const],
    ),
  );

  test.each(numbers)('%s: what is usual, searched and by default is allowed', (_, schema) => {
    const {
      minimum = Number.NEGATIVE_INFINITY,
      maximum = Number.POSITIVE_INFINITY,
      ...rest
    } = schema as Partial<Record<string, number>>;
    const { usual = [], searched = [], default: byDefault = [] } = schema as Record<string, unknown>;
    for (const value of [usual, searched, byDefault].flat() as number[]) {
      expect(value).toBeGreaterThanOrEqual(minimum);
      expect(value).toBeLessThanOrEqual(maximum);
      expect(value).toBeGreaterThan(rest.exclusiveMinimum ?? Number.NEGATIVE_INFINITY);
      expect(value).toBeLessThan(rest.exclusiveMaximum ?? Number.POSITIVE_INFINITY);
    }
  });

  test('is where a search looks by default', () => {
    const space = resolveSpace({}, true);
    expect(space.iterations).toEqual(crfSchema.parameters.iterations.searched);
    const corner = (end: 0 | 1) =>
      kernelsAt(space, { position: space.varying.map(() => end), normalization: 'symmetric' });
    for (const end of [0, 1] as const) {
      expect(corner(end)).toMatchObject([
        { sigmaXY: crfSchema.gaussian.sigmaXY.searched[end] },
        { sigmaXY: crfSchema.bilateral.sigmaXY.searched[end], sigmaRGB: crfSchema.bilateral.sigmaRGB.searched[end] },
      ]);
    }
  });

  test('is what an address of the demo may hold', () => {
    const [least, most] = crfSchema.bilateral.sigmaRGB.usual;
    const settingsWith = (sigmaRGB: number) => ({
      ...defaultSettings,
      bilateral: { ...defaultSettings.bilateral, sigmaRGB },
    });
    for (const sigmaRGB of [least, most]) {
      const settings = settingsWith(sigmaRGB);
      expect(readAddress(writeAddress({ settings })).state.settings).toEqual(settings);
    }
    for (const sigmaRGB of [least / 2, most + 1]) {
      expect(readAddress(writeAddress({ settings: settingsWith(sigmaRGB) })).problems).toHaveLength(1);
    }
  });
});

describe('what the guide to the CRF says', () => {
  const guide = readFileSync(path.resolve(import.meta.dirname, '../../../docs/guides/engine.md'), 'utf8');

  test('of the parameters is JSON that the schema takes, and the defaults', () => {
    const [, json = ''] = /```json\n(.*?)```/s.exec(guide) ?? [];
    const parameters = JSON.parse(json);
    expect(isValid(parameters)).toBe(true);
    expect(resolveParameters(parameters, size)).toEqual(resolveParameters(defaultParameters, size));
  });

  test.each(['normalization', 'method'] as const)('of every %s is what there is', (name) => {
    for (const choice of crfSchema.gaussian[name].choices) expect(guide).toContain(`\`${choice}\``);
  });
});
