// SPDX-License-Identifier: MIT

import { create, toBinary } from '@bufbuild/protobuf';
import {
  type AttributeProto,
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  type TensorProto,
  TensorProto_DataType,
  TensorProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from '../../src/pipeline/onnx/schema_pb.js';

/** Name of a tensor in the graph. */
export type Tensor = string;

/** Whole numbers, or an equation. */
export type Attribute = number | readonly number[] | string;

type ConstantData = Float32Array | Uint16Array | Int32Array | BigInt64Array;

/** What the written file says of itself. */
export interface ModelHeader {
  name: string;
  description: string;
  /** Version of ONNX's own operators. */
  opset: number;
  irVersion: number;
}

/** Writes an ONNX graph node by node, in the order of the calls. The same calls give the same bytes. */
export class GraphBuilder {
  private readonly nodes: NodeProto[] = [];
  private readonly constants = new Map<string, TensorProto>();
  private readonly inputs: ValueInfoProto[] = [];
  private readonly outputs: ValueInfoProto[] = [];

  /** A float32 input; dimensions are numbers or names. */
  input(name: string, dims: readonly (number | string)[]): Tensor {
    this.inputs.push(valueInfo(name, dims));
    return name;
  }

  /** Makes a tensor an output; it must have been made with that name. */
  output(name: Tensor, dims: readonly (number | string)[]): void {
    this.outputs.push(valueInfo(name, dims));
  }

  /**
   * One operator with one output.
   *
   * @param name of the output; default: the operator's with a number
   */
  node(opType: string, inputs: readonly Tensor[], attributes: Record<string, Attribute> = {}, name?: string): Tensor {
    return this.nodeOf(opType, inputs, attributes, [name ?? `${opType.toLowerCase()}_${this.nodes.length}`])[0];
  }

  /** Several outputs, which get numbers. */
  split(opType: string, inputs: readonly Tensor[], attributes: Record<string, Attribute>, count: number): Tensor[] {
    const index = this.nodes.length;
    const names = Array.from({ length: count }, (_, i) => `${opType.toLowerCase()}_${index}_${i}`);
    return this.nodeOf(opType, inputs, attributes, names);
  }

  /** A float32 constant; a scalar unless dimensions are given. Equal ones are stored once. */
  floats(values: number | readonly number[], dims?: readonly number[]): Tensor {
    const list = typeof values === 'number' ? [values] : values;
    const data = new Float32Array(list);
    return this.constant(
      'f',
      TensorProto_DataType.FLOAT,
      data,
      dims ?? (typeof values === 'number' ? [] : [data.length]),
    );
  }

  /** An int64 constant: shapes, axes, limits. A list unless a single number is given. */
  integers(values: number | readonly number[]): Tensor {
    const list = typeof values === 'number' ? [values] : values;
    const data = BigInt64Array.from(list, BigInt);
    return this.constant('i', TensorProto_DataType.INT64, data, typeof values === 'number' ? [] : [data.length]);
  }

  /** An int32 constant: data that counts. A list. */
  integers32(values: readonly number[]): Tensor {
    return this.constant('n', TensorProto_DataType.INT32, Int32Array.from(values), [values.length]);
  }

  /** A float16 constant, given as bits. */
  halves(bits: Uint16Array, dims: readonly number[]): Tensor {
    return this.constant('h', TensorProto_DataType.FLOAT16, bits, dims);
  }

  /** The ONNX file. */
  build(header: ModelHeader): Uint8Array {
    const model = create(ModelProtoSchema, {
      irVersion: BigInt(header.irVersion),
      opsetImport: [{ domain: '', version: BigInt(header.opset) }],
      producerName: 'meanfield',
      docString: header.description,
      graph: {
        name: header.name,
        node: this.nodes,
        initializer: [...this.constants.values()],
        input: this.inputs,
        output: this.outputs,
      },
    });
    return toBinary(ModelProtoSchema, model);
  }

  private nodeOf(
    opType: string,
    inputs: readonly Tensor[],
    attributes: Record<string, Attribute>,
    outputs: string[],
  ): Tensor[] {
    const attribute = Object.entries(attributes).map(([name, value]) => attributeOf(name, value));
    this.nodes.push(
      create(NodeProtoSchema, { opType, name: outputs[0], input: [...inputs], output: outputs, attribute }),
    );
    return outputs;
  }

  private constant(prefix: string, dataType: number, data: ConstantData, dims: readonly number[]): Tensor {
    const key = `${prefix}:${dims.join('x')}:${data.join(',')}`;
    const known = this.constants.get(key);
    if (known) return known.name;
    const name = `${prefix}${this.constants.size}`;
    const tensor = create(TensorProtoSchema, {
      name,
      dataType,
      dims: dims.map(BigInt),
      rawData: littleEndian(data),
    });
    this.constants.set(key, tensor);
    return name;
  }
}

/** ONNX stores raw data with the lowest byte first, whatever the machine. */
function littleEndian(data: ConstantData): Uint8Array {
  const bytes = new Uint8Array(data.byteLength);
  const view = new DataView(bytes.buffer);
  data.forEach((value, i) => {
    if (typeof value === 'bigint') view.setBigInt64(8 * i, value, true);
    else if (data instanceof Int32Array) view.setInt32(4 * i, value, true);
    else if (data instanceof Uint16Array) view.setUint16(2 * i, value, true);
    else view.setFloat32(4 * i, value, true);
  });
  return bytes;
}

function attributeOf(name: string, value: Attribute): AttributeProto {
  const { INT, INTS, STRING } = AttributeProto_AttributeType;
  if (typeof value === 'number') return create(AttributeProtoSchema, { name, type: INT, i: BigInt(value) });
  if (typeof value !== 'string') return create(AttributeProtoSchema, { name, type: INTS, ints: value.map(BigInt) });
  return create(AttributeProtoSchema, { name, type: STRING, s: new TextEncoder().encode(value) });
}

function valueInfo(name: string, dims: readonly (number | string)[]): ValueInfoProto {
  const dim = dims.map((extent) =>
    typeof extent === 'number'
      ? { value: { case: 'dimValue' as const, value: BigInt(extent) } }
      : { value: { case: 'dimParam' as const, value: extent } },
  );
  return create(ValueInfoProtoSchema, {
    name,
    type: { value: { case: 'tensorType', value: { elemType: TensorProto_DataType.FLOAT, shape: { dim } } } },
  });
}
