// SPDX-License-Identifier: MIT

import type { BufferSet } from '../gpu/buffers.js';
import type { StageEncoder } from '../gpu/pass.js';
import type { ProgramCache } from '../gpu/program.js';
import type { ProblemSize, ResolvedKernel } from '../problem/types.js';
import { maximumLatticeDim } from './feature-limits.js';
import type { RowPlan } from './row-plan.js';
import type { Tuning } from './tuning.js';

/** Buffers that all kernels of an engine share. */
export interface SharedBuffers {
  /** RGBA bytes, u32 [pixelCount]. */
  image: GPUBuffer;
  /** By slab: f32 [pixelCount, rowChannels]. */
  q: readonly GPUBuffer[];
  unary: readonly GPUBuffer[];
  /** Where messages are added up: q itself, or buffers of their own where the old Q is still needed. */
  logits: readonly GPUBuffer[];
  /** By vertex, for whichever lattice spreads Q: fixed-point sums, i32 [vertexCapacity + 1, rowChannels], zero in between. */
  sums: GPUBuffer;
  /** Rows on their way through the axes of blur, f32 of the same shape. */
  spareRows: GPUBuffer;
}

/** What every kernel is given. */
export interface FilterContext {
  device: GPUDevice;
  programs: ProgramCache;
  size: ProblemSize;
  rows: RowPlan;
  tuning: Tuning;
  /** For bindings that an entry point does not use: WebGPU wants something there, one buffer to read and one range a binding to write. */
  unusedRead: GPUBufferBinding;
  unusedWrite: readonly GPUBufferBinding[];
  /** What filters make their buffers in, so that they go where one of them can't be made. */
  memory?: BufferSet;
}

/** What does not depend on the rows' layout. */
export type EngineContext = Omit<FilterContext, 'rows' | 'memory'>;

/** Bindings that an entry point may have at most without using them. */
const unusedBindings = 4;

/**
 * Something to bind where nothing is used. WebGPU asks that a binding hold one element of the array that the shader has there; the
 * largest are a row of weights, one a corner of a simplex, and a block of lanes.
 */
export function createUnused(buffers: BufferSet, { maxBlockLanes }: Pick<Tuning, 'maxBlockLanes'>) {
  const largestElement = Math.max(4 * (maximumLatticeDim + 1), 16 * maxBlockLanes);
  // Offsets of bindings are multiples of 256.
  const size = 256 * Math.ceil(largestElement / 256);
  const unused = buffers.storage('unusedWrite', unusedBindings * size);
  return {
    unusedRead: { buffer: buffers.storage('unusedRead', size) },
    unusedWrite: Array.from({ length: unusedBindings }, (_unused, index) => ({ buffer: unused, offset: index * size, size })),
  };
}

/** What a message is for; each is a program of its own. */
export interface MessageUse {
  /** Logits begin as -unary, not as what is there. */
  firstKernel: boolean;
  /** Logits end as Q. */
  lastKernel: boolean;
  /** The message itself, as it is. */
  messageOnly: boolean;
}

/** One kernel of the CRF: applies K to Q. The lattice, the exact sum and the separable convolution are such. */
export interface KernelFilter {
  /** Bytes of GPU memory held. */
  readonly bytes: number;
  /** What `SharedBuffers.sums` and `spareRows` must have room for. */
  readonly vertexRowBytes: number;
  /** Dispatches of one iteration. */
  readonly dispatches: number;
  /** Whether messages are computed from Q while other messages are written, so that Q and logits may not share memory. */
  readonly readsQLate: boolean;
  /** Parameters that change nothing of the structure: compatibility, normalization. Returns whether the factors n must be computed anew. */
  setKernel(kernel: ResolvedKernel): boolean;
  /** Compiles what is needed and makes bind groups. Nothing is created once it has been called for these buffers and use. */
  prepare(buffers: SharedBuffers, use: MessageUse): Promise<void>;
  /** From image or features to everything that does not depend on Q. */
  encodeBuild(stages: StageEncoder): void;
  /** n and what follows from it. */
  encodeNormalization(stages: StageEncoder): void;
  /** First half of an iteration: reads Q of a slab. */
  encodeSpread(stages: StageEncoder, slab: number): void;
  /** Second half: adds the message of the source slab to the logits of the target slab. */
  encodeMessage(stages: StageEncoder, sourceSlab: number, targetSlab: number, use: MessageUse): void;
  /** (factor, message of ones) by pixel. */
  readonly norms: GPUBuffer;
  /** Weight of the Potts compatibility; 1 for others. */
  readonly pottsWeight: number;
  destroy(): void;
}

export function useKey(use: MessageUse): string {
  return `${use.firstKernel} ${use.lastKernel} ${use.messageOnly}`;
}

/** Constants of the row's shape, the same for every stage that works on rows. */
export function rowConstants(rows: RowPlan, tuning: Tuning) {
  return {
    workgroupSize: tuning.workgroupSize,
    laneWidth: rows.laneWidth,
    blockLanes: rows.blockLanes,
    rowLanes: rows.rowLanes,
    storedLabels: rows.storedLabels,
    implicitLast: rows.implicitLast,
  };
}

/** The shape of one channel: what normalization filters. */
export const oneChannel = { laneWidth: 1, blockLanes: 1, rowLanes: 1, storedLabels: 1, implicitLast: false } as const;

/** Constants of a normalization. */
export function normConstants(kernel: ResolvedKernel) {
  const { normalization } = kernel;
  return {
    symmetric: normalization === 'symmetric',
    divided: normalization === 'before' || normalization === 'after',
    dividesBefore: normalization === 'before' || normalization === 'symmetric',
    dividesAfter: normalization === 'after' || normalization === 'symmetric',
  };
}
