// SPDX-License-Identifier: MIT

import {
  colourBinCount,
  colourPromptRecipe,
  opponentMatrix,
  windowSigma,
} from '../../src/reference/pipeline/colour-prompt-recipe.js';
import { GraphBuilder, type Tensor } from './graph-builder.js';

const { bins, knee, block, windows, globalWeight, scarce, nearness, floor, doubt, tiny } = colourPromptRecipe;

/** Pixels of a block. */
const blockPixels = block * block;

/** What the shapes of one run are computed from: scalars and lists of whole numbers, which onnxruntime keeps on the CPU. */
interface Sizes {
  /** Of the image, [1]. */
  height: Tensor;
  width: Tensor;
  /** Blocks, [1]. */
  rows: Tensor;
  columns: Tensor;
}

/**
 * The ONNX graph of `colour-prompt`; src/reference/pipeline/colour-prompt.ts says what it computes.
 *
 *   keyImage   float32 [1, 3, height, width], 0..1          image  the same
 *   keyPrompts float32 [1, labels, height, width], 0..1     probabilities  the same
 *
 * Height and width are multiples of 4. What is by pixel is kept by block, [rows, columns, …, 16] or [rows, columns, 16, …]: then counting colours
 * and matching them are products of small matrices, and no tensor has bins by pixels by labels.
 */
export function colourPromptModel(): Uint8Array {
  const graph = new GraphBuilder();
  const image = graph.input('image', [1, 3, 'height', 'width']);
  const keyImage = graph.input('keyImage', [1, 3, 'height', 'width']);
  const keyPrompts = graph.input('keyPrompts', [1, 'labels', 'height', 'width']);
  const sizes = sizesOf(graph, image);

  const blocks = blockHistograms(graph, sizes, keyImage, keyPrompts);
  const corners = histogramsAtCorners(graph, sizes, blocks);
  const scores = matchScores(graph, corners, colourShares(graph, sizes, image, 'last'));
  probabilities(graph, sizes, scores);

  graph.output('probabilities', [1, 'labels', 'height', 'width']);
  return graph.build({
    name: 'colour-prompt',
    description:
      'Label probabilities of an image from the colours that marks on a key image cover. Made by npm run generate:models.',
    opset: 17,
    irVersion: 8,
  });
}

function sizesOf(graph: GraphBuilder, image: Tensor): Sizes {
  const shape = graph.node('Shape', [image]);
  const height = graph.node('Slice', [shape, graph.integers([2]), graph.integers([3])]);
  const width = graph.node('Slice', [shape, graph.integers([3]), graph.integers([4])]);
  const perBlock = graph.integers([block]);
  return {
    height,
    width,
    rows: graph.node('Div', [height, perBlock]),
    columns: graph.node('Div', [width, perBlock]),
  };
}

/** The tensor with the extents given, as tensors of whole numbers [1] or as numbers; -1 is what is left. */
function reshape(graph: GraphBuilder, tensor: Tensor, extents: readonly (Tensor | number)[]): Tensor {
  const parts = extents.map((extent) => (typeof extent === 'number' ? graph.integers([extent]) : extent));
  return graph.node('Reshape', [tensor, graph.node('Concat', parts, { axis: 0 })]);
}

/** [1, channel, y, x] to [rows, columns, channel, pixel of the block], or, with pixels first, [rows, columns, pixel, channel]. */
function toBlocks(
  graph: GraphBuilder,
  sizes: Sizes,
  tensor: Tensor,
  channels: number,
  pixels: 'first' | 'last',
): Tensor {
  const { rows, columns } = sizes;
  const cut = reshape(graph, tensor, [-1, rows, block, columns, block]);
  const perm = pixels === 'first' ? [1, 3, 2, 4, 0] : [1, 3, 0, 2, 4];
  const moved = graph.node('Transpose', [cut], { perm });
  const inner = pixels === 'first' ? [blockPixels, channels] : [channels, blockPixels];
  return reshape(graph, moved, [rows, columns, ...inner]);
}

