// SPDX-License-Identifier: MIT

import { create } from '@bufbuild/protobuf';
import { ArgumentError } from '../../problem/errors.js';
import { type OnnxModel, readModel, writeModel } from './model.js';
import { tensorsRead } from './names.js';
import { type GraphProto, type ValueInfoProto, ValueInfoProtoSchema } from './schema_pb.js';

/**
 * A model that computes one inner tensor and no more: the coarse logits of a network that ends in its own resize or ArgMax.
 *
 * The tensor becomes the only output; nodes, initializers and inputs that it doesn't need are removed. Its values are those that
 * it has in the whole network, and so is its layout: converters from TensorFlow transpose at a network's two ends, so
 * that the inner tensors of one with NHWC input and output are NCHW. Type and shape of the new output are known where the
 * file wrote them down for this tensor; runtimes infer them all the same.
 *
 * @param bytes an ONNX file
 * @param tensorName an output of one of the graph's nodes
 * @returns an ONNX file; `bytes` themselves where the tensor is already the only output
 * @throws ArgumentError for bytes that are no whole ONNX model, and for names that no node computes
 */
export function cutGraph(bytes: Uint8Array, tensorName: string): Uint8Array {
  if (typeof tensorName !== 'string') throw new ArgumentError('tensorName', tensorName, 'the name of a tensor');
  const model = readModel(bytes);
  const { graph } = model;
  if (graph.output.length === 1 && graph.output[0].name === tensorName) return bytes;
  if (tensorName === '' || !graph.node.some(({ output }) => output.includes(tensorName))) {
    throw new ArgumentError('tensorName', tensorName, `a tensor that a node computes, ${examples(model)}`);
  }
  cutAt(graph, tensorName);
  return writeModel(model);
}

function cutAt(graph: GraphProto, tensorName: string): void {
  const needed = new Set([tensorName]);
  // Nodes are in topological order: from the last to the first, who reads a tensor comes before who writes it.
  const nodes = graph.node.toReversed().filter((node) => {
    if (!node.output.some((name) => needed.has(name))) return false;
    for (const name of tensorsRead(node)) needed.add(name);
    return true;
  });
  const computed = new Set([...nodes.flatMap(({ output }) => output), ...needed]);
  const annotations = graph.quantizationAnnotation.filter((annotation) => computed.has(annotation.tensorName));
  for (const { quantParameterTensorNames } of annotations) {
    for (const { value } of quantParameterTensorNames) needed.add(value);
  }
  graph.output = [typeOf(graph, tensorName)];
  graph.node = nodes.reverse();
  graph.input = graph.input.filter(({ name }) => needed.has(name));
  graph.initializer = graph.initializer.filter(({ name }) => needed.has(name));
  graph.sparseInitializer = graph.sparseInitializer.filter(({ values }) => needed.has(values?.name ?? ''));
  graph.valueInfo = graph.valueInfo.filter(({ name }) => computed.has(name) && name !== tensorName);
  graph.quantizationAnnotation = annotations;
}

function typeOf(graph: GraphProto, tensorName: string): ValueInfoProto {
  const known = [...graph.output, ...graph.valueInfo].find(({ name }) => name === tensorName);
  return known ?? create(ValueInfoProtoSchema, { name: tensorName });
}

/** The last tensors, where the end of a network is; somebody who mistyped a name finds it there. */
function examples({ graph }: OnnxModel): string {
  const names = graph.node.flatMap(({ output }) => output.filter((name) => name !== ''));
  const shown = names.slice(-8).map((name) => `'${name}'`);
  return `the last of them: ${shown.join(', ')}`;
}
