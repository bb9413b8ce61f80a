// SPDX-License-Identifier: MIT

import type { MessageInitShape } from '@bufbuild/protobuf';
import { InferenceSession, Tensor } from 'onnxruntime-web';
import { describe, expect, test } from 'vitest';
import { cutGraph } from '../../../../src/pipeline/onnx/cut.js';
import { inspectModel } from '../../../../src/pipeline/onnx/inspect.js';
import { readModel, writeModel } from '../../../../src/pipeline/onnx/model.js';
import { raiseOperators } from '../../../../src/pipeline/onnx/raise.js';
import { AttributeProto_AttributeType, type AttributeProtoSchema } from '../../../../src/pipeline/onnx/schema_pb.js';
import { describeWithModels, modelFile } from '../../../support/model-files.js';
import { floats, node, onnxModel, value } from '../../../support/onnx.js';
import { randomFloats } from '../../../support/random.js';

type Attribute = MessageInitShape<typeof AttributeProtoSchema>;

function number(name: string, f: number): Attribute {
  return { name, type: AttributeProto_AttributeType.FLOAT, f };
}

function text(name: string, s: string): Attribute {
  return { name, type: AttributeProto_AttributeType.STRING, s: new TextEncoder().encode(s) };
}

function inSet(version: bigint, bytes: Uint8Array): Uint8Array {
  const model = readModel(bytes);
  model.opsetImport[0].version = version;
  return writeModel(model);
}

const shape = [1, 2, 3, 4] as const;

/** One operator on [1, 2, 3, 4]. */
function oneNode(version: bigint, opType: string, attributes: Attribute[], scales?: readonly number[]): Uint8Array {
  const input = scales ? ['x', 'scales'] : ['x'];
  const graph = {
    input: [value('x', shape)],
    output: [value('y', [null, null, null, null])],
    node: [node(opType, input, ['y'], attributes)],
    initializer: scales ? [floats('scales', scales)] : [],
  };
  return inSet(version, onnxModel(graph));
}

async function run(model: Uint8Array, x: Tensor): Promise<Tensor> {
  const session = await InferenceSession.create(model, { executionProviders: ['wasm'] });
  try {
    return (await session.run({ [session.inputNames[0]]: x }))[session.outputNames[0]];
  } finally {
    await session.release();
  }
}

function bytesOf({ data }: Tensor): Uint8Array {
  const { buffer, byteOffset, byteLength } = data as Float32Array;
  return new Uint8Array(buffer, byteOffset, byteLength);
}

const picture = () =>
  new Tensor(
    'float32',
    randomFloats(24, 3).map((v) => 10 * v - 5),
    shape,
  );

describe('raiseOperators', () => {
  test.each<[what: string, model: Uint8Array]>([
    ['Clip', oneNode(9n, 'Clip', [number('min', 0), number('max', 3)])],
    ['Clip without a lower bound', oneNode(10n, 'Clip', [number('max', 1)])],
    ['Clip without an upper bound', oneNode(9n, 'Clip', [number('min', -1)])],
    ['Clip without bounds', oneNode(9n, 'Clip', [])],
    ['Upsample, linear', oneNode(9n, 'Upsample', [text('mode', 'linear')], [1, 1, 2, 3])],
    ['Upsample, nearest', oneNode(9n, 'Upsample', [text('mode', 'nearest')], [1, 1, 2.5, 3])],
    ['Upsample of its default mode', oneNode(9n, 'Upsample', [], [1, 1, 2, 2])],
    ['Resize of set 10', oneNode(10n, 'Resize', [text('mode', 'linear')], [1, 1, 1.5, 2])],
  ])('%s computes the same in set 11', async (_, model) => {
    const raised = raiseOperators(model);
    expect(inspectModel(raised).opsets).toEqual([{ domain: '', version: 11 }]);
    const [before, after] = [await run(model, picture()), await run(raised, picture())];
    expect(after.dims).toEqual(before.dims);
    expect([...(after.data as Float32Array)]).toEqual([...(before.data as Float32Array)]);
    expect(new Set(after.data as Float32Array).size).toBeGreaterThan(2);
  });

  test('names its constants like nothing else, and makes one a value', () => {
    const bytes = inSet(
      9n,
      onnxModel({
        input: [value('constant 0', shape)],
        output: [value('y', shape)],
        node: [
          node('Clip', ['constant 0'], ['middle'], [number('min', 0), number('max', 6)]),
          node('Clip', ['middle'], ['y'], [number('min', 0), number('max', 3)]),
        ],
      }),
    );
    const { node: nodes } = readModel(raiseOperators(bytes)).graph;
    expect(nodes.map(({ opType, input, output }) => [opType, input, output])).toEqual([
      ['Constant', [], ['constant 0_']],
      ['Constant', [], ['constant 6']],
      ['Constant', [], ['constant 3']],
      ['Clip', ['constant 0', 'constant 0_', 'constant 6'], ['middle']],
      ['Clip', ['middle', 'constant 0_', 'constant 3'], ['y']],
    ]);
  });

  test.each<[what: string, model: Uint8Array]>([
    ['newer sets', oneNode(11n, 'Relu', [])],
    ['older ones', oneNode(8n, 'Clip', [number('min', 0)])],
    ['models without such operators', oneNode(9n, 'Relu', [])],
    [
      'models with others that changed',
      inSet(
        9n,
        onnxModel({
          output: [value('y', shape)],
          node: [node('Clip', ['x'], ['a']), node('Pad', ['a'], ['y'])],
        }),
      ),
    ],
  ])('leaves %s as they are', (_, model) => {
    expect(raiseOperators(model)).toBe(model);
  });
});

describeWithModels('raiseOperators on DeepLab of set 9', () => {
  test('gives the same logits, bit for bit', async () => {
    const cut = cutGraph(modelFile('deeplab_v3_1_default_1.onnx'), 'logits/semantic/BiasAdd');
    const raised = raiseOperators(cut);
    expect(inspectModel(raised).operators.map(({ type }) => type)).not.toContain('Upsample');
    const x = new Tensor(
      'float32',
      randomFloats(257 * 257 * 3, 1).map((v) => 2 * v - 1),
      [1, 257, 257, 3],
    );
    const [before, after] = [await run(cut, x), await run(raised, x)];
    expect(Buffer.compare(bytesOf(after), bytesOf(before))).toBe(0);
  });

  test('leaves the newer networks alone', () => {
    for (const name of ['selfie_segmentation.onnx', 'nuclei.onnx']) {
      const bytes = modelFile(name);
      expect(raiseOperators(bytes)).toBe(bytes);
    }
  });
});
