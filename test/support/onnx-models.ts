// SPDX-License-Identifier: MIT

import { create, toBinary } from '@bufbuild/protobuf';
import { AttributeProtoSchema, ModelProtoSchema } from '../../src/pipeline/onnx/schema_pb.js';

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
  /** Integer attributes: one or several. */
  ints?: Readonly<Record<string, number | readonly number[]>>;
}

export interface TinyModel {
  nodes: readonly TinyNode[];
  inputs: readonly TinyTensor[];
  outputs: readonly TinyTensor[];
  initializers?: readonly { name: string; dims: readonly number[]; values: Float32Array | BigInt64Array }[];
}

/** ONNX files of a few nodes, so that a test says what its network computes. */
export function tinyModel({ nodes, inputs, outputs, initializers = [] }: TinyModel): Uint8Array {
  const tensor = ({ name, dims, elementType = 1 }: TinyTensor) => ({
    name,
    type: {
      value: {
        case: 'tensorType' as const,
        value: {
          elemType: elementType,
          shape: {
            dim: dims.map((dim) =>
              typeof dim === 'number'
                ? { value: { case: 'dimValue' as const, value: BigInt(dim) } }
                : { value: { case: 'dimParam' as const, value: dim } },
            ),
          },
        },
      },
    },
  });
  return toBinary(
    ModelProtoSchema,
    create(ModelProtoSchema, {
      irVersion: 8n,
      opsetImport: [{ domain: '', version: 13n }],
      graph: {
        name: 'tiny',
        node: nodes.map(({ op, inputs, outputs, ints = {} }, index) => ({
          opType: op,
          name: `${op.toLowerCase()}${index}`,
          input: [...inputs],
          output: [...outputs],
          attribute: Object.entries(ints).map(([name, value]) =>
            create(
              AttributeProtoSchema,
              typeof value === 'number'
                ? { name, type: 2, i: BigInt(value) }
                : { name, type: 7, ints: value.map((item) => BigInt(item)) },
            ),
          ),
        })),
        initializer: initializers.map(({ name, dims, values }) => ({
          name,
          dims: dims.map((dim) => BigInt(dim)),
          dataType: values instanceof Float32Array ? 1 : 7,
          rawData: new Uint8Array(values.buffer.slice(values.byteOffset, values.byteOffset + values.byteLength)),
        })),
        input: inputs.map(tensor),
        output: outputs.map(tensor),
      },
    }),
  );
}
