// SPDX-License-Identifier: MIT

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { OutputReader, type OutputReaderOptions } from '../../../../src/pipeline/outputs/output-reader.js';
import { labelPlanes } from '../../../../src/reference/pipeline/network-output.js';
import { halvesOf, packHalves } from '../../../support/halves.js';
import { randomFloats } from '../../../support/random.js';
import { StageDevice } from '../../../support/stage-device.js';

let gpu: StageDevice;
beforeAll(async () => {
  gpu = await StageDevice.create();
});
afterAll(() => gpu.finish());

const [width, height] = [7, 5];

type Activation = OutputReaderOptions['activation'];
type Type = OutputReaderOptions['type'];
type Layout = OutputReaderOptions['layout'];

function channelsOf(activation: Activation): number {
  return activation === 'sigmoid' ? 1 : 3;
}

function dimsOf(layout: Layout, channels: number): number[] {
  return layout === 'NCHW' ? [1, channels, height, width] : [1, height, width, channels];
}

/** An output and its values, some beyond 0..1, as they are once rounded to its type. */
function outputOf(
  activation: Activation,
  type: Type,
  broken: readonly [index: number, value: number][] = [],
  seed = 5,
) {
  const count = channelsOf(activation) * width * height;
  const given = randomFloats(count, seed, activation === 'logits' ? 20 : 1.2).map((value) => value - 0.1);
  for (const [index, value] of broken) given[index] = value;
  const words = type === 'float16' ? packHalves(given) : given;
  const values = type === 'float16' ? halvesOf(words as Uint32Array, count) : given;
  return { buffer: gpu.storage(words), values };
}

const activations = ['logits', 'probabilities', 'sigmoid'] as const;
const forms = activations.flatMap((activation) =>
  (['NHWC', 'NCHW'] as const).flatMap((layout) =>
    (['float32', 'float16'] as const).map((type) => ({ activation, layout, type })),
  ),
);

describe.each(forms)('$activation, $layout, $type', ({ activation, layout, type }) => {
  const labelCount = activation === 'sigmoid' ? 2 : 3;
  const channelCount = channelsOf(activation);
  const dims = dimsOf(layout, channelCount);

  test('the mean of two, the second one mirrored', async () => {
    const unmirrored = outputOf(activation, type, [[3, Number.NaN]]);
    const other = outputOf(activation, type, [[8, Number.POSITIVE_INFINITY]], 6);
    const context = { device: gpu.programs.device, programs: gpu.programs, workgroupSize: 3 };
    const options = { activation, layout, type, labelCount, dims, buffer: other.buffer };
    const reader = await OutputReader.create(context, { ...options, unmirrored: unmirrored.buffer });
    for (const labels of [[1, 0], [1]]) {
      reader.choose(labels);
      const shape = { width, height, channelCount, layout, activation };
      const [first, second] = [unmirrored, other].map(({ values }) => labelPlanes({ values, ...shape }, labels));
      const across = (i: number) => i - 2 * (i % width) + width - 1;
      for (const isMean of [true, false]) {
        gpu.encode((stages) => stages.stage('output', (pass) => reader.encode(pass, isMean)));
        const planes = Object.values(reader.unary).find((value) => value instanceof GPUBuffer);
        const found = await gpu.floats(planes as GPUBuffer, labels.length * width * height);
        const expected = isMean ? first.map((value, i) => (value + second[across(i)]) / 2) : second;
        expect([...found].map(Number.isNaN)).toEqual([...expected].map(Number.isNaN));
        expect(found.map((value) => value || 0)).toBeAllClose(
          expected.map((value) => value || 0),
          { tolerance: 1e-6, shape: [labels.length, height, width] },
        );
      }
    }
    reader.destroy();
  });

  async function read(workgroupSize: number, labels?: readonly number[], broken: readonly [number, number][] = []) {
    const { buffer, values } = outputOf(activation, type, broken);
    const context = { device: gpu.programs.device, programs: gpu.programs, workgroupSize };
    const reader = await OutputReader.create(context, { activation, layout, type, labelCount, dims, buffer });
    if (labels) reader.choose(labels);
    gpu.encode((stages) => stages.stage('output', (pass) => reader.encode(pass)));
    const { unary } = reader;
    expect(unary).toMatchObject({ width, height });
    expect('logits' in unary).toBe(activation === 'logits');
    const planes = 'logits' in unary ? unary.logits : unary.probabilities;
    const found = await gpu.floats(planes, reader.labels.length * width * height);
    const expected = labelPlanes({ values, width, height, channelCount, layout, activation }, reader.labels);
    reader.destroy();
    return { found, expected };
  }

  test.each([1, 3, 64])('all labels, workgroups of %i', async (workgroupSize) => {
    const { found, expected } = await read(workgroupSize);
    expect(found).toHaveLength(labelCount * width * height);
    expect(found).toBeAllClose(expected, { tolerance: 1e-6, shape: [labelCount, height, width] });
    if (activation !== 'logits') expect(found.every((value) => value >= 0 && value <= 1)).toBe(true);
  });

  test('some labels, in another order', async () => {
    for (const labels of [[1, 0], [labelCount - 1], [1]]) {
      const { found, expected } = await read(2, labels);
      expect(found).toBeAllClose(expected, { tolerance: 1e-6, shape: [labels.length, height, width] });
    }
  });

  test('what is not finite becomes NaN, and only that', async () => {
    const broken = [
      [3, Number.NaN],
      [8, Number.POSITIVE_INFINITY],
      [20, Number.NEGATIVE_INFINITY],
    ] as [number, number][];
    const { found, expected } = await read(2, undefined, broken);
    expect([...found].map(Number.isNaN)).toEqual([...expected].map(Number.isNaN));
    const times = activation === 'sigmoid' ? 2 : 1;
    expect(expected.filter(Number.isNaN)).toHaveLength(3 * times);
  });
});

