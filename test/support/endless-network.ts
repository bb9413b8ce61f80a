// SPDX-License-Identifier: MIT

import { writeFile } from 'node:fs/promises';
import { AttributeProto_AttributeType, TensorProto_DataType } from '../../src/pipeline/onnx/schema_pb.js';
import { floats, graphAttribute, node, onnxModel, value } from './onnx.js';
import { tinyDescription } from './tiny-network.js';

const image = [1, 3, 'height', 'width'];
const { BOOL, INT64 } = TensorProto_DataType;

/** A network that gives red, green and blue as they are, and never ends where something in the image is brighter than this. */
function endlessNetwork(brightness: number): Uint8Array {
  const whole = { name: 'keepdims', type: AttributeProto_AttributeType.INT, i: 0n };
  // A loop goes on while its condition holds, which nothing in it changes.
  const body = {
    name: 'body',
    input: [value('iteration', [], INT64), value('going', [], BOOL), value('before', image)],
    output: [value('still going', [], BOOL), value('after', image)],
    node: [node('Identity', ['going'], ['still going']), node('Identity', ['before'], ['after'])],
  };
  return onnxModel({
    input: [value('image', image)],
    output: [value('logits', image)],
    node: [
      node('ReduceMax', ['image'], ['brightest'], [whole]),
      node('Greater', ['brightest', 'brightness'], ['goes']),
      node('Squeeze', ['goes'], ['condition']),
      node('Loop', ['', 'condition', 'image'], ['logits'], [graphAttribute('body', body)]),
    ],
    initializer: [floats('brightness', [brightness])],
  });
}

/**
 * Writes `NAME.onnx` and `NAME.json`.
 *
 * @param brightness 0..1; below 0 it ends for no image, and not for the zeros by which a pipeline finds out what it computes
 */
export async function writeEndlessNetwork(withoutEnding: string, brightness = 0.99): Promise<void> {
  await writeFile(`${withoutEnding}.onnx`, endlessNetwork(brightness));
  await writeFile(`${withoutEnding}.json`, JSON.stringify({ ...tinyDescription, name: 'endless' }));
}
