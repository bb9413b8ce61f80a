// SPDX-License-Identifier: MIT

import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { describe, expect, test } from 'vitest';
import { inspectModel } from '../../../../src/pipeline/onnx/inspect.js';
import { readModel, writeModel } from '../../../../src/pipeline/onnx/model.js';
import { GraphProtoSchema, TensorProto_DataType } from '../../../../src/pipeline/onnx/schema_pb.js';
import { ArgumentError } from '../../../../src/problem/errors.js';
import { describeWithModels, modelFile } from '../../../support/model-files.js';
import { external, floats, graphAttribute, node, onnxModel, value } from '../../../support/onnx.js';

/** y = max(x·w, 0), whose file lists the weight among the inputs, as old exporters do. */
const small = onnxModel({
  input: [value('x', ['batch', 3, null, 5]), value('w', [5])],
  output: [value('y', [])],
  node: [node('Mul', ['x', 'w'], ['product']), { opType: 'Relu', input: ['product'], output: ['y'] }],
  initializer: [floats('w', [1, 2, 3, 4, 5])],
});

describe('inspectModel', () => {
  test('names inputs and outputs with types and shapes, operators with their nodes', () => {
    expect(inspectModel(small)).toEqual({
      irVersion: 7,
      producer: 'test',
      opsets: [{ domain: '', version: 13 }],
      inputs: [{ name: 'x', type: 'float32', shape: ['batch', 3, null, 5] }],
      outputs: [{ name: 'y', type: 'float32', shape: [] }],
      operators: [
        { type: 'Mul', domain: '', nodes: ['Mul of product'] },
        { type: 'Relu', domain: '', nodes: ['y'] },
      ],
      externalFiles: [],
    });
  });

  test('leaves out what the file leaves out', () => {
    const tensor = { elemType: TensorProto_DataType.FLOAT16 };
    const bytes = onnxModel({
      input: [{ name: 'rankless', type: { value: { case: 'tensorType', value: tensor } } }],
      output: [{ name: 'untyped' }],
      node: [node('Relu', ['rankless'], ['untyped'])],
    });
    const { inputs, outputs } = inspectModel(bytes);
    expect(inputs).toEqual([{ name: 'rankless', type: 'float16' }]);
    expect(outputs).toEqual([{ name: 'untyped' }]);
  });

  test('finds the operators of bodies, at any depth', () => {
    const inner = { output: [{ name: 'b' }], node: [node('Sin', ['x'], ['b'])] };
    const outer = { output: [{ name: 'a' }], node: [node('If', ['c'], ['a'], [graphAttribute('then_branch', inner)])] };
    const bytes = onnxModel({
      output: [value('y', [1])],
      node: [node('If', ['c'], ['y'], [graphAttribute('then_branch', outer)])],
    });
    expect(inspectModel(bytes).operators).toEqual([
      { type: 'If', domain: '', nodes: ['If of y', 'If of a'] },
      { type: 'Sin', domain: '', nodes: ['Sin of b'] },
    ]);
  });

  test('names the files of weights that lie elsewhere, once each', () => {
    const bytes = onnxModel({
      output: [value('y', [1])],
      node: [node('Add', ['a', 'b'], ['y'])],
      initializer: [external('a', 'weights.bin'), external('b', 'weights.bin')],
    });
    expect(inspectModel(bytes).externalFiles).toEqual(['weights.bin']);
  });
});

