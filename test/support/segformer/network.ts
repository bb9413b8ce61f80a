// SPDX-License-Identifier: MIT

import type { Tensor } from '../../../models/generator/graph-builder.js';
import { SegformerGraph } from './graph.js';

/** SegFormer-B0 (Xie et al., NeurIPS 2021, table 6): the encoder MiT-B0 by stage, and the all-MLP decoder. */
export const segformerB0 = {
  patchSizes: [7, 3, 3, 3],
  strides: [4, 2, 2, 2],
  depths: [2, 2, 2, 2],
  hiddenSizes: [32, 64, 160, 256],
  attentionHeads: [1, 2, 5, 8],
  reductionRatios: [8, 4, 2, 1],
  mlpRatio: 4,
  decoderSize: 256,
} as const;

/**
 * An ONNX file with the graph that transformers exports for SegformerForSemanticSegmentation, in the size of B0, with random weights of the seed.
 *
 *   pixel_values float32 [1, 3, height, width]     logits float32 [1, labels, height/4, width/4]
 */
export function segformerNetwork({ labelCount = 150, seed = 1 } = {}): Uint8Array {
  const graph = new SegformerGraph(seed);
  let image = graph.builder.input('pixel_values', [1, 3, 'height', 'width']);
  let channels = 3;
  const stages = segformerB0.hiddenSizes.map((size, stage) => {
    image = encode(graph, image, channels, stage);
    channels = size;
    return image;
  });
  decode(graph, stages, labelCount);
  graph.builder.output('logits', [1, labelCount, 'logits_height', 'logits_width']);
  return graph.builder.build({
    name: 'segformer',
    description: 'SegFormer-B0 with random weights.',
    opset: 13,
    irVersion: 7,
  });
}

/** One stage of the encoder, [1, channels, y, x] to [1, size, y/stride, x/stride]. */
function encode(graph: SegformerGraph, image: Tensor, channels: number, stage: number): Tensor {
  const size = segformerB0.hiddenSizes[stage];
  const [kernel, stride] = [segformerB0.patchSizes[stage], segformerB0.strides[stage]];
  const patches = graph.convolution(image, channels, size, { kernel, stride, padding: Math.floor(kernel / 2) });
  let tokens = graph.layerNorm(graph.tokens(patches, size), size);
  for (let block = 0; block < segformerB0.depths[stage]; block++) {
    const attended = attention(graph, graph.layerNorm(tokens, size), patches, stage);
    tokens = graph.builder.node('Add', [attended, tokens]);
    const mixed = mixFeedForward(graph, graph.layerNorm(tokens, size), patches, size);
    tokens = graph.builder.node('Add', [mixed, tokens]);
  }
  return graph.image(graph.layerNorm(tokens, size), size, patches);
}

/** Self-attention whose keys and values are those of a picture made smaller by the reduction ratio. */
function attention(graph: SegformerGraph, tokens: Tensor, grid: Tensor, stage: number): Tensor {
  const { builder } = graph;
  const [size, ratio, heads] = [
    segformerB0.hiddenSizes[stage],
    segformerB0.reductionRatios[stage],
    segformerB0.attentionHeads[stage],
  ];
  const reduced =
    ratio === 1
      ? tokens
      : graph.layerNorm(
          graph.tokens(
            graph.convolution(graph.image(tokens, size, grid), size, size, { kernel: ratio, stride: ratio }),
            size,
          ),
          size,
        );
  const split = builder.integers([1, -1, heads, size / heads]);
  const byHead = (of: Tensor, perm: readonly number[]) =>
    builder.node('Transpose', [builder.node('Reshape', [graph.linear(of, size, size), split])], { perm });
  const query = byHead(tokens, [0, 2, 1, 3]);
  const key = byHead(reduced, [0, 2, 3, 1]);
  const value = byHead(reduced, [0, 2, 1, 3]);
  const scores = builder.node('Div', [builder.node('MatMul', [query, key]), builder.floats(Math.sqrt(size / heads))]);
  const context = builder.node('MatMul', [builder.node('Softmax', [scores], { axis: -1 }), value]);
  const joined = builder.node('Transpose', [context], { perm: [0, 2, 1, 3] });
  return graph.linear(builder.node('Reshape', [joined, builder.integers([1, -1, size])]), size, size);
}

/** The feed-forward part with a depthwise convolution in it, which tells tokens where they are. */
function mixFeedForward(graph: SegformerGraph, tokens: Tensor, grid: Tensor, size: number): Tensor {
  const wide = segformerB0.mlpRatio * size;
  const image = graph.image(graph.linear(tokens, size, wide), wide, grid);
  const mixed = graph.convolution(image, wide, wide, { kernel: 3, stride: 1, padding: 1, groups: wide });
  return graph.linear(graph.gelu(graph.tokens(mixed, wide)), wide, size);
}

/** All stages at the first one's size, one over the other, to logits. Batch normalization is folded into the fusing convolution, as exporters do. */
function decode(graph: SegformerGraph, stages: readonly Tensor[], labelCount: number): void {
  const { builder } = graph;
  const size = segformerB0.decoderSize;
  const maps = stages.map((stage, index) => {
    const channels = segformerB0.hiddenSizes[index];
    const projected = graph.linear(graph.tokens(stage, channels), channels, size);
    return graph.resized(graph.image(projected, size, stage), size, stages[0]);
  });
  const joined = builder.node('Concat', maps.reverse(), { axis: 1 });
  const fused = graph.convolution(joined, size * maps.length, size, { kernel: 1, stride: 1 });
  graph.convolution(builder.node('Relu', [fused]), size, labelCount, { kernel: 1, stride: 1 }, 'logits');
}