test('the sum of a sigmoid and its rest is 1', () => {
  const values = [0, 0.25, 1, 1.5];
  const shape = { width: 4, height: 1, channelCount: 1, layout: 'NHWC' } as const;
  const planes = labelPlanes({ values, ...shape, activation: 'sigmoid' }, [0, 1]);
  expect([...planes]).toEqual([1, 0.75, 0, 0, 0, 0.25, 1, 1]);
});

describe('bad arguments are named', () => {
  const good = { activation: 'logits', layout: 'NCHW', type: 'float32', labelCount: 3 } as const;
  const create = (changes: Partial<OutputReaderOptions>) =>
    OutputReader.create(
      { device: gpu.programs.device, programs: gpu.programs, workgroupSize: 64 },
      { ...good, dims: [1, 3, 2, 2], buffer: gpu.zeros(12), ...changes },
    );

  test.each<[Partial<OutputReaderOptions>, string]>([
    [{ dims: [3, 2, 2] }, 'dims: got "[3, 2, 2]", expected four dimensions of at least 1, the batch 1'],
    [{ dims: [2, 3, 2, 2] }, 'dims: got "[2, 3, 2, 2]", expected four dimensions'],
    [{ layout: 'NHWC' }, 'dims: got "[1, 3, 2, 2]", expected 3 channels, one a label, in NHWC'],
    [{ activation: 'sigmoid' }, `dims: got "[1, 3, 2, 2]", expected 1 channel, as 'sigmoid' has, in NCHW`],
    [{ activation: 'sigmoid', dims: [1, 1, 2, 2] }, 'labelCount: got 3, expected a whole number in 2..2'],
    [{ dims: [1, 3, 2, 3] }, 'buffer.size: got 48, expected at least 72 bytes'],
  ])('%j', async (changes, message) => {
    await expect(create(changes)).rejects.toThrow(message);
  });

  test('labels', async () => {
    const reader = await create({});
    expect(() => reader.choose([])).toThrow('labels: got an array of 0, expected at least one label');
    expect(() => reader.choose([0, 3])).toThrow('labels[1]: got 3, expected a whole number in 0..2');
    expect(() => reader.choose([1, 1])).toThrow('labels[1]: got 1, expected each label once');
    expect(reader.labels).toEqual([0, 1, 2]);
    reader.destroy();
  });
});
