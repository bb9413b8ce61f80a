// SPDX-License-Identifier: MIT

import { GraphBuilder, type Tensor } from '../../../models/generator/graph-builder.js';
import { randomNumbers } from '../random.js';

interface Window {
  kernel: number;
  stride: number;
  padding?: number;
  groups?: number;
}

/** Parts of transformers in the operators that PyTorch's exporter writes for opset 13, with random weights. Pictures are [1, channels, y, x], tokens [1, token, channels]. */
export class SegformerGraph {
  readonly builder = new GraphBuilder();
  private readonly random: () => number;

  constructor(seed: number) {
    this.random = randomNumbers(seed);
  }

  /** Rows of a picture, one behind the other. */
  tokens(image: Tensor, channels: number): Tensor {
    const flat = this.builder.node('Reshape', [image, this.builder.integers([1, channels, -1])]);
    return this.builder.node('Transpose', [flat], { perm: [0, 2, 1] });
  }

  /** Tokens as a picture of the size of another. */
  image(tokens: Tensor, channels: number, like: Tensor): Tensor {
    const flat = this.builder.node('Transpose', [tokens], { perm: [0, 2, 1] });
    return this.builder.node('Reshape', [flat, this.shape(channels, like)]);
  }

  /** Bilinear, as `interpolate` of PyTorch with align_corners=False. */
  resized(image: Tensor, channels: number, like: Tensor): Tensor {
    const attributes = { mode: 'linear', coordinate_transformation_mode: 'half_pixel' };
    return this.builder.node('Resize', [image, '', '', this.shape(channels, like)], attributes);
  }

  convolution(image: Tensor, from: number, to: number, window: Window, name?: string): Tensor {
    const { kernel, stride, padding = 0, groups = 1 } = window;
    const fanIn = (from / groups) * kernel * kernel;
    const weights = this.weights(fanIn, [to, from / groups, kernel, kernel]);
    const attributes = {
      kernel_shape: [kernel, kernel],
      strides: [stride, stride],
      pads: [padding, padding, padding, padding],
      dilations: [1, 1],
      group: groups,
    };
    return this.builder.node('Conv', [image, weights, this.weights(100, [to])], attributes, name);
  }

  linear(tokens: Tensor, from: number, to: number): Tensor {
    const product = this.builder.node('MatMul', [tokens, this.weights(from, [from, to])]);
    return this.builder.node('Add', [this.weights(100, [to]), product]);
  }

  layerNorm(tokens: Tensor, channels: number): Tensor {
    const { builder } = this;
    const mean = (of: Tensor) => builder.node('ReduceMean', [of], { axes: [-1] });
    const centred = builder.node('Sub', [tokens, mean(tokens)]);
    const variance = mean(builder.node('Pow', [centred, builder.floats(2)]));
    const deviation = builder.node('Sqrt', [builder.node('Add', [variance, builder.floats(1e-6)])]);
    const normal = builder.node('Div', [centred, deviation]);
    const scaled = builder.node('Mul', [normal, this.weights(100, [channels], 1)]);
    return builder.node('Add', [scaled, this.weights(100, [channels])]);
  }

  /** x·(1 + erf(x/√2))/2 */
  gelu(values: Tensor): Tensor {
    const { builder } = this;
    const error = builder.node('Erf', [builder.node('Div', [values, builder.floats(Math.SQRT2)])]);
    const product = builder.node('Mul', [values, builder.node('Add', [error, builder.floats(1)])]);
    return builder.node('Mul', [product, builder.floats(0.5)]);
  }

  /** [1, channels, y, x] of the size of another picture. */
  private shape(channels: number, like: Tensor): Tensor {
    const { builder } = this;
    const sides = builder.node('Slice', [builder.node('Shape', [like]), builder.integers([2]), builder.integers([4])]);
    return builder.node('Concat', [builder.integers([1, channels]), sides], { axis: 0 });
  }

  /** Around a middle, so that a sum over as many inputs has a variance of about 1. */
  private weights(fanIn: number, dims: readonly number[], middle = 0): Tensor {
    const reach = Math.sqrt(3 / fanIn);
    const count = dims.reduce((product, extent) => product * extent, 1);
    const values = Array.from({ length: count }, () => middle + reach * (2 * this.random() - 1));
    return this.builder.floats(values, dims);
  }
}
