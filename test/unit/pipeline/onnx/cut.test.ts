// SPDX-License-Identifier: MIT

import { InferenceSession, Tensor } from 'onnxruntime-web';
import { describe, expect, test } from 'vitest';
import { cutGraph } from '../../../../src/pipeline/onnx/cut.js';
import { inspectModel } from '../../../../src/pipeline/onnx/inspect.js';
import { readModel } from '../../../../src/pipeline/onnx/model.js';
import type { NodeProto } from '../../../../src/pipeline/onnx/schema_pb.js';
import { ArgumentError } from '../../../../src/problem/errors.js';
import { describeWithModels, modelFile } from '../../../support/model-files.js';
import { floats, graphAttribute, node, onnxModel, value } from '../../../support/onnx.js';
import { randomFloats } from '../../../support/random.js';

/** sum = x + a; y = (sum·b)·z; two branches that the sum doesn't need. */
const bytes = onnxModel({
  input: [value('x', [2]), value('z', [2])],
  output: [value('y', [2]), value('other', [2])],
  node: [
    node('Add', ['x', 'a'], ['sum']),
    node('Mul', ['sum', 'b'], ['product']),
    node('Neg', ['x'], ['other']),
    node('Mul', ['product', 'z'], ['y']),
  ],
  initializer: [floats('a', [1, 2]), floats('b', [3, 4])],
  valueInfo: [value('sum', [2]), value('product', [2])],
});

function partsOf(model: Uint8Array) {
  const { graph } = readModel(model);
  const names = (list: readonly { name: string }[]) => list.map(({ name }) => name);
  return {
    input: names(graph.input),
    output: names(graph.output),
    node: names(graph.node),
    initializer: names(graph.initializer),
    valueInfo: names(graph.valueInfo),
  };
}

async function run(model: Uint8Array, feeds: Record<string, Tensor>): Promise<Record<string, Tensor>> {
  const session = await InferenceSession.create(model, { executionProviders: ['wasm'] });
  try {
    return (await session.run(feeds)) as Record<string, Tensor>;
  } finally {
    await session.release();
  }
}

describe('cutGraph', () => {
  test('keeps what the tensor needs, and nothing else', () => {
    expect(partsOf(cutGraph(bytes, 'sum'))).toEqual({
      input: ['x'],
      output: ['sum'],
      node: ['Add of sum'],
      initializer: ['a'],
      valueInfo: [],
    });
    expect(partsOf(cutGraph(bytes, 'product'))).toEqual({
      input: ['x'],
      output: ['product'],
      node: ['Add of sum', 'Mul of product'],
      initializer: ['a', 'b'],
      valueInfo: ['sum'],
    });
  });

  test('keeps the type of the tensor where the file has it', () => {
    expect(inspectModel(cutGraph(bytes, 'sum')).outputs).toEqual([{ name: 'sum', type: 'float32', shape: [2] }]);
    expect(inspectModel(cutGraph(bytes, 'y')).outputs).toEqual([{ name: 'y', type: 'float32', shape: [2] }]);
  });

  test('leaves the numbers as they are', async () => {
    const { product } = await run(cutGraph(bytes, 'product'), { x: new Tensor('float32', [10, 20], [2]) });
    expect([...(product.data as Float32Array)]).toEqual([33, 88]);
  });

  test('gives the very bytes back where there is nothing to cut', () => {
    const single = cutGraph(bytes, 'y');
    expect(cutGraph(single, 'y')).toBe(single);
  });

  test('keeps what only the body of a node reads', () => {
    const body = (name: string, read: string) => ({ output: [value(name, [2])], node: [node('Neg', [read], [name])] });
    const model = onnxModel({
      input: [value('condition', []), value('x', [2])],
      output: [value('y', [2])],
      node: [
        node('Abs', ['x'], ['read by the body']),
        node('Abs', ['x'], ['read by nobody']),
        node(
          'If',
          ['condition'],
          ['chosen'],
          [
            graphAttribute('then_branch', body('then', 'read by the body')),
            graphAttribute('else_branch', body('else', 'weight')),
          ],
        ),
        node('Neg', ['chosen'], ['y']),
      ],
      initializer: [floats('weight', [1, 2]), floats('unused', [1, 2])],
    });
    expect(partsOf(cutGraph(model, 'chosen'))).toEqual({
      input: ['condition', 'x'],
      output: ['chosen'],
      node: ['Abs of read by the body', 'If of chosen'],
      initializer: ['weight'],
      valueInfo: [],
    });
  });

  test.each(['missing', 'x', 'a', ''])('refuses the name %j, which no node computes', (name) => {
    expect(() => cutGraph(bytes, name)).toThrow(ArgumentError);
    expect(() => cutGraph(bytes, name)).toThrow(
      `tensorName: got "${name}", expected a tensor that a node computes, ` +
        "the last of them: 'sum', 'product', 'other', 'y'",
    );
  });
});

describeWithModels('DeepLab, cut before its own upsampling', () => {
  const cut = () => cutGraph(modelFile('deeplab_v3_1_default_1.onnx'), 'logits/semantic/BiasAdd');
  const alreadyCut = () => modelFile('deeplab_voc257_logits33.onnx');

  test('has the nodes and weights of the file that was cut by hand', () => {
    const [one, other] = [readModel(cut()).graph, readModel(alreadyCut()).graph];
    const withoutType = ({ $typeName: _, ...rest }: NodeProto) => rest;
    expect(one.node.map(withoutType)).toEqual(other.node.map(withoutType));
    const byName = (graph: typeof one) => new Map(graph.initializer.map((tensor) => [tensor.name, tensor]));
    expect([...byName(one).keys()].sort()).toEqual([...byName(other).keys()].sort());
    for (const [name, tensor] of byName(one)) {
      expect(tensor.dims, name).toEqual(byName(other).get(name)?.dims);
      expect(Buffer.compare(tensor.rawData, byName(other).get(name)?.rawData ?? new Uint8Array()), name).toBe(0);
    }
    expect(one.input).toEqual(other.input);
  });

  test('gives the same logits, which are NCHW though the input is NHWC', async () => {
    const x = new Tensor(
      'float32',
      randomFloats(257 * 257 * 3, 1).map((v) => 2 * v - 1),
      [1, 257, 257, 3],
    );
    const [one, other] = [await run(cut(), { sub_7: x }), await run(alreadyCut(), { sub_7: x })];
    const [logits, expected] = [one['logits/semantic/BiasAdd'], other['logits/semantic/BiasAdd']];
    expect(logits.dims).toEqual([1, 21, 33, 33]);
    const [one33, other33] = [logits, expected].map(
      ({ data }) => new Uint8Array((data as Float32Array).slice().buffer),
    );
    expect(Buffer.compare(one33, other33)).toBe(0);
    expect(new Set(logits.data as Float32Array).size).toBeGreaterThan(20_000);
  });
});
