// SPDX-License-Identifier: MIT

import { GraphBuilder, type Tensor } from './graph-builder.js';
import type { LiteActivation, LiteGraph, LiteOperator, LitePadding, LiteTensor } from './tflite/graph.js';
import { readLite } from './tflite/read.js';

/** ONNX's number for the type of tensors. */
const float32 = 1;

/** Dimensions of [batch, y, x, channel] in the order [batch, channel, y, x], and back. */
const channelsFirst = [0, 3, 1, 2];
const channelsLast = [0, 2, 3, 1];

/**
 * MediaPipe's selfie segmentation as an ONNX graph, from its `.tflite` file.
 *
 *   image          float32 [1, height, width, 3], red, green, blue on 0..1
 *   probabilities  float32 [1, height, width, 1], of "person"
 *
 * Weights are float16 as in the file, with a Cast for each, which onnxruntime does once while it loads. Inside channels come first, as
 * ONNX has it; the two transpositions at the ends vanish where onnxruntime computes with channels last.
 */
export function personModel(file: Uint8Array, name: string): Uint8Array {
  const lite = readLite(file);
  const { shape } = lite.tensors[lite.input];
  const [, height, width] = shape;
  const graph = new GraphBuilder();
  const image = graph.input('image', [1, height, width, 3]);
  const person = new LiteConverter(graph, lite).convert(graph.node('Transpose', [image], { perm: channelsFirst }));
  graph.node('Transpose', [person], { perm: channelsLast }, 'probabilities');
  graph.output('probabilities', [1, height, width, 1]);
  return graph.build({
    name,
    description:
      'MediaPipe Selfie Segmentation, Apache-2.0, by the MediaPipe authors: see NOTICE. Converted by npm run generate:models.',
    opset: 17,
    irVersion: 8,
  });
}

/** Writes the operators of a TensorFlow Lite graph one after the other. */
class LiteConverter {
  /** By place among the lite graph's tensors: those of the ONNX graph, [batch, channel, y, x]. */
  private readonly tensors = new Map<number, Tensor>();
  /** Weights that DEQUANTIZE makes float32. */
  private readonly weights = new Map<number, LiteTensor>();

  constructor(
    private readonly graph: GraphBuilder,
    private readonly lite: LiteGraph,
  ) {}

  /** Returns the graph's output. */
  convert(input: Tensor): Tensor {
    this.tensors.set(this.lite.input, input);
    for (const operator of this.lite.operators) {
      if (operator.kind === 'DEQUANTIZE') this.weights.set(operator.output, this.lite.tensors[operator.inputs[0]]);
      else this.tensors.set(operator.output, this.nodeOf(operator));
    }
    return this.tensor(this.lite.output);
  }

  private nodeOf(operator: Exclude<LiteOperator, { kind: 'DEQUANTIZE' }>): Tensor {
    const { graph } = this;
    const [first, second, third] = operator.inputs;
    const image = this.tensor(first);
    switch (operator.kind) {
      case 'RELU':
        return graph.node('Relu', [image]);
      case 'HARD_SWISH':
        return graph.node('HardSwish', [image]);
      case 'LOGISTIC':
        return graph.node('Sigmoid', [image]);
      case 'ADD':
        return this.activated(graph.node('Add', [image, this.tensor(second)]), operator.activation);
      case 'MUL':
        return this.activated(graph.node('Mul', [image, this.tensor(second)]), operator.activation);
      case 'AVERAGE_POOL_2D':
      case 'MEAN':
        return graph.node('GlobalAveragePool', [image]);
      case 'RESIZE_BILINEAR':
        return this.resized(image, operator.output);
      case 'CONV_2D':
      case 'DEPTHWISE_CONV_2D':
        return this.convolved(image, operator);
      case 'Convolution2DTransposeBias': {
        const [, height, width] = this.lite.tensors[second].shape;
        const kernel = this.weight(second, [3, 0, 1, 2]);
        return graph.node('ConvTranspose', [image, kernel, this.weight(third, [0])], { strides: [height, width] });
      }
    }
  }

  private convolved(image: Tensor, operator: LiteOperator & { kind: 'CONV_2D' | 'DEPTHWISE_CONV_2D' }): Tensor {
    const [first, second, third] = operator.inputs;
    const { tensors } = this.lite;
    const { strideX, strideY, padding, activation, kind } = operator;
    const isDepthwise = kind === 'DEPTHWISE_CONV_2D';
    const [, rows, columns, channels] = tensors[first].shape;
    const [, height, width] = tensors[second].shape;
    const down = padsOf(padding, rows, height, strideY);
    const across = padsOf(padding, columns, width, strideX);
    const result = this.graph.node(
      'Conv',
      [image, this.weight(second, isDepthwise ? [3, 0, 1, 2] : channelsFirst), this.weight(third, [0])],
      {
        strides: [strideY, strideX],
        pads: [down.before, across.before, down.after, across.after],
        ...(isDepthwise ? { group: channels } : undefined),
      },
    );
    return this.activated(result, activation);
  }

  private resized(image: Tensor, output: number): Tensor {
    const [batch, height, width, channels] = this.lite.tensors[output].shape;
    const sizes = this.graph.integers([batch, channels, height, width]);
    return this.graph.node('Resize', [image, '', '', sizes], {
      mode: 'linear',
      coordinate_transformation_mode: 'half_pixel',
    });
  }

  private activated(tensor: Tensor, activation: LiteActivation): Tensor {
    return activation === 'relu' ? this.graph.node('Relu', [tensor]) : tensor;
  }

  private tensor(index: number): Tensor {
    const tensor = this.tensors.get(index);
    if (tensor !== undefined) return tensor;
    throw new Error(`tensor ${this.lite.tensors[index].name}: expected one that an operator before has computed`);
  }

  /** A weight as float32, its dimensions in the order given. */
  private weight(index: number, order: readonly number[]): Tensor {
    const half = this.weights.get(index);
    if (half?.type !== 'float16' || half.data === undefined) {
      throw new Error(`tensor ${this.lite.tensors[index].name}: expected weights that are float16 in the file`);
    }
    const dims = order.map((dim) => half.shape[dim]);
    return this.graph.node('Cast', [this.graph.halves(transposed(half.data, half.shape, order), dims)], {
      to: float32,
    });
  }
}

/** Pixels around a picture so that 'same' gives one window a stride; the odd one comes after. */
function padsOf(padding: LitePadding, side: number, window: number, stride: number) {
  if (padding === 'valid') return { before: 0, after: 0 };
  const total = Math.max(0, (Math.ceil(side / stride) - 1) * stride + window - side);
  return { before: Math.floor(total / 2), after: Math.ceil(total / 2) };
}

/** Halves with their dimensions in another order: dimension i of the result is dimension `order[i]` of the given. */
function transposed(data: Uint8Array, shape: readonly number[], order: readonly number[]): Uint16Array {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const strides = shape.map((_, dim) => shape.slice(dim + 1).reduce((product, extent) => product * extent, 1));
  const places = order.reduce(
    (before, dim) => before.flatMap((place) => Array.from({ length: shape[dim] }, (_, i) => place + i * strides[dim])),
    [0],
  );
  return Uint16Array.from(places, (place) => view.getUint16(2 * place, true));
}