/** A: [rows, columns, pixel, bin], or, with pixels last, [rows, columns, bin, pixel]. */
function colourShares(graph: GraphBuilder, sizes: Sizes, image: Tensor, pixels: 'first' | 'last'): Tensor {
  const axis = pixels === 'first' ? 3 : 2;
  const blocks = toBlocks(graph, sizes, image, 3, pixels);
  const matrix = opponentMatrix.flat();
  const transposed = [0, 1, 2].flatMap((column) => opponentMatrix.map((row) => row[column]));
  const colours =
    pixels === 'first'
      ? graph.node('MatMul', [blocks, graph.floats(transposed, [3, 3])])
      : graph.node('MatMul', [graph.floats(matrix, [3, 3]), blocks]);
  const [lightness, ...opponents] = graph.split('Split', [colours, graph.integers([1, 1, 1])], { axis }, 3);
  const hats = [lightness, ...opponents.map((opponent) => warp(graph, opponent))].map((value, i) =>
    hat(graph, value, bins[i], pixels),
  );
  const unsqueezed = (tensor: Tensor, at: number) => graph.node('Unsqueeze', [tensor, graph.integers([at])]);
  const product = (outer: Tensor, inner: Tensor, count: number) => {
    // Outer bins vary slowest.
    const all = graph.node('Mul', [unsqueezed(outer, axis + 1), unsqueezed(inner, axis)]);
    const shape = pixels === 'first' ? [0, 0, 0, count] : [0, 0, count, blockPixels];
    return graph.node('Reshape', [all, graph.integers(shape)]);
  };
  return product(hats[0], product(hats[1], hats[2], bins[1] * bins[2]), colourBinCount);
}

/** ½ + ½·o·(1 + knee)/(|o| + knee) */
function warp(graph: GraphBuilder, opponent: Tensor): Tensor {
  const scaled = graph.node('Mul', [opponent, graph.floats(0.5 * (1 + knee))]);
  const flattened = graph.node('Add', [graph.node('Abs', [opponent]), graph.floats(knee)]);
  return graph.node('Add', [graph.node('Div', [scaled, flattened]), graph.floats(0.5)]);
}

/** max(0, 1 - |value·(count - 1) - i|) for bins i. */
function hat(graph: GraphBuilder, value: Tensor, count: number, pixels: 'first' | 'last'): Tensor {
  const ramp = graph.floats(
    Array.from({ length: count }, (_, i) => i),
    pixels === 'first' ? [count] : [count, 1],
  );
  const position = graph.node('Mul', [value, graph.floats(count - 1)]);
  const distance = graph.node('Abs', [graph.node('Sub', [position, ramp])]);
  return graph.node('Relu', [graph.node('Sub', [graph.floats(1), distance])]);
}

/** Means over a block of seeds·A: [rows, columns, label, bin]. */
function blockHistograms(graph: GraphBuilder, sizes: Sizes, keyImage: Tensor, keyPrompts: Tensor): Tensor {
  const shares = colourShares(graph, sizes, keyImage, 'first');
  const seeds = toBlocks(graph, sizes, keyPrompts, -1, 'last');
  const means = graph.node('Mul', [seeds, graph.floats(1 / blockPixels)]);
  return graph.node('MatMul', [means, shares]);
}

/** H: [rows + 1, columns + 1, label, bin]. */
function histogramsAtCorners(graph: GraphBuilder, sizes: Sizes, blocks: Tensor): Tensor {
  const overBins = graph.integers([3]);
  const everywhere = graph.node('ReduceSum', [blocks, graph.integers([0, 1])], { keepdims: 1 });
  const total = graph.node('ReduceSum', [everywhere, overBins], { keepdims: 1 });
  const total1 = graph.node('Add', [total, graph.floats(tiny)]);
  const present = graph.node('Mul', [graph.node('Div', [total, total1]), graph.floats(floor)]);
  const weighted = graph.node('Mul', [everywhere, graph.floats(globalWeight)]);
  let combined = graph.node('Add', [graph.node('Div', [weighted, total1]), present]);

  for (const [index, { sigma, weight }] of windows.entries()) {
    const histograms = blurred(graph, sizes, blocks, windowSigma(sigma));
    const covered = graph.node('ReduceSum', [histograms, overBins], { keepdims: 1 });
    const divisor = graph.node('Add', [covered, graph.floats(scarce)]);
    const factor = graph.node('Div', [graph.floats(weight), divisor]);
    combined = graph.node('Add', [graph.node('Mul', [histograms, factor]), combined]);
    if (index < windows.length - 1) continue;
    // The bins of a colour have a sum of 1, so what is added to all bins is added to the score.
    combined = graph.node('Add', [combined, graph.node('Mul', [covered, graph.floats(nearness)])]);
  }
  return combined;
}

