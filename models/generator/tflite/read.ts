// SPDX-License-Identifier: MIT

import type { LiteGraph, LiteOperator, LiteTensor } from './graph.js';
import { operatorName, readOperation } from './operators.js';
import { Table } from './table.js';

/** TensorType of schema.fbs. */
const types = ['float32', 'float16', 'int32'] as const;

/**
 * Reads a `.tflite` file: fields are numbered as in TensorFlow Lite's schema.fbs.
 *
 * Throws Error for a file of another kind or one cut short, for several graphs, inputs or outputs, for tensors of other types than these,
 * and, by name, for operators that are not among `LiteOperation`.
 */
export function readLite(bytes: Uint8Array): LiteGraph {
  const model = Table.root(bytes, 'TFL3');
  const graphs = model.tables(2);
  if (graphs.length !== 1) throw new Error(`expected one graph, got ${graphs.length}`);
  const [graph] = graphs;
  const buffers = model.tables(4);
  const tensors = graph.tables(0).map((tensor) => readTensor(tensor, buffers));
  const codes = model.tables(1).map(operatorName);
  return {
    tensors,
    operators: graph.tables(3).map((operator) => readOperator(operator, codes, tensors)),
    input: onlyOne('input', graph.integers(1)),
    output: onlyOne('output', graph.integers(2)),
  };
}

function readTensor(tensor: Table, buffers: readonly Table[]): LiteTensor {
  const name = tensor.text(3) ?? '';
  const type = types[tensor.byte(1)];
  if (type === undefined)
    throw new Error(`tensor ${name}: expected one of ${types.join(', ')}, got type ${tensor.byte(1)}`);
  const data = buffers[tensor.integer(2)]?.bytes(0);
  return { name, type, shape: tensor.integers(0), data: data && data.length > 0 ? data : undefined };
}

function readOperator(operator: Table, codes: readonly string[], tensors: readonly LiteTensor[]): LiteOperator {
  const name = codes[operator.integer(0)];
  const inputs = operator.integers(1);
  const output = onlyOne(`output of ${name}`, operator.integers(2));
  const operation = readOperation(
    name,
    operator,
    inputs.map((index) => tensors[index]),
    tensors[output],
  );
  return { ...operation, inputs, output };
}

function onlyOne(what: string, indices: readonly number[]): number {
  if (indices.length !== 1) throw new Error(`expected one ${what}, got ${indices.length}`);
  return indices[0];
}
