// SPDX-License-Identifier: MIT

import { isOneBlock, type RowPlan } from './row-plan.js';

/** What one kernel's lattice came to. */
export interface LatticeSize {
  featureDim: number;
  vertexCount: number;
  /** Runs of pixels in one simplex, of bounded length. */
  runCount: number;
}

export interface TrafficKernel extends LatticeSize {
  /** Rows pass through a matrix between blur and slice: any compatibility but Potts. */
  transforms: boolean;
}

export interface TrafficProblem {
  pixelCount: number;
  rows: RowPlan;
  kernels: readonly TrafficKernel[];
  /** Whether the old Q is needed beside the new one: damping, or a tolerance. */
  compares: boolean;
}

/** Bytes of one mean-field iteration, by stage. */
export interface Traffic {
  splat: number;
  blur: number;
  compatibility: number;
  slice: number;
  softmax: number;
  total: number;
}

const word = 4;

/**
 * Bytes that the dispatches of one mean-field iteration ask of memory when every kernel is on a lattice.
 *
 * The model: an element counts each time an invocation reads or writes it, an atomic addition as a read and a write, and what
 * stays in registers as nothing. Caches are left out, so neighbours that are still in one make the truth less; so are uniforms
 * and the penalties of a compatibility, which all invocations share. Below, a row is `rowChannels` floats; the blocks of a row
 * belong to different invocations, each of which reads for itself where its pixels and vertices are.
 *
 *   splat    a pixel: its row of Q, its place and weights;
 *            a run: its entry, vertices and their scales, and an atomic addition to each vertex's row
 *   blur     a vertex and axis: its own and its neighbours' rows in, one row out, the neighbours' ids;
 *            on the first axis the scales of the three, on the second the sums made zero
 *   slice    a run: its entry, vertices and their rows; a pixel: its place and weights, the row of logits or energies in and
 *            out (no softmax: that happens in registers), where the last label is left out its message of ones
 *   softmax  where it has a dispatch of its own: logits in and Q out, with `compares` also in; rows of several blocks have
 *            their logits read twice more, and by pixel and slab the running maximum and sum, in twice and out once
 */
export function iterationTraffic({ pixelCount, rows, kernels, compares }: TrafficProblem): Traffic {
  const traffic: Traffic = { splat: 0, blur: 0, compatibility: 0, slice: 0, softmax: 0, total: 0 };
  for (const kernel of kernels) {
    const { slabCount } = rows;
    traffic.splat += slabCount * splatBytes(pixelCount, rows, kernel);
    traffic.blur += slabCount * blurBytes(rows, kernel);
    // Penalties carry messages from every slab to every other; Potts keeps to its own.
    const pairs = kernel.transforms ? slabCount * slabCount : slabCount;
    if (kernel.transforms) traffic.compatibility += pairs * kernel.vertexCount * 2 * rowBytes(rows);
    traffic.slice += pairs * sliceBytes(pixelCount, rows, kernel);
  }
  const oneBlock = isOneBlock(rows);
  const fused = kernels.length > 0 && oneBlock && !compares;
  if (!fused) {
    const perPixel = (compares ? 3 : 2) * rowBytes(rows) + (oneBlock ? 0 : 2 * rowBytes(rows) + 3 * 2 * word);
    traffic.softmax = rows.slabCount * pixelCount * perPixel;
  }
  const { splat, blur, compatibility, slice, softmax } = traffic;
  return { ...traffic, total: splat + blur + compatibility + slice + softmax };
}

function rowBytes({ rowChannels }: RowPlan): number {
  return rowChannels * word;
}

/** A run's entry (two words) and its vertices' ids. */
function runBytes(corners: number): number {
  return (2 + corners) * word;
}

function splatBytes(pixelCount: number, rows: RowPlan, kernel: TrafficKernel): number {
  const corners = kernel.featureDim + 1;
  const { blockCount } = rows;
  const perRun = blockCount * (runBytes(corners) + corners * word) + 2 * corners * rowBytes(rows);
  const perPixel = blockCount * (1 + corners) * word + rowBytes(rows);
  return kernel.runCount * perRun + pixelCount * perPixel;
}

function blurBytes(rows: RowPlan, { featureDim, vertexCount }: TrafficKernel): number {
  const axes = featureDim + 1;
  const perAxis = rows.blockCount * 2 * word + 4 * rowBytes(rows);
  const scales = rows.blockCount * 3 * word;
  const cleared = rowBytes(rows);
  return vertexCount * (axes * perAxis + scales + cleared);
}

function sliceBytes(pixelCount: number, rows: RowPlan, { featureDim, runCount }: TrafficKernel): number {
  const corners = featureDim + 1;
  const { blockCount } = rows;
  const perRun = blockCount * runBytes(corners) + corners * rowBytes(rows);
  const perPixel = blockCount * (1 + corners + (rows.implicitLast ? 1 : 0)) * word + 2 * rowBytes(rows);
  return runCount * perRun + pixelCount * perPixel;
}
