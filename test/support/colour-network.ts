// SPDX-License-Identifier: MIT

import { tinyModel } from './onnx-models.js';

/**
 * A network of one 1×1 convolution that tells red from everything else, 16×16 in and out: its logits are 0 for the rest and
 * 24·(red - green - ¼) for red, of colours 0..1.
 */
export function redNetwork(): Uint8Array {
  return tinyModel({
    nodes: [{ op: 'Conv', inputs: ['image', 'weights', 'bias'], outputs: ['logits'], ints: { kernel_shape: [1, 1] } }],
    inputs: [{ name: 'image', dims: [1, 3, 16, 16] }],
    outputs: [{ name: 'logits', dims: [1, 2, 16, 16] }],
    initializers: [
      { name: 'weights', dims: [2, 3, 1, 1], values: Float32Array.of(0, 0, 0, 24, -24, 0) },
      { name: 'bias', dims: [2], values: Float32Array.of(0, -6) },
    ],
  });
}
