// SPDX-License-Identifier: MIT

import { BufferSet } from '../gpu/buffers.js';
import type { Grid } from '../gpu/program.js';
import type { ResolvedCompatibility } from '../problem/types.js';
import { compatibility as compatibilityStage } from '../stages/compatibility.js';
import { type FilterContext, rowConstants } from './kernel-filter.js';
import type { RowPlan } from './row-plan.js';

type Penalties = Exclude<ResolvedCompatibility, { kind: 'potts' }>;

export interface TransformTarget {
  /** Uniform whose first word is the number of rows. */
  counted: GPUBindingResource;
  source: GPUBindingResource;
  transformed: GPUBindingResource;
  firstRow: number;
  grid: Grid;
}

/** The step that a compatibility other than Potts puts into a kernel's filtering, with its matrices by pair of slabs. */
export class PenaltyTransform {
  private readonly buffers: BufferSet;
  private readonly matrices = new Map<string, GPUBuffer>();

  constructor(
    private readonly context: FilterContext,
    private compatibility: ResolvedCompatibility,
  ) {
    this.buffers = new BufferSet(context.device, context.memory);
  }

  get bytes(): number {
    return this.buffers.bytes;
  }

  /** New numbers of the same kind need no new bind groups. */
  setCompatibility(compatibility: ResolvedCompatibility): void {
    this.compatibility = compatibility;
    for (const [key, matrix] of this.matrices) this.write(key, matrix);
  }

  async prepare(
    sourceSlab: number,
    targetSlab: number,
    target: TransformTarget,
  ): Promise<(pass: GPUComputePassEncoder) => void> {
    const { programs, rows, tuning } = this.context;
    const program = await programs.get(compatibilityStage, {
      ...rowConstants(rows, tuning),
      firstRow: target.firstRow,
    });
    const key = `${sourceSlab} ${targetSlab}`;
    let matrix = this.matrices.get(key);
    if (!matrix) {
      matrix = this.buffers.storage('PenaltyTransform.matrix', rows.rowChannels * rows.rowChannels * 4);
      this.matrices.set(key, matrix);
    }
    this.write(key, matrix);
    const { counted, source, transformed, grid } = target;
    const group = program.bind({ counted, penalties: { buffer: matrix }, source, transformed });
    return (pass) => program.encode(pass, group, grid);
  }

  destroy(): void {
    this.buffers.destroy();
    this.matrices.clear();
  }

  private write(key: string, matrix: GPUBuffer): void {
    if (this.compatibility.kind === 'potts') return;
    const [source, target] = key.split(' ').map(Number);
    const { rows, size, device } = this.context;
    device.queue.writeBuffer(matrix, 0, penaltyRows(this.compatibility, size.labelCount, rows, source, target));
  }
}

/**
 * Penalties between the labels of two slabs, [rowChannels of the source, rowChannels of the target]; zero where there is no label.
 */
function penaltyRows(
  compatibility: Penalties,
  labelCount: number,
  rows: RowPlan,
  sourceSlab: number,
  targetSlab: number,
): Float32Array<ArrayBuffer> {
  const { rowChannels, firstLabels } = rows;
  const table = new Float32Array(rowChannels * rowChannels);
  for (let source = 0; source < rowChannels; source++) {
    for (let target = 0; target < rowChannels; target++) {
      const from = firstLabels[sourceSlab] + source;
      const to = firstLabels[targetSlab] + target;
      if (from >= labelCount || to >= labelCount) continue;
      table[source * rowChannels + target] = penalty(compatibility, labelCount, to, from);
    }
  }
  return table;
}

function penalty(compatibility: Penalties, labelCount: number, to: number, from: number): number {
  if (compatibility.kind === 'matrix') return compatibility.penalties[to * labelCount + from];
  return to === from ? compatibility.penalties[to] : 0;
}
