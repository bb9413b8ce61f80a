// SPDX-License-Identifier: MIT

import { Builder } from 'flatbuffers';
import { describe, expect, it } from 'vitest';
import { selfieFile } from '../../../models/generator/person-files.js';
import { readLite } from '../../../models/generator/tflite/read.js';

/** Numbers of BuiltinOperator in schema.fbs. */
const builtin = { averagePool: 1, convolution: 3, maxPool: 17, relu: 19, resizeBilinear: 23, custom: 32, mean: 40 };

interface Operator {
  code: number;
  custom?: string;
  /** Fields of its table of options, bytes or integers. */
  options?: Readonly<Record<number, { byte: number } | { integer: number }>>;
  customOptions?: readonly number[];
}

/** A `.tflite` file of one operator, from tensors 0 and 1 (weights, axes) to tensor 2; all have this shape. */
function lite(operator: Operator, { shape = [1, 4, 6, 2], type = 0, axes = [0] } = {}): Uint8Array {
  const builder = new Builder();
  const integers = (values: readonly number[]) => {
    builder.startVector(4, values.length, 4);
    for (const value of [...values].reverse()) builder.addInt32(value);
    return builder.endVector();
  };
  const bytes = (values: readonly number[]) => {
    builder.startVector(1, values.length, 1);
    for (const value of [...values].reverse()) builder.addInt8(value);
    return builder.endVector();
  };
  const offsets = (values: readonly number[]) => {
    builder.startVector(4, values.length, 4);
    for (const value of [...values].reverse()) builder.addOffset(value);
    return builder.endVector();
  };
  const table = (fieldCount: number, add: () => void) => {
    builder.startObject(fieldCount);
    add();
    return builder.endObject();
  };
  const axisBytes = bytes(axes.flatMap((axis) => [axis, 0, 0, 0]));
  const buffers = offsets([table(1, () => {}), table(1, () => builder.addFieldOffset(0, axisBytes, 0))]);
  const tensors = offsets(
    [0, 1, 2].map((index) => {
      const [name, extents] = [builder.createString(`tensor${index}`), integers(shape)];
      return table(4, () => {
        builder.addFieldOffset(0, extents, 0);
        builder.addFieldInt8(1, index === 0 ? type : 0, 0);
        builder.addFieldInt32(2, index === 1 ? 1 : 0, 0);
        builder.addFieldOffset(3, name, 0);
      });
    }),
  );
  const options = table(8, () => {
    for (const [field, value] of Object.entries(operator.options ?? {})) {
      if ('byte' in value) builder.addFieldInt8(Number(field), value.byte, 0);
      else builder.addFieldInt32(Number(field), value.integer, 0);
    }
  });
  const [inputs, output] = [integers([0, 1]), integers([2])];
  const customOptions = bytes(operator.customOptions ?? []);
  const node = table(6, () => {
    builder.addFieldOffset(1, inputs, 0);
    builder.addFieldOffset(2, output, 0);
    builder.addFieldOffset(4, options, 0);
    builder.addFieldOffset(5, customOptions, 0);
  });
  const [nodes, graphInputs, graphOutputs] = [offsets([node]), integers([0]), integers([2])];
  const graph = table(4, () => {
    builder.addFieldOffset(0, tensors, 0);
    builder.addFieldOffset(1, graphInputs, 0);
    builder.addFieldOffset(2, graphOutputs, 0);
    builder.addFieldOffset(3, nodes, 0);
  });
  const custom = operator.custom === undefined ? 0 : builder.createString(operator.custom);
  const code = table(4, () => {
    builder.addFieldInt8(0, Math.min(127, operator.code), 0);
    builder.addFieldOffset(1, custom, 0);
    builder.addFieldInt32(3, operator.code, 0);
  });
  const [codes, graphs] = [offsets([code]), offsets([graph])];
  builder.finish(
    table(5, () => {
      builder.addFieldOffset(1, codes, 0);
      builder.addFieldOffset(2, graphs, 0);
      builder.addFieldOffset(4, buffers, 0);
    }),
    'TFL3',
  );
  return builder.asUint8Array();
}

const [one, two] = [{ integer: 1 }, { integer: 2 }];

describe('readLite', () => {
  it('reads an operator, its tensors and its options', () => {
    const graph = readLite(
      lite({ code: builtin.convolution, options: { 0: { byte: 1 }, 1: two, 2: one, 3: { byte: 1 } } }),
    );
    expect(graph.tensors[0]).toEqual({ name: 'tensor0', type: 'float32', shape: [1, 4, 6, 2], data: undefined });
    expect(graph.tensors[1].data).toEqual(Uint8Array.of(0, 0, 0, 0));
    expect(graph.operators).toEqual([
      { kind: 'CONV_2D', padding: 'valid', strideX: 2, strideY: 1, activation: 'relu', inputs: [0, 1], output: 2 },
    ]);
    expect([graph.input, graph.output]).toEqual([0, 2]);
  });

  it.each<[string, Operator]>([
    ['operator MAX_POOL_2D: none of that name', { code: builtin.maxPool }],
    ['operator BuiltinOperator 150: none of that name', { code: 150 }],
    ['operator TransformLandmarks: none of that name', { code: builtin.custom, custom: 'TransformLandmarks' }],
    ['operator CONV_2D: no dilation', { code: builtin.convolution, options: { 4: two } }],
    ['operator CONV_2D: no fused activation but RELU', { code: builtin.convolution, options: { 3: { byte: 3 } } }],
    [
      'operator AVERAGE_POOL_2D: only the mean of all rows and columns',
      { code: builtin.averagePool, options: { 0: { byte: 1 }, 3: two, 4: two } },
    ],
    ['operator MEAN: only the mean of all rows and columns', { code: builtin.mean, options: { 0: { byte: 1 } } }],
    [
      'operator RESIZE_BILINEAR: only half-pixel centres',
      { code: builtin.resizeBilinear, options: { 2: { byte: 1 } } },
    ],
    [
      'operator Convolution2DTransposeBias: only windows that do not overlap',
      {
        code: builtin.custom,
        custom: 'Convolution2DTransposeBias',
        customOptions: [1, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0],
      },
    ],
  ])('says: %s', (message, operator) => {
    expect(() => readLite(lite(operator))).toThrow(message);
  });

  it('refuses files of another kind, and other types of tensors', () => {
    expect(() => readLite(new Uint8Array(40))).toThrow('expected a file of the kind TFL3, got 40 bytes of another');
    expect(() => readLite(lite({ code: builtin.relu }, { type: 9 }))).toThrow(
      'tensor tensor0: expected one of float32',
    );
  });

  it('refuses a file that was cut short', () => {
    const file = selfieFile('selfie_segmentation.tflite');
    for (const length of [20, 1000, 30_000, 240_000]) {
      expect(() => readLite(file.subarray(0, length)), `${length} bytes`).toThrow(Error);
    }
  });
});
