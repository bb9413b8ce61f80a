// SPDX-License-Identifier: MIT

import {
  colourBinCount,
  colourPromptRecipe,
  opponentMatrix,
  windowSigma,
} from '../../src/reference/pipeline/colour-prompt-recipe.js';
import { GraphBuilder, type Tensor } from './graph-builder.js';

/** ONNX's numbers for the types of tensors. */
const dataType = { float32: 1, int32: 6 } as const;

const { bins, knee, block, windows, globalWeight, scarce, nearness, floor, doubt, tiny } = colourPromptRecipe;

/** Pixels of a block. */
const blockPixels = block * block;

/** What the shapes of one run are computed from: lists of one whole number, which onnxruntime keeps on the CPU. */
interface Sizes {
  labels: Tensor;
  /** Of the image. */
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
 * Height and width are multiples of 4. What is by pixel is kept by block, [rows, columns, pixel, …]: then counting colours is a product of
 * small matrices, and no tensor has bins by pixels by labels. Products and sums are Einsum: on WebGPU onnxruntime's MatMul takes workgroup
 * memory, of which SwiftShader needs microseconds a thread.
 */
export function colourPromptModel(): Uint8Array {
  const graph = new GraphBuilder();
  const image = graph.input('image', [1, 3, 'height', 'width']);
  const keyImage = graph.input('keyImage', [1, 3, 'height', 'width']);
  const keyPrompts = graph.input('keyPrompts', [1, 'labels', 'height', 'width']);
  const sizes = sizesOf(graph, keyPrompts);

  const blocks = blockHistograms(graph, sizes, keyImage, keyPrompts);
  const corners = histogramsAtCorners(graph, sizes, blocks);
  const scores = matchScores(graph, sizes, corners, image);
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

function sizesOf(graph: GraphBuilder, keyPrompts: Tensor): Sizes {
  const shape = graph.node('Shape', [keyPrompts]);
  const labels = graph.node('Slice', [shape, graph.integers([1]), graph.integers([2])]);
  const height = graph.node('Slice', [shape, graph.integers([2]), graph.integers([3])]);
  const width = graph.node('Slice', [shape, graph.integers([3]), graph.integers([4])]);
  const perBlock = graph.integers([block]);
  return {
    labels,
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

/** [1, channel, y, x] to [rows, columns, pixel of the block, channel]. */
function toBlocks(graph: GraphBuilder, sizes: Sizes, tensor: Tensor, channels: Tensor | number): Tensor {
  const { rows, columns } = sizes;
  const cut = reshape(graph, tensor, [-1, rows, block, columns, block]);
  const moved = graph.node('Transpose', [cut], { perm: [1, 3, 2, 4, 0] });
  return reshape(graph, moved, [rows, columns, blockPixels, channels]);
}

/** Position of each pixel's colour among the bins of each axis, 0..bins - 1: three times [rows, columns, pixel, 1]. */
function binPositions(graph: GraphBuilder, sizes: Sizes, image: Tensor): Tensor[] {
  const transposed = [0, 1, 2].flatMap((column) => opponentMatrix.map((row) => row[column]));
  const matrix = graph.floats(transposed, [3, 3]);
  const colours = graph.node('Einsum', [toBlocks(graph, sizes, image, 3), matrix], { equation: 'hwpc,ca->hwpa' });
  const [lightness, ...opponents] = graph.split('Split', [colours, graph.integers([1, 1, 1])], { axis: 3 }, 3);
  return [lightness, ...opponents.map((opponent) => warp(graph, opponent))].map((value, axis) => {
    const position = graph.node('Mul', [value, graph.floats(bins[axis] - 1)]);
    return graph.node('Clip', [position, graph.floats(0), graph.floats(bins[axis] - 1)]);
  });
}

/** ½ + ½·o·(1 + knee)/(|o| + knee) */
function warp(graph: GraphBuilder, opponent: Tensor): Tensor {
  const scaled = graph.node('Mul', [opponent, graph.floats(0.5 * (1 + knee))]);
  const flattened = graph.node('Add', [graph.node('Abs', [opponent]), graph.floats(knee)]);
  return graph.node('Add', [graph.node('Div', [scaled, flattened]), graph.floats(0.5)]);
}

/** Means over a block of seeds·A: [rows, columns, bin, label]. */
function blockHistograms(graph: GraphBuilder, sizes: Sizes, keyImage: Tensor, keyPrompts: Tensor): Tensor {
  const hats = binPositions(graph, sizes, keyImage).map((position, axis) => hat(graph, position, bins[axis]));
  const opponents = outerProduct(graph, hats[1], hats[2], bins[1] * bins[2]);
  const means = graph.node('Mul', [toBlocks(graph, sizes, keyPrompts, sizes.labels), graph.floats(1 / blockPixels)]);
  const histograms = graph.node('Einsum', [hats[0], opponents, means], { equation: 'hwpa,hwpb,hwpl->hwabl' });
  return reshape(graph, histograms, [sizes.rows, sizes.columns, colourBinCount, sizes.labels]);
}

/** max(0, 1 - |position - i|) for bins i, in the last axis. */
function hat(graph: GraphBuilder, position: Tensor, count: number): Tensor {
  const ramp = graph.floats(Array.from({ length: count }, (_, i) => i));
  const distance = graph.node('Abs', [graph.node('Sub', [position, ramp])]);
  return graph.node('Relu', [graph.node('Sub', [graph.floats(1), distance])]);
}

/** [rows, columns, pixel, outer·inner], inner varying fastest. */
function outerProduct(graph: GraphBuilder, outer: Tensor, inner: Tensor, count: number): Tensor {
  const columns = graph.node('Unsqueeze', [outer, graph.integers([4])]);
  const rows = graph.node('Unsqueeze', [inner, graph.integers([3])]);
  return graph.node('Reshape', [graph.node('Mul', [columns, rows]), graph.integers([0, 0, 0, count])]);
}

/** H: [rows + 1, columns + 1, bin, label]. */
function histogramsAtCorners(graph: GraphBuilder, sizes: Sizes, blocks: Tensor): Tensor {
  const everywhere = graph.node('Einsum', [blocks], { equation: 'hwbl->bl' });
  const total = graph.node('Einsum', [everywhere], { equation: 'bl->l' });
  const divisor = graph.node('Add', [total, graph.floats(tiny)]);
  const present = graph.node('Mul', [graph.node('Div', [total, divisor]), graph.floats(floor)]);
  const weighted = graph.node('Mul', [everywhere, graph.floats(globalWeight)]);
  let combined = graph.node('Add', [graph.node('Div', [weighted, divisor]), present]);

  for (const [index, { sigma, weight }] of windows.entries()) {
    const histograms = blurred(graph, sizes, blocks, windowSigma(sigma));
    const sums = graph.node('Einsum', [histograms], { equation: 'hwbl->hwl' });
    const covered = graph.node('Unsqueeze', [sums, graph.integers([2])]);
    const factor = graph.node('Div', [graph.floats(weight), graph.node('Add', [covered, graph.floats(scarce)])]);
    combined = graph.node('Add', [graph.node('Mul', [histograms, factor]), combined]);
    if (index < windows.length - 1) continue;
    // The bins of a colour have a sum of 1, so what is added to all bins is added to the score.
    combined = graph.node('Add', [combined, graph.node('Mul', [covered, graph.floats(nearness)])]);
  }
  return combined;
}

/** From blocks to corners, first down, then across. */
function blurred(graph: GraphBuilder, sizes: Sizes, blocks: Tensor, sigma: number): Tensor {
  const { rows, columns, labels } = sizes;
  const down = gaussian(graph, rows, sigma);
  const across = gaussian(graph, columns, sigma);
  const lines = graph.node('Einsum', [down, reshape(graph, blocks, [rows, -1])], { equation: 'vh,hk->vk' });
  const parted = reshape(graph, lines, [plusOne(graph, rows), columns, -1]);
  const corners = graph.node('Einsum', [across, parted], { equation: 'uw,vwk->vuk' });
  return reshape(graph, corners, [plusOne(graph, rows), plusOne(graph, columns), colourBinCount, labels]);
}

function plusOne(graph: GraphBuilder, count: Tensor): Tensor {
  return graph.node('Add', [count, graph.integers([1])]);
}

/** [blocks + 1, blocks]: the Gaussian at the distance of a corner from a block's centre. */
function gaussian(graph: GraphBuilder, blockCount: Tensor, sigma: number): Tensor {
  const corners = reshape(graph, countUp(graph, plusOne(graph, blockCount)), [-1, 1]);
  const centres = graph.node('Add', [countUp(graph, blockCount), graph.floats(0.5)]);
  const distance = graph.node('Sub', [centres, corners]);
  const squared = graph.node('Mul', [distance, distance]);
  const exponent = graph.node('Mul', [squared, graph.floats(-1 / (2 * sigma ** 2))]);
  return graph.node('Mul', [graph.node('Exp', [exponent]), graph.floats(1 / (sigma * Math.sqrt(2 * Math.PI)))]);
}

/** 0, 1, … count - 1 as float32. */
function countUp(graph: GraphBuilder, count: Tensor): Tensor {
  const limit = graph.node('Cast', [graph.node('Squeeze', [count])], { to: dataType.float32 });
  return graph.node('Range', [graph.floats(0), limit, graph.floats(1)]);
}

/**
 * <A, H>, bilinear between the four corners of a block: [rows, columns, pixel, label]. Of a colour's bins eight are not 0: so 4·8 rows
 * of labels are gathered for a pixel. A product with all bins took SwiftShader ten times as long.
 */
function matchScores(graph: GraphBuilder, sizes: Sizes, corners: Tensor, image: Tensor): Tensor {
  const { labels } = sizes;
  const positions = binPositions(graph, sizes, image);
  const lows = positions.map((position, axis) =>
    graph.node('Clip', [graph.node('Floor', [position]), graph.floats(0), graph.floats(bins[axis] - 2)]),
  );
  const parts = positions.map((position, axis) => graph.node('Sub', [position, lows[axis]]));
  const [first, second, third] = parts.map((part) =>
    graph.node('Concat', [graph.node('Sub', [graph.floats(1), part]), part], { axis: 3 }),
  );
  const binWeights = outerProduct(graph, first, outerProduct(graph, second, third, 4), 8);

  const table = reshape(graph, corners, [-1, labels]);
  // Rows of the table are [corner, bin].
  const strides = [bins[1] * bins[2], bins[2], 1];
  const bin = lows
    .map((low, axis) => graph.node('Mul', [low, graph.floats(strides[axis])]))
    .reduce((sum, low) => graph.node('Add', [sum, low]));
  const corner = cornersOfBlocks(graph, sizes);
  const cornerStart = graph.node('Mul', [
    graph.node('Cast', [corner], { to: dataType.int32 }),
    graph.integers32([colourBinCount]),
  ]);
  const eight = [0, 1, 2, 3, 4, 5, 6, 7];
  const binSteps = graph.integers32(eight.map((i) => (i >> 2) * strides[0] + ((i >> 1) & 1) * strides[1] + (i & 1)));
  const bins8 = graph.node('Add', [graph.node('Cast', [bin], { to: dataType.int32 }), binSteps]);
  const rowsOfTable = graph.node('Add', [cornerStart, graph.node('Unsqueeze', [bins8, graph.integers([3])])]);
  const indices = graph.node('Reshape', [rowsOfTable, graph.integers([0, 0, 0, 32])]);
  const gathered = graph.node('Gather', [table, indices], { axis: 0 });
  const weights = outerProduct(graph, graph.floats(cornerWeights(), [1, 1, blockPixels, 4]), binWeights, 32);
  return graph.node('Einsum', [weights, gathered], { equation: 'hwpi,hwpil->hwpl' });
}

/** Numbers of the four corners of each block, row by row: [rows, columns, 1, 4, 1], float32, which holds them exactly. */
function cornersOfBlocks(graph: GraphBuilder, sizes: Sizes): Tensor {
  const down = plusOne(graph, sizes.rows);
  const across = plusOne(graph, sizes.columns);
  const numbers = reshape(graph, countUp(graph, graph.node('Mul', [down, across])), [down, across, 1, 1, 1]);
  const toEnd = Number.MAX_SAFE_INTEGER;
  const four = [0, 1, 2, 3].map((i) => {
    const [below, right] = [i >> 1, i & 1];
    const ends = graph.integers([below ? toEnd : -1, right ? toEnd : -1]);
    return graph.node('Slice', [numbers, graph.integers([below, right]), ends, graph.integers([0, 1])]);
  });
  return graph.node('Concat', four, { axis: 3 });
}

/** [pixel, corner]: bilinear weights of a block's corners at its pixels. */
function cornerWeights(): number[] {
  return Array.from({ length: blockPixels }, (_, pixel) => {
    const y = (Math.floor(pixel / block) + 0.5) / block;
    const x = ((pixel % block) + 0.5) / block;
    return [(1 - y) * (1 - x), (1 - y) * x, y * (1 - x), y * x];
  }).flat();
}

/** Scores over their sum, drawn towards evenness, as an image. */
function probabilities(graph: GraphBuilder, sizes: Sizes, scores: Tensor): void {
  const { rows, columns, height, width, labels } = sizes;
  const raised = graph.node('Add', [scores, graph.floats(tiny)]);
  const sums = graph.node('Einsum', [raised], { equation: 'hwpl->hwp' });
  const total = graph.node('Unsqueeze', [sums, graph.integers([3])]);
  const sure = graph.node('Mul', [raised, graph.floats(1 - doubt)]);
  const even = graph.node('Mul', [graph.node('ReduceMean', [raised], { axes: [3], keepdims: 1 }), graph.floats(doubt)]);
  const shares = graph.node('Div', [graph.node('Add', [sure, even]), total]);
  const cut = reshape(graph, shares, [rows, columns, block, block, labels]);
  const moved = graph.node('Transpose', [cut], { perm: [4, 0, 2, 1, 3] });
  const shape = graph.node('Concat', [graph.integers([1]), labels, height, width], { axis: 0 });
  graph.node('Reshape', [moved, shape], {}, 'probabilities');
}