describe('bytes that are no whole model', () => {
  const text = (content: string) => new TextEncoder().encode(content);

  function messageOf(bytes: unknown): string {
    try {
      inspectModel(bytes as Uint8Array);
    } catch (error) {
      expect(error).toBeInstanceOf(ArgumentError);
      return (error as Error).message;
    }
    throw new Error('nothing was thrown');
  }

  test('are refused wherever the file was cut short', () => {
    expect(() => inspectModel(small)).not.toThrow();
    for (let length = 0; length < small.length; length++) {
      expect(messageOf(small.subarray(0, length)), `${length} bytes`).toMatch(
        new RegExp(`^bytes: got Uint8Array\\(${length}\\), expected a whole ONNX model \\(.+\\)$`),
      );
    }
  });

  test.each([
    ['an HTML page', text('\ufeff\n<!DOCTYPE html><html></html>')],
    ['an HTML page', text('<html lang="en">')],
    ['JSON', text('{ "error": "not found" }')],
    ['a pointer of Git LFS in the place of the file', text('version https://git-lfs.github.com/spec/v1\noid')],
    ['a ZIP archive, as PyTorch writes it', text('PK\x03\x04....')],
    ['compressed by gzip', new Uint8Array([0x1f, 0x8b, 8, 0])],
    ['a TensorFlow Lite model', text('\x1c\0\0\0TFL3')],
    ['empty', new Uint8Array()],
  ])('%s is called so', (what, bytes) => {
    expect(messageOf(bytes)).toContain(`expected a whole ONNX model (they are ${what})`);
  });

  test('of other kinds are refused, too', () => {
    expect(messageOf(text('404: Not Found'))).toContain('a whole ONNX model');
    expect(messageOf(new Uint8Array(1000))).toContain('a whole ONNX model');
    // A message of another type: a graph alone.
    expect(messageOf(toBinary(GraphProtoSchema, readModel(small).graph))).toContain('a whole ONNX model');
    expect(messageOf('model.onnx')).toBe('bytes: got "model.onnx", expected a Uint8Array with an ONNX model');
  });
});

describe('a round trip', () => {
  test('keeps fields that the schema does not know, and empty ones that are there', () => {
    // Field 25 (functions) of the model, field 16 (metadata) of the graph, after a graph with a node of int attribute 0.
    const bytes = new Uint8Array([
      0x08,
      7, // irVersion 7
      0xca,
      0x01,
      2,
      0x0a,
      0, // functions: one with an empty name
      0x3a,
      19, // graph
      0x0a,
      10,
      0x2a,
      8,
      0x0a,
      1,
      0x61,
      0x18,
      0,
      0xa0,
      0x01,
      2, // node: attribute a: i = 0, type INT
      0x62,
      0, // output without a name
      0x82,
      0x01,
      0, // metadata
      0x12,
      0, // name ''
      0x42,
      2,
      0x10,
      13, // opset 13
    ]);
    const once = writeModel(readModel(bytes));
    expect([...once].sort()).toEqual([...bytes].sort());
    expect(writeModel(readModel(once))).toEqual(once);
    expect(fromBinary(GraphProtoSchema, new Uint8Array([0x82, 0x01, 0])).$unknown).toHaveLength(1);
  });
});

describeWithModels('files of PyTorch and tf2onnx', () => {
  test.each(['deeplab_v3_1_default_1', 'deeplab_voc257_logits33', 'selfie_segmentation', 'nuclei'])(
    '%s comes back byte by byte',
    (name) => {
      const bytes = modelFile(`${name}.onnx`);
      expect(Buffer.compare(writeModel(readModel(bytes)), bytes)).toBe(0);
    },
  );

  test('are what their notes say', () => {
    expect(inspectModel(modelFile('selfie_segmentation.onnx'))).toMatchObject({
      inputs: [{ name: 'input_1:0', type: 'float32', shape: [1, 256, 256, 3] }],
      outputs: [{ name: 'activation_10', type: 'float32', shape: [1, 256, 256, 1] }],
    });
    const { inputs, outputs, opsets, operators } = inspectModel(modelFile('nuclei.onnx'));
    expect(inputs).toEqual([{ name: 'image', type: 'float32', shape: ['batch', 3, 'height', 'width'] }]);
    expect(outputs).toEqual([{ name: 'logits', type: 'float32', shape: ['batch', 3, 'height_half', 'width_half'] }]);
    expect(opsets).toEqual([{ domain: '', version: 13 }]);
    expect(operators.map(({ type }) => type)).toEqual(
      expect.arrayContaining(['Conv', 'Relu', 'MaxPool', 'Resize', 'Concat', 'Mul', 'Sub']),
    );
  });
});
