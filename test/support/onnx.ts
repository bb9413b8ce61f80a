// SPDX-License-Identifier: MIT

import { create, type Message, type MessageInitShape } from '@bufbuild/protobuf';
import { writeModel } from '../../src/pipeline/onnx/model.js';
import {
  AttributeProto_AttributeType,
  type AttributeProtoSchema,
  type GraphProtoSchema,
  ModelProtoSchema,
  type NodeProtoSchema,
  TensorProto_DataLocation,
  TensorProto_DataType,
  type TensorProtoSchema,
  type ValueInfoProtoSchema,
} from '../../src/pipeline/onnx/schema_pb.js';

type Node = MessageInitShape<typeof NodeProtoSchema>;
type Tensor = Exclude<MessageInitShape<typeof TensorProtoSchema>, Message>;
type Graph = MessageInitShape<typeof GraphProtoSchema>;

/** The bytes of a small model, opset 13. */
export function onnxModel(graph: Graph): Uint8Array<ArrayBuffer> {
  return writeModel(
    create(ModelProtoSchema, {
      irVersion: 7n,
      producerName: 'test',
      opsetImport: [{ domain: '', version: 13n }],
      graph: { name: 'test', ...graph },
    }),
  );
}

export function node(opType: string, input: string[], output: string[], attribute: Node['attribute'] = []): Node {
  return { opType, input, output, name: `${opType} of ${output[0]}`, attribute };
}

export function graphAttribute(name: string, g: Graph): MessageInitShape<typeof AttributeProtoSchema> {
  return { name, type: AttributeProto_AttributeType.GRAPH, g };
}

/** A tensor's name, shape and type; strings are symbolic extents, null is unknown. */
export function value(
  name: string,
  shape: readonly (number | string | null)[],
  elemType: number = TensorProto_DataType.FLOAT,
): MessageInitShape<typeof ValueInfoProtoSchema> {
  const dim = shape.map((extent) => {
    if (extent === null) return {};
    if (typeof extent === 'string') return { value: { case: 'dimParam' as const, value: extent } };
    return { value: { case: 'dimValue' as const, value: BigInt(extent) } };
  });
  const tensor = { elemType, shape: { dim } };
  return { name, type: { value: { case: 'tensorType', value: tensor } } };
}

export function floats(name: string, values: readonly number[]): Tensor {
  return { name, dataType: TensorProto_DataType.FLOAT, dims: [BigInt(values.length)], floatData: [...values] };
}

/** A tensor whose elements lie in another file. */
export function external(name: string, file: string): Tensor {
  return {
    name,
    dataType: TensorProto_DataType.FLOAT,
    dims: [1n],
    dataLocation: TensorProto_DataLocation.EXTERNAL,
    externalData: [
      { key: 'location', value: file },
      { key: 'offset', value: '4096' },
    ],
  };
}
