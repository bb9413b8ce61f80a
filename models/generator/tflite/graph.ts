// SPDX-License-Identifier: MIT

/** A tensor of a TensorFlow Lite graph. */
export interface LiteTensor {
  name: string;
  shape: readonly number[];
  type: 'float32' | 'float16' | 'int32';
  /** Little-endian, for tensors whose values the file holds. */
  data: Uint8Array | undefined;
}

/** What an operator has besides its tensors, which are [batch, y, x, channel]. */
export type LiteOperation =
  /** From float16 to float32. */
  | { kind: 'DEQUANTIZE' }
  | { kind: 'RELU' | 'HARD_SWISH' | 'LOGISTIC' }
  | { kind: 'ADD' | 'MUL'; activation: LiteActivation }
  /** Weights [output channel, y, x, input channel]; of DEPTHWISE_CONV_2D [1, y, x, output channel]. */
  | ({ kind: 'CONV_2D' | 'DEPTHWISE_CONV_2D'; padding: LitePadding; activation: LiteActivation } & LiteStrides)
  /** Means over all rows and columns. */
  | { kind: 'AVERAGE_POOL_2D' | 'MEAN' }
  /** To the size of its output, half-pixel centres. */
  | { kind: 'RESIZE_BILINEAR' }
  /** Windows that do not overlap: the strides are the sides of the weights [output channel, y, x, input channel]. */
  | { kind: 'Convolution2DTransposeBias' };

export type LitePadding = 'same' | 'valid';

/** Done to the result of an operator. */
export type LiteActivation = 'none' | 'relu';

/** Pixels from one window to the next. */
export interface LiteStrides {
  strideX: number;
  strideY: number;
}

/** One operator; `inputs` and `output` are places in `LiteGraph.tensors`. */
export type LiteOperator = LiteOperation & { inputs: readonly number[]; output: number };

/** A graph with one input and one output, its operators in the order in which they run. */
export interface LiteGraph {
  tensors: readonly LiteTensor[];
  operators: readonly LiteOperator[];
  input: number;
  output: number;
}
