// SPDX-License-Identifier: MIT

import { type OnnxModel, readModel } from './model.js';
import { subgraphs } from './names.js';
import {
  type GraphProto,
  type TensorProto,
  TensorProto_DataLocation,
  TensorProto_DataType,
  type ValueInfoProto,
} from './schema_pb.js';

/** Element types by ONNX's names in lower case, but `float` and `double`, which are `float32` and `float64`. */
export type ElementType =
  | 'float32'
  | 'float64'
  | 'uint8'
  | 'int8'
  | 'uint16'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'string'
  | 'bool'
  | 'float16'
  | 'uint32'
  | 'uint64'
  | 'complex64'
  | 'complex128'
  | 'bfloat16'
  | 'float8e4m3fn'
  | 'float8e4m3fnuz'
  | 'float8e5m2'
  | 'float8e5m2fnuz'
  | 'uint4'
  | 'int4'
  | 'float4e2m1';

/** An input or output of a graph. */
export interface TensorInfo {
  /** As the graph has it. */
  name: string;
  /** Left out where the model doesn't say, or where it is no tensor (a sequence, a map). */
  type?: ElementType;
  /** A number, the name of a symbolic extent, or null for an unknown one. Left out where not even the rank is known. */
  shape?: readonly (number | string | null)[];
}

/** A kind of operator that a graph uses. */
export interface OperatorInfo {
  /** For example 'Conv'. */
  type: string;
  /** '' for ONNX's own operators. */
  domain: string;
  /** Names of the nodes that use it; a node without one goes by its first output. Those of subgraphs are among them. */
  nodes: readonly string[];
}

/** What an ONNX file says of itself. */
export interface ModelInfo {
  /** Version of the file format. */
  irVersion: number;
  /** What wrote the file: 'pytorch 2.4', for example, or ''. */
  producer: string;
  /** Versions of the operator sets; domain '' is ONNX's own. */
  opsets: readonly { domain: string; version: number }[];
  /** What has to be given: initializers that a model lists among its inputs are left out. */
  inputs: readonly TensorInfo[];
  /** What comes out. */
  outputs: readonly TensorInfo[];
  /** In the order in which the graph first uses them. */
  operators: readonly OperatorInfo[];
  /** Names of further files that hold weights. A model that has any can't be loaded from these bytes alone. */
  externalFiles: readonly string[];
}

/**
 * What an ONNX file takes, gives and uses, without running it.
 *
 * @param bytes the file
 * @throws ArgumentError for bytes that are no whole ONNX model
 */
export function inspectModel(bytes: Uint8Array): ModelInfo {
  return describeModel(readModel(bytes));
}

/** @internal */
export function describeModel(model: OnnxModel): ModelInfo {
  const { graph } = model;
  const initialized = new Set(graph.initializer.map(({ name }) => name));
  return {
    irVersion: Number(model.irVersion),
    producer: `${model.producerName} ${model.producerVersion}`.trim(),
    opsets: model.opsetImport.map(({ domain, version }) => ({ domain, version: Number(version) })),
    inputs: graph.input.filter(({ name }) => !initialized.has(name)).map(describeTensor),
    outputs: graph.output.map(describeTensor),
    operators: listOperators(graph),
    externalFiles: listExternalFiles(graph),
  };
}

function describeTensor({ name, type }: ValueInfoProto): TensorInfo {
  if (type?.value.case !== 'tensorType') return { name };
  const { elemType, shape } = type.value.value;
  const element = elementType(elemType);
  return {
    name,
    ...(element === undefined ? undefined : { type: element }),
    ...(shape === undefined ? undefined : { shape: shape.dim.map(({ value }) => extent(value)) }),
  };
}

function extent(
  value: { case: 'dimValue'; value: bigint } | { case: 'dimParam'; value: string } | { case: undefined },
) {
  if (value.case === 'dimValue') return Number(value.value);
  // Some exporters write an empty name, or -1, for what they don't know.
  return value.case === 'dimParam' && value.value !== '' ? value.value : null;
}

type ElementName = keyof typeof TensorProto_DataType;

const namesByNumber = new Map<number, ElementName>(
  Object.entries(TensorProto_DataType).map(([name, number]) => [number as number, name as ElementName]),
);

/** undefined where there is none, and for types newer than this schema. */
function elementType(number: number): ElementType | undefined {
  const name = namesByNumber.get(number);
  if (name === undefined || name === 'UNDEFINED') return undefined;
  if (name === 'FLOAT') return 'float32';
  if (name === 'DOUBLE') return 'float64';
  return name.toLowerCase() as Lowercase<typeof name>;
}

function listOperators(graph: GraphProto): OperatorInfo[] {
  const operators = new Map<string, OperatorInfo & { nodes: string[] }>();
  for (const node of [graph, ...subgraphs(graph)].flatMap((part) => part.node)) {
    const { opType: type, domain } = node;
    const key = `${domain} ${type}`;
    const operator = operators.get(key) ?? { type, domain, nodes: [] };
    operator.nodes.push(node.name === '' ? (node.output.find((name) => name !== '') ?? '') : node.name);
    operators.set(key, operator);
  }
  return [...operators.values()];
}

function listExternalFiles(graph: GraphProto): string[] {
  const files = [graph, ...subgraphs(graph)].flatMap(tensorsOf).flatMap((tensor) => {
    if (tensor.dataLocation !== TensorProto_DataLocation.EXTERNAL) return [];
    return tensor.externalData.filter(({ key }) => key === 'location').map(({ value }) => value);
  });
  return [...new Set(files)];
}

function tensorsOf(graph: GraphProto): TensorProto[] {
  const sparse = graph.sparseInitializer.flatMap(({ values, indices }) => [values, indices]);
  const constants = graph.node.flatMap(({ attribute }) => attribute.flatMap(({ t, tensors }) => [t, ...tensors]));
  return [...graph.initializer, ...sparse, ...constants].filter((tensor) => tensor !== undefined);
}
