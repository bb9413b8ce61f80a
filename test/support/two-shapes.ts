// SPDX-License-Identifier: MIT

import type { NetworkDescription } from '../../src/pipeline/index.js';
import { tinyModel } from './onnx-models.js';

/** One channel, `sign` times the red of the picture, at the size of the input; 'NCHW'. */
export function redModel(width: number, height: number, sign: number): Uint8Array {
  return tinyModel({
    nodes: [
      { op: 'Conv', inputs: ['image', 'weights'], outputs: ['red'], ints: { kernel_shape: [1, 1] } },
      { op: 'Sigmoid', inputs: ['red'], outputs: ['probability'] },
    ],
    inputs: [{ name: 'image', dims: [1, 3, height, width] }],
    outputs: [{ name: 'probability', dims: [1, 1, height, width] }],
    initializers: [{ name: 'weights', dims: [1, 3, 1, 1], values: Float32Array.of(5 * sign, 0, 0) }],
  });
}

/** A network with a variant for pictures wider than √2:1. What is red is label 1 to the one, and label 0 to the variant. */
export function twoShapes(more: Partial<NetworkDescription> = {}): NetworkDescription {
  return {
    name: 'two shapes',
    bytes: redModel(16, 16, 1),
    input: { name: 'image', width: 16, height: 16, layout: 'NCHW', range: [-1, 1] },
    variants: [{ bytes: redModel(32, 16, -1), width: 32, height: 16 }],
    output: { name: 'probability', layout: 'NCHW', activation: 'sigmoid' },
    labels: ['other', 'red'],
    ...more,
  };
}
