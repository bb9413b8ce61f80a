// SPDX-License-Identifier: MIT

import { AttributeProto_AttributeType, TensorProto_DataType } from '../../src/pipeline/onnx/schema_pb.js';
import { node, onnxModel, value } from './onnx.js';

type Dim = number | string;

export interface TinyTensor {
  name: string;
  dims: readonly Dim[];
  /** ONNX element type: 1 float32 (default), 10 float16. */
  elementType?: number;
}

export interface TinyNode {
  op: string;
  inputs: readonly string[];
  outputs: readonly string[];
  /** Attributes of several integers. */
  ints?: Readonly<Record<string, readonly number[]>>;
}

export interface TinyModel {
  nodes: readonly TinyNode[];
  inputs: readonly TinyTensor[];
  outputs: readonly TinyTensor[];
  initializers?: readonly { name: string; dims: readonly number[]; values: Float32Array }[];
}

/** ONNX files of a few nodes, so that a test says what its network computes. Nodes are named by operator and place: `relu0`. */
export function tinyModel({ nodes, inputs, outputs, initializers = [] }: TinyModel): Uint8Array<ArrayBuffer> {
  const tensor = ({ name, dims, elementType }: TinyTensor) => value(name, dims, elementType);
  return onnxModel({
    node: nodes.map(({ op, inputs, outputs, ints = {} }, index) => ({
      ...node(op, [...inputs], [...outputs], Object.entries(ints).map(intsAttribute)),
      name: `${op.toLowerCase()}${index}`,
    })),
    initializer: initializers.map(({ name, dims, values }) => ({
      name,
      dataType: TensorProto_DataType.FLOAT,
      dims: dims.map((dim) => BigInt(dim)),
      floatData: [...values],
    })),
    input: inputs.map(tensor),
    output: outputs.map(tensor),
  });
}

function intsAttribute([name, values]: [string, readonly number[]]) {
  return { name, type: AttributeProto_AttributeType.INTS, ints: values.map((item) => BigInt(item)) };
}