/** From blocks to corners, first down, then across: a product with a matrix each. */
function blurred(graph: GraphBuilder, sizes: Sizes, blocks: Tensor, sigma: number): Tensor {
  const { rows, columns } = sizes;
  const down = gaussian(graph, rows, sigma);
  const across = gaussian(graph, columns, sigma);
  const one = graph.integers([1]);
  const rowsOfCorners = graph.node('Add', [rows, one]);
  const columnsOfCorners = graph.node('Add', [columns, one]);
  const lines = graph.node('MatMul', [down, reshape(graph, blocks, [rows, -1])]);
  const corners = graph.node('MatMul', [across, reshape(graph, lines, [rowsOfCorners, columns, -1])]);
  return reshape(graph, corners, [rowsOfCorners, columnsOfCorners, -1, colourBinCount]);
}

/** [blocks + 1, blocks]: the Gaussian at the distance of a corner from a block's centre. */
function gaussian(graph: GraphBuilder, blockCount: Tensor, sigma: number): Tensor {
  const positions = (count: Tensor) => {
    const limit = graph.node('Cast', [graph.node('Squeeze', [count])], { to: 1 });
    return graph.node('Range', [graph.floats(0), limit, graph.floats(1)]);
  };
  const corners = reshape(graph, positions(graph.node('Add', [blockCount, graph.integers([1])])), [-1, 1]);
  const centres = graph.node('Add', [positions(blockCount), graph.floats(0.5)]);
  const distance = graph.node('Sub', [centres, corners]);
  const squared = graph.node('Mul', [distance, distance]);
  const exponent = graph.node('Mul', [squared, graph.floats(-1 / (2 * sigma ** 2))]);
  return graph.node('Mul', [graph.node('Exp', [exponent]), graph.floats(1 / (sigma * Math.sqrt(2 * Math.PI)))]);
}

/** <A, H>, bilinear between the four corners of a block: [rows, columns, label, pixel]. */
function matchScores(graph: GraphBuilder, corners: Tensor, shares: Tensor): Tensor {
  const toEnd = Number.MAX_SAFE_INTEGER;
  const parts = [0, 1, 2, 3].map((corner) => {
    const [down, across] = [corner >> 1, corner & 1];
    const near = graph.node('Slice', [
      corners,
      graph.integers([down, across]),
      graph.integers([down ? toEnd : -1, across ? toEnd : -1]),
      graph.integers([0, 1]),
    ]);
    const weights = Array.from({ length: blockPixels }, (_, pixel) => {
      const y = (Math.floor(pixel / block) + 0.5) / block;
      const x = ((pixel % block) + 0.5) / block;
      return (down ? y : 1 - y) * (across ? x : 1 - x);
    });
    return graph.node('Mul', [graph.node('MatMul', [near, shares]), graph.floats(weights)]);
  });
  return parts.reduce((sum, part) => graph.node('Add', [sum, part]));
}

/** Scores over their sum, drawn towards evenness, as an image. */
function probabilities(graph: GraphBuilder, sizes: Sizes, scores: Tensor): void {
  const { rows, columns, height, width } = sizes;
  const raised = graph.node('Add', [scores, graph.floats(tiny)]);
  const total = graph.node('ReduceSum', [raised, graph.integers([2])], { keepdims: 1 });
  const mean = graph.node('ReduceMean', [raised], { axes: [2], keepdims: 1 });
  const sure = graph.node('Mul', [raised, graph.floats(1 - doubt)]);
  const even = graph.node('Mul', [mean, graph.floats(doubt)]);
  const shares = graph.node('Div', [graph.node('Add', [sure, even]), total]);
  const cut = reshape(graph, shares, [rows, columns, -1, block, block]);
  const moved = graph.node('Transpose', [cut], { perm: [2, 0, 3, 1, 4] });
  const shape = graph.node('Concat', [graph.integers([1]), graph.integers([-1]), height, width], { axis: 0 });
  graph.node('Reshape', [moved, shape], {}, 'probabilities');
}
