// SPDX-License-Identifier: MIT

import type { LiteActivation, LiteOperation, LitePadding, LiteTensor } from './graph.js';
import type { Table } from './table.js';

/** BuiltinOperator of TensorFlow Lite's schema.fbs, by number: so that an operator is refused by its name. */
const builtinNames = (
  'ADD AVERAGE_POOL_2D CONCATENATION CONV_2D DEPTHWISE_CONV_2D DEPTH_TO_SPACE DEQUANTIZE EMBEDDING_LOOKUP FLOOR ' +
  'FULLY_CONNECTED HASHTABLE_LOOKUP L2_NORMALIZATION L2_POOL_2D LOCAL_RESPONSE_NORMALIZATION LOGISTIC LSH_PROJECTION ' +
  'LSTM MAX_POOL_2D MUL RELU RELU_N1_TO_1 RELU6 RESHAPE RESIZE_BILINEAR RNN SOFTMAX SPACE_TO_DEPTH SVDF TANH ' +
  'CONCAT_EMBEDDINGS SKIP_GRAM CALL CUSTOM EMBEDDING_LOOKUP_SPARSE PAD UNIDIRECTIONAL_SEQUENCE_RNN GATHER ' +
  'BATCH_TO_SPACE_ND SPACE_TO_BATCH_ND TRANSPOSE MEAN SUB DIV SQUEEZE UNIDIRECTIONAL_SEQUENCE_LSTM STRIDED_SLICE ' +
  'BIDIRECTIONAL_SEQUENCE_RNN EXP TOPK_V2 SPLIT LOG_SOFTMAX DELEGATE BIDIRECTIONAL_SEQUENCE_LSTM CAST PRELU MAXIMUM ' +
  'ARG_MAX MINIMUM LESS NEG PADV2 GREATER GREATER_EQUAL LESS_EQUAL SELECT SLICE SIN TRANSPOSE_CONV SPARSE_TO_DENSE ' +
  'TILE EXPAND_DIMS EQUAL NOT_EQUAL LOG SUM SQRT RSQRT SHAPE POW ARG_MIN FAKE_QUANT REDUCE_PROD REDUCE_MAX PACK ' +
  'LOGICAL_OR ONE_HOT LOGICAL_AND LOGICAL_NOT UNPACK REDUCE_MIN FLOOR_DIV REDUCE_ANY SQUARE ZEROS_LIKE FILL ' +
  'FLOOR_MOD RANGE RESIZE_NEAREST_NEIGHBOR LEAKY_RELU SQUARED_DIFFERENCE MIRROR_PAD ABS SPLIT_V UNIQUE CEIL ' +
  'REVERSE_V2 ADD_N GATHER_ND COS WHERE RANK ELU REVERSE_SEQUENCE MATRIX_DIAG QUANTIZE MATRIX_SET_DIAG ROUND HARD_SWISH'
).split(' ');

const paddings: readonly LitePadding[] = ['same', 'valid'];
const activations: readonly LiteActivation[] = ['none', 'relu'];

/** The name of an OperatorCode: a built-in operator's, or the one that a custom operator was given. */
export function operatorName(code: Table): string {
  // Numbers from 127 on don't fit the old field, a byte; the new one is absent in old files.
  const number = Math.max(code.byte(0), code.integer(3));
  const name = builtinNames[number] ?? `BuiltinOperator ${number}`;
  return name === 'CUSTOM' ? (code.text(1) ?? name) : name;
}

/**
 * What an Operator table says besides its tensors. Throws Error, with the operator's name, for operators that are not among
 * `LiteOperation`, and for options of them that are not understood.
 */
export function readOperation(
  name: string,
  operator: Table,
  inputs: readonly LiteTensor[],
  output: LiteTensor,
): LiteOperation {
  const options = operator.table(4);
  switch (name) {
    case 'DEQUANTIZE':
    case 'RELU':
    case 'HARD_SWISH':
    case 'LOGISTIC':
      return { kind: name };
    case 'ADD':
    case 'MUL':
      return { kind: name, activation: activationOf(name, options?.byte(0) ?? 0) };
    case 'CONV_2D':
      return { kind: name, ...convolution(name, options, { activation: 3, dilation: 4 }) };
    case 'DEPTHWISE_CONV_2D':
      return { kind: name, ...convolution(name, options, { activation: 4, dilation: 5 }) };
    case 'AVERAGE_POOL_2D':
      return checkPool(name, options, inputs[0]);
    case 'MEAN':
      return checkMean(name, options, inputs[1]);
    case 'RESIZE_BILINEAR':
      if (options?.byte(2) || !options?.byte(3)) throw refusal(name, 'only half-pixel centres');
      return { kind: name };
    case 'Convolution2DTransposeBias':
      return checkTransposed(name, operator.bytes(5), inputs, output);
    default:
      throw refusal(name, 'none of that name');
  }
}

function refusal(name: string, understood: string): Error {
  return new Error(`operator ${name}: ${understood} is understood`);
}

function activationOf(name: string, code: number): LiteActivation {
  const activation = activations[code];
  if (activation === undefined) throw refusal(name, 'no fused activation but RELU');
  return activation;
}

function convolution(name: string, options: Table | undefined, fields: { activation: number; dilation: number }) {
  if (!options) throw refusal(name, 'only one with options');
  const { activation, dilation } = fields;
  if (options.integer(dilation, 1) !== 1 || options.integer(dilation + 1, 1) !== 1) {
    throw refusal(name, 'no dilation');
  }
  return {
    padding: paddings[options.byte(0)],
    strideX: options.integer(1),
    strideY: options.integer(2),
    activation: activationOf(name, options.byte(activation)),
  };
}

function checkPool(kind: 'AVERAGE_POOL_2D', options: Table | undefined, { shape }: LiteTensor): LiteOperation {
  const [, height, width] = shape;
  const isWhole =
    options?.integer(3) === width && options.integer(4) === height && paddings[options.byte(0)] === 'valid';
  if (!isWhole || options?.byte(5)) throw refusal(kind, 'only the mean of all rows and columns');
  return { kind };
}

function checkMean(kind: 'MEAN', options: Table | undefined, axes: LiteTensor): LiteOperation {
  const { data } = axes;
  const given = data && Array.from({ length: data.length / 4 }, (_, i) => data[4 * i]).sort();
  if (String(given) !== '1,2' || !options?.byte(0)) throw refusal(kind, 'only the mean of all rows and columns');
  return { kind };
}

/** Its options are three integers: padding, and the strides across and down. Without overlap padding is none, whatever it says. */
function checkTransposed(
  kind: 'Convolution2DTransposeBias',
  options: Uint8Array,
  [image, { shape }]: readonly LiteTensor[],
  output: LiteTensor,
): LiteOperation {
  const view = new DataView(options.buffer, options.byteOffset, options.byteLength);
  const [strideX, strideY] = [view.getInt32(4, true), view.getInt32(8, true)];
  const [, height, width] = shape;
  const fits = output.shape[1] === strideY * image.shape[1] && output.shape[2] === strideX * image.shape[2];
  if (width !== strideX || height !== strideY || !fits) throw refusal(kind, 'only windows that do not overlap');
  return { kind };
}
