// SPDX-License-Identifier: MIT

import { create } from '@bufbuild/protobuf';
import { type OnnxModel, readModel, writeModel } from './model.js';
import { subgraphs } from './names.js';
import { AttributeProto_AttributeType, type NodeProto, NodeProtoSchema, TensorProto_DataType } from './schema_pb.js';

/** The operator set that models are raised to, and the oldest that they are raised from. */
const raisedVersion = 11;
const oldestVersion = 9;

/**
 * Operators that mean the same, said in the same way, in the sets 9, 10 and 11; or whose newer versions only allow more (negative axes,
 * further types and attributes with the old meaning as default). https://github.com/onnx/onnx/blob/main/docs/Changelog.md
 */
const unchanged = new Set(
  `Abs Add And ArgMax ArgMin AveragePool BatchNormalization Cast Ceil Concat Constant ConstantOfShape Conv ConvTranspose DepthToSpace
  Div Elu Equal Exp Expand Flatten Floor Gather Gemm GlobalAveragePool GlobalMaxPool Greater HardSigmoid Identity InstanceNormalization
  LRN LeakyRelu Less Log MatMul Max MaxPool Mean Min Mul Neg Not Or PRelu Pow Reciprocal ReduceMax ReduceMean ReduceMin ReduceSum Relu
  Reshape Selu Shape Sigmoid Sign Sin Softmax Softplus Softsign SpaceToDepth Split Sqrt Squeeze Sub Sum Tanh Tile Transpose Unsqueeze
  Where`.split(/\s+/),
);

/**
 * Says the operators of the sets 9 and 10 as set 11 says them: `Clip` with its bounds as inputs, `Upsample` and the old `Resize` as the
 * `Resize` that names its rule. The model computes the same. onnxruntime's WebGPU provider has kernels for the newer forms only, and
 * would bring every tensor before an older one to the CPU and back.
 *
 * @param bytes an ONNX file
 * @returns an ONNX file; `bytes` themselves where there is nothing to raise, or where an operator changed in a way that is not known here
 * @throws ArgumentError for bytes that are no whole ONNX model
 */
export function raiseOperators(bytes: Uint8Array): Uint8Array {
  const model = readModel(bytes);
  if (!canBeRaised(model)) return bytes;
  const { graph } = model;
  const constants = new Constants(model);
  const nodes = graph.node.map((node) => {
    if (node.opType === 'Clip') return raiseClip(node, constants);
    if (node.opType === 'Upsample' || node.opType === 'Resize') return raiseResize(node, constants);
    return node;
  });
  // What they read comes before all of them.
  graph.node = [...constants.nodes, ...nodes];
  for (const set of model.opsetImport) if (isOwn(set.domain)) set.version = BigInt(raisedVersion);
  return writeModel(model);
}

function canBeRaised({ graph, opsetImport }: OnnxModel): boolean {
  const version = Number(opsetImport.find(({ domain }) => isOwn(domain))?.version ?? raisedVersion);
  if (version < oldestVersion || version >= raisedVersion) return false;
  const changed = ['Clip', 'Upsample', 'Resize'];
  const used = graph.node.filter(({ domain }) => isOwn(domain)).map(({ opType }) => opType);
  return (
    used.some((type) => changed.includes(type)) &&
    used.every((type) => changed.includes(type) || unchanged.has(type)) &&
    // Bounds must have the type of what they bound.
    graph.initializer.every(({ dataType }) => dataType !== TensorProto_DataType.FLOAT16) &&
    subgraphs(graph).next().done === true
  );
}

/** ONNX's own operators go by either name. */
function isOwn(domain: string): boolean {
  return domain === '' || domain === 'ai.onnx';
}

/** Float constants, one a value, each computed by a node of its own: files of every IR version allow that. */
class Constants {
  readonly nodes: NodeProto[] = [];
  private readonly names = new Map<string, string>();
  private readonly taken: Set<string>;

  constructor({ graph }: OnnxModel) {
    this.taken = new Set([
      ...graph.node.flatMap(({ output }) => output),
      ...[...graph.input, ...graph.initializer].map(({ name }) => name),
    ]);
  }

  /** Name of a tensor with this value, or, for undefined, of one without elements. */
  get(value: number | undefined): string {
    const key = String(value);
    const known = this.names.get(key);
    if (known !== undefined) return known;
    let name = value === undefined ? 'empty' : `constant ${key}`;
    while (this.taken.has(name)) name += '_';
    this.taken.add(name);
    this.names.set(key, name);
    const t = {
      dataType: TensorProto_DataType.FLOAT,
      ...(value === undefined ? { dims: [0n] } : { floatData: [value] }),
    };
    const attribute = [{ name: 'value', type: AttributeProto_AttributeType.TENSOR, t }];
    this.nodes.push(create(NodeProtoSchema, { name, opType: 'Constant', output: [name], attribute }));
    return name;
  }
}

function raiseClip(node: NodeProto, constants: Constants): NodeProto {
  const bound = (name: string) => {
    const attribute = node.attribute.find((candidate) => candidate.name === name);
    return attribute ? constants.get(attribute.f) : '';
  };
  const input = [node.input[0], bound('min'), bound('max')];
  // An optional input that is the last is left out altogether.
  while (input.at(-1) === '') input.pop();
  return Object.assign(node, { input, attribute: [] });
}

/** Both took a sample from position / scale, and the nearest below. */
function raiseResize(node: NodeProto, constants: Constants): NodeProto {
  const text = (name: string, value: string) => ({
    name,
    type: AttributeProto_AttributeType.STRING,
    s: new TextEncoder().encode(value),
  });
  const mode = node.attribute.filter(({ name }) => name === 'mode');
  const [x, scales] = node.input;
  const { attribute } = create(NodeProtoSchema, {
    attribute: [text('coordinate_transformation_mode', 'asymmetric'), text('nearest_mode', 'floor')],
  });
  // In between it wants a region of interest, which no rule but one reads.
  return Object.assign(node, {
    opType: 'Resize',
    input: [x, constants.get(undefined), scales],
    attribute: [...mode, ...attribute],
  });
}
