// SPDX-License-Identifier: MIT

import type { GraphProto, NodeProto } from './schema_pb.js';

/** The bodies of If, Loop and Scan in a graph, at any depth. */
export function* subgraphs(graph: GraphProto): Generator<GraphProto> {
  for (const node of graph.node) {
    for (const body of bodiesOf(node)) {
      yield body;
      yield* subgraphs(body);
    }
  }
}

/** Tensors that a node reads: its inputs, and what its bodies take from the graphs around them. */
export function tensorsRead(node: NodeProto): string[] {
  return [...node.input.filter((name) => name !== ''), ...bodiesOf(node).flatMap(tensorsFromOutside)];
}

function bodiesOf(node: NodeProto): GraphProto[] {
  return node.attribute.flatMap(({ g, graphs }) => (g === undefined ? graphs : [g, ...graphs]));
}

/** An output of a body may itself be a tensor of the graph around it. */
function tensorsFromOutside(body: GraphProto): string[] {
  const own = new Set([
    ...body.input.map(({ name }) => name),
    ...body.initializer.map(({ name }) => name),
    ...body.sparseInitializer.map(({ values }) => values?.name),
    ...body.node.flatMap(({ output }) => output),
  ]);
  const read = [...body.node.flatMap(tensorsRead), ...body.output.map(({ name }) => name)];
  return read.filter((name) => !own.has(name));
}
