// SPDX-License-Identifier: MIT

import { writeFile } from 'node:fs/promises';
import { AttributeProto_AttributeType, TensorProto_DataType } from '../../src/pipeline/onnx/schema_pb.js';
import { node, onnxModel, value } from './onnx.js';

/** What a tiny network's logits are: by label, weights of red, green, blue on 0..1, and a bias. */
const weights = [
  [0, 0, 0, 0],
  [60, 0, 0, -30],
  [0, 0, 60, -30],
];

/**
 * A network of one convolution: label 1 is what is red, 2 what is blue, 0 the rest. Any size of input, which has the name given.
 *
 * @param stride pixels a side that one logit is the mean of
 */
export function tinyNetwork({ input = 'image', stride = 1 } = {}): Uint8Array<ArrayBuffer> {
  const kernel = {
    name: 'weights',
    dataType: TensorProto_DataType.FLOAT,
    dims: [3n, 3n, 1n, 1n],
    floatData: weights.flatMap((row) => row.slice(0, 3)),
  };
  const bias = {
    name: 'bias',
    dataType: TensorProto_DataType.FLOAT,
    dims: [3n],
    floatData: weights.map((row) => row[3]),
  };
  const square = (name: string, side: number) => ({
    name,
    type: AttributeProto_AttributeType.INTS,
    ints: [BigInt(side), BigInt(side)],
  });
  const convolution = (output: string) =>
    node('Conv', [input, 'weights', 'bias'], [output], [square('kernel_shape', 1)]);
  return onnxModel({
    input: [value(input, [1, 3, 'height', 'width'])],
    output: [value('logits', [1, 3, stride === 1 ? 'height' : null, stride === 1 ? 'width' : null])],
    node:
      stride === 1
        ? [convolution('logits')]
        : [
            convolution('scores'),
            node('AveragePool', ['scores'], ['logits'], [square('kernel_shape', stride), square('strides', stride)]),
          ],
    initializer: [kernel, bias],
  });
}

/** As the JSON file beside it says it. */
export const tinyDescription = {
  name: 'red and blue',
  input: { name: 'image', longSide: 32, layout: 'NCHW' },
  output: { name: 'logits', layout: 'NCHW', activation: 'logits' },
  labels: ['background', 'red', 'blue'],
  crf: { kernels: [{ type: 'gaussian', sigmaXY: 1, compatibility: 1 }], iterations: 2 },
  workingSize: 32,
} as const;

/** Writes `NAME.onnx` and `NAME.json`. */
export async function writeTinyNetwork(withoutEnding: string): Promise<void> {
  await writeFile(`${withoutEnding}.onnx`, tinyNetwork());
  await writeFile(`${withoutEnding}.json`, JSON.stringify(tinyDescription));
}
