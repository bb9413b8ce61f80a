// SPDX-License-Identifier: MIT

import { areas } from '../../stages/analysis/areas.js';
import { fuse } from '../../stages/analysis/fuse.js';
import { outline } from '../../stages/analysis/outline.js';
import { relabel } from '../../stages/analysis/relabel.js';
import { areaWords } from '../cpu/areas.js';
import type { Connectivity } from '../cpu/neighbourhood.js';
import { rootSteps, sizeSteps } from './components.js';
import { inputOf, nothingToSet, type OperationBuilder, outputOf } from './operation.js';
import { clear, type Step, type Workspace } from './workspace.js';

/** Pixels and boxes by label. */
export function areasOperation(labelCount: number): OperationBuilder {
  return async (workspace) => {
    const input = inputOf(workspace);
    const output = workspace.words('result of areas', (labelCount + 1) * areaWords);
    const settings = workspace.settings('areas', 1);
    settings.write(labelCount);
    return {
      inputs: [input],
      output,
      steps: await areaSteps(workspace, input, output, settings.buffer),
      set: nothingToSet,
    };
  };
}

/** Counts into a table that is cleared before. `settings` holds the number of labels. */
export async function areaSteps(
  workspace: Workspace,
  labels: GPUBuffer,
  table: GPUBuffer,
  settings: GPUBuffer,
): Promise<Step[]> {
  const { width, height } = workspace.size;
  return [
    clear(table),
    await workspace.step(areas, {
      bindings: { settings, labels, table },
      items: workspace.strips(width, height),
    }),
  ];
}

/** Labels by table; the option is the table. */
export function relabelOperation(
  name: string,
  labelCount: number,
  others: 'keep' | 'zero',
): OperationBuilder<Uint32Array> {
  return async (workspace) => {
    const input = inputOf(workspace);
    const output = outputOf(workspace, name);
    const table = workspace.words(`table of ${name}`, labelCount);
    return {
      inputs: [input],
      output,
      steps: [await relabelStep(workspace, input, table, output, labelCount, others)],
      set: (words) => writeTable(workspace, table, words),
    };
  };
}

export function writeTable({ device }: Workspace, table: GPUBuffer, words: Uint32Array): void {
  device.queue.writeBuffer(table, 0, words.buffer as ArrayBuffer, words.byteOffset, words.byteLength);
}

function relabelStep(
  workspace: Workspace,
  labels: GPUBuffer,
  table: GPUBuffer,
  relabelled: GPUBuffer,
  labelCount: number,
  others: 'keep' | 'zero',
): Promise<Step> {
  return workspace.step(relabel, {
    constants: { labelCount, keepsOthers: others === 'keep' },
    bindings: { labels, table, relabelled },
  });
}

export function outlineOperation(connectivity: Connectivity, alongFrame: boolean): OperationBuilder {
  return async (workspace) => {
    const input = inputOf(workspace);
    const output = outputOf(workspace, 'outline');
    const step = await workspace.step(outline, {
      constants: { connectivity, alongFrame },
      bindings: { values: input, outline: output },
    });
    return { inputs: [input], output, steps: [step], set: nothingToSet };
  };
}

/** What a call of `fuse` sets. */
export interface FusionSettings {
  /** Bits of each label's role. */
  roles: Uint32Array;
  /** Most pixels of a hole. */
  limit: number;
}

export function fuseOperation(labelCount: number, where: 'holes' | 'everywhere'): OperationBuilder<FusionSettings> {
  return async (workspace) => {
    const [before, after] = [inputOf(workspace, 0), inputOf(workspace, 1)];
    const output = outputOf(workspace, 'fuse');
    const solid = workspace.words('solid');
    const roots = workspace.words('roots');
    const solidTable = workspace.words('table of solid', labelCount);
    const roles = workspace.words('table of fuse', labelCount);
    const limit = workspace.settings('fuse', 1);
    const { counted, steps } = await sizeSteps(workspace, roots);
    return {
      inputs: [before, after],
      output,
      steps: [
        await relabelStep(workspace, after, solidTable, solid, labelCount, 'keep'),
        ...(await rootSteps(workspace, solid, roots, 4, 'holes')),
        ...steps,
        await workspace.step(fuse, {
          constants: { labelCount, everywhere: where === 'everywhere' },
          bindings: { settings: limit.buffer, before, after, roles, roots, sizes: counted, fused: output },
        }),
      ],
      set: (settings) => {
        writeTable(workspace, roles, settings.roles);
        writeTable(
          workspace,
          solidTable,
          settings.roles.map((role) => 1 - (role & 1)),
        );
        limit.write(settings.limit);
      },
    };
  };
}
