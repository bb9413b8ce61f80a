// SPDX-License-Identifier: MIT

import { DeviceError } from '../../problem/errors.js';
import type { ProblemSize, ResolvedKernel } from '../../problem/types.js';
import { blockLanesFor } from './feature-limits.js';
import type { Tuning } from './tuning.js';

/**
 * How the labels of a pixel (or vertex) lie in memory: a row of channels, cut into lanes of 1, 2 or 4 that are loaded together,
 * lanes into blocks that one invocation works on, blocks into slabs that one binding can hold. Pure: sizes in, sizes out.
 */
export interface RowPlan {
  /**
   * The last label follows from the others and is not stored: all compatibilities are Potts, all messages normalised and of moderate
   * weight, a row fits one block, and there is a lane to be saved.
   */
  implicitLast: boolean;
  /**
   * There are two labels, and what is filtered is Q - ½ of the stored one: half of what it has more than the other. Twice the message of that is
   * what its logit gains on the other's, so nothing needs the message of Q = 1.
   */
  filtersExcess: boolean;
  /** Labels that are stored: labelCount, or one less. */
  storedLabels: number;
  laneWidth: 1 | 2 | 4;
  blockLanes: number;
  /** Blocks of a slab. */
  blockCount: number;
  /** Lanes of a slab's row: blockLanes·blockCount. Those past the stored labels hold no label. */
  rowLanes: number;
  /** Channels of a slab's row: rowLanes·laneWidth. */
  rowChannels: number;
  slabCount: number;
  /** First label of each slab. */
  firstLabels: readonly number[];
}

export interface RowLimits {
  maxStorageBufferBindingSize: number;
  maxBufferSize: number;
}

/**
 * Most that Potts weights may come to together where the last label is not stored: messages stay far below what such rows can tell
 * apart (shaders/shared/energies.wgsl).
 */
const mostWeight = 1024;

/**
 * Throws DeviceError where not even one lane of each row fits a binding.
 *
 * @param vertexRows rows of the largest lattice: those of all its vertices are in one binding, too
 */
export function planRows(
  size: ProblemSize,
  kernels: readonly ResolvedKernel[],
  limits: RowLimits,
  tuning: Pick<Tuning, 'maxBlockLanes'>,
  vertexRows = 0,
): RowPlan {
  const pixelCount = size.width * size.height;
  const rowCount = Math.max(pixelCount, vertexRows);
  const largestBinding = Math.min(limits.maxStorageBufferBindingSize, limits.maxBufferSize);
  const maxBlockLanes = blockLanesFor(kernels, tuning.maxBlockLanes);
  const fits = (lanes: number, width: number) => rowCount * lanes * width * 4 <= largestBinding;
  const reduced = leavesLastOut(size.labelCount, kernels) ? shapeOf(size.labelCount - 1, maxBlockLanes) : undefined;
  if (reduced?.blockCount === 1 && fits(reduced.blockLanes, reduced.laneWidth)) {
    return finish(reduced, size.labelCount - 1, 1, true);
  }
  let shape = shapeOf(size.labelCount, maxBlockLanes);
  if (!fits(shape.blockLanes, shape.laneWidth)) shape = shapeOf(size.labelCount, 1);
  if (!fits(shape.blockLanes, shape.laneWidth)) {
    const what =
      vertexRows > pixelCount ? `lattices of ${vertexRows - 1} vertices` : `${size.width}×${size.height} pixels`;
    const needed = rowCount * shape.laneWidth * 4;
    throw new DeviceError(
      `${what} need ${needed} bytes in one buffer; the device allows ${largestBinding} (maxStorageBufferBindingSize, maxBufferSize)`,
    );
  }
  let perSlab = shape.blockCount;
  while (!fits(perSlab * shape.blockLanes, shape.laneWidth)) perSlab--;
  const slabCount = Math.ceil(shape.blockCount / perSlab);
  return finish({ ...shape, blockCount: Math.ceil(shape.blockCount / slabCount) }, size.labelCount, slabCount, false);
}

/** Whether the last label need not be stored. */
function leavesLastOut(labelCount: number, kernels: readonly ResolvedKernel[]): boolean {
  // Two labels are one channel. With more it costs a second pass of normalization, so it must save a lane of four in every iteration.
  if (labelCount !== 2 && (labelCount === 1 || labelCount % 4 !== 1)) return false;
  let weight = 0;
  for (const { compatibility, normalization } of kernels) {
    // Messages that are not normalised can be in the thousands: their difference from the sum of all would lose digits.
    if (compatibility.kind !== 'potts' || normalization === 'none') return false;
    weight += Math.abs(compatibility.weight);
  }
  return weight <= mostWeight;
}

/** Whether logits need the message of Q = 1: the last label's own message is what those of the others leave of it. */
export function needsUnitMessage({ implicitLast, filtersExcess }: RowPlan): boolean {
  return implicitLast && !filtersExcess;
}

/** Whether one invocation sees all labels of a pixel. */
export function isOneBlock({ blockCount, slabCount }: RowPlan): boolean {
  return blockCount === 1 && slabCount === 1;
}

interface Shape {
  laneWidth: 1 | 2 | 4;
  blockLanes: number;
  blockCount: number;
}

/** As few blocks as there can be, all of one width. */
function shapeOf(channels: number, maxBlockLanes: number): Shape {
  const laneWidth = channels <= 2 ? (channels as 1 | 2) : 4;
  const lanes = Math.ceil(channels / laneWidth);
  const blockCount = Math.ceil(lanes / maxBlockLanes);
  return { laneWidth, blockLanes: Math.ceil(lanes / blockCount), blockCount };
}

function finish(shape: Shape, storedLabels: number, slabCount: number, implicitLast: boolean): RowPlan {
  const rowLanes = shape.blockLanes * shape.blockCount;
  const rowChannels = rowLanes * shape.laneWidth;
  return {
    ...shape,
    implicitLast,
    filtersExcess: implicitLast && storedLabels === 1,
    storedLabels,
    rowLanes,
    rowChannels,
    slabCount,
    firstLabels: Array.from({ length: slabCount }, (_unused, slab) => slab * rowChannels),
  };
}
