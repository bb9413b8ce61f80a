// SPDX-License-Identifier: MIT

import { largest } from '../../stages/analysis/largest.js';
import { areaWords } from '../cpu/areas.js';
import { areaSteps } from './labels.js';
import { inputOf } from './operation.js';
import { clear, type Settings, type Step, type Workspace } from './workspace.js';

/** Pixels and boxes of however many ids there are: first their number, then a table that is as large. */
export class RegionTable {
  /** A table for `capacity` ids, made anew when there are more; none at first. */
  private table: GPUBuffer | undefined;
  private capacity = -1;
  private steps: readonly Step[] = [];

  private constructor(
    private readonly workspace: Workspace,
    readonly input: GPUBuffer,
    /** The largest id, one word. */
    readonly count: GPUBuffer,
    /** Finds it. */
    readonly countSteps: readonly Step[],
    private readonly settings: Settings,
  ) {}

  static async create(workspace: Workspace): Promise<RegionTable> {
    const input = inputOf(workspace);
    const count = workspace.words('largest id', 4);
    const step = await workspace.step(largest, {
      bindings: { values: input, result: count },
      items: workspace.strips(workspace.pixelCount, 1),
    });
    return new RegionTable(workspace, input, count, [clear(count), step], workspace.settings('regions', 1));
  }

  hasRoomFor(ids: number): boolean {
    return ids <= this.capacity;
  }

  async makeRoomFor(ids: number): Promise<void> {
    const { workspace } = this;
    // Room to spare: the next frame may have a few more.
    const capacity = Math.min(workspace.pixelCount, Math.max(256, 2 * ids));
    workspace.buffers.release(this.table);
    this.table = workspace.buffers.storage('MaskAnalysis.regions', (capacity + 2) * areaWords * 4);
    this.steps = await areaSteps(workspace, this.input, this.table, this.settings.buffer);
    this.settings.write(capacity + 1);
    this.capacity = capacity;
  }

  /** What fills the table, by id. */
  get filled(): { output: GPUBuffer; steps: readonly Step[] } {
    if (!this.table) throw new Error('RegionTable.filled before makeRoomFor');
    return { output: this.table, steps: this.steps };
  }
}
