// SPDX-License-Identifier: MIT

import { components } from '../../stages/analysis/components.js';
import { ids } from '../../stages/analysis/ids.js';
import { scan } from '../../stages/analysis/scan.js';
import { sizes } from '../../stages/analysis/sizes.js';
import type { Connectivity } from '../cpu/neighbourhood.js';
import { inputOf, nothingToSet, type OperationBuilder, outputOf } from './operation.js';
import { clear, type Step, type Workspace } from './workspace.js';

/** Roots of connected components, or of holes. */
export async function rootSteps(
  workspace: Workspace,
  values: GPUBuffer,
  roots: GPUBuffer,
  connectivity: Connectivity,
  kind: 'values' | 'holes',
): Promise<Step[]> {
  const links = workspace.words('component links', workspace.pixelCount + 1);
  const entries = ['start', 'unite', 'flatten'];
  return Promise.all(
    entries.map((entry) =>
      workspace.step(components, {
        entry,
        constants: { connectivity, ofHoles: kind === 'holes' },
        bindings: { values, roots, links },
      }),
    ),
  );
}

/** Ids in raster order from roots. */
export async function numberingSteps(workspace: Workspace, roots: GPUBuffer, result: GPUBuffer): Promise<Step[]> {
  const flags = workspace.words('flags');
  const bindings = { roots, ids: result, flags };
  return [
    await workspace.step(ids, { entry: 'flag', bindings }),
    ...(await scanSteps(workspace, flags, workspace.pixelCount)),
    await workspace.step(ids, { bindings }),
  ];
}

/** Exclusive sums in place, by as many levels as the items need. */
async function scanSteps(workspace: Workspace, items: GPUBuffer, itemCount: number): Promise<Step[]> {
  const { blockLength } = workspace.tuning;
  const up: Step[] = [];
  const down: Step[] = [];
  let count = itemCount;
  let level = items;
  for (let depth = 1; ; depth++) {
    const blocks = Math.ceil(count / blockLength);
    const totals = workspace.words(`totals ${depth}`, blocks);
    const settings = workspace.settings(`scan ${depth}`, 1);
    settings.write(count);
    const stepOf = (entry: string) =>
      workspace.step(scan, {
        entry,
        constants: { blockLength },
        bindings: { settings: settings.buffer, items: level, totals },
        items: blocks,
      });
    up.push(await stepOf('sum'));
    down.unshift(await stepOf('spread'));
    if (blocks === 1) return [...up, ...down];
    count = blocks;
    level = totals;
  }
}

export function componentsOperation(connectivity: Connectivity): OperationBuilder {
  return async (workspace) => {
    const input = inputOf(workspace);
    const output = outputOf(workspace, 'components');
    const roots = workspace.words('roots');
    return {
      inputs: [input],
      output,
      steps: [
        ...(await rootSteps(workspace, input, roots, connectivity, 'values')),
        ...(await numberingSteps(workspace, roots, output)),
      ],
      set: nothingToSet,
    };
  };
}

/** Counts pixels by root. */
export async function sizeSteps(
  workspace: Workspace,
  roots: GPUBuffer,
): Promise<{ counted: GPUBuffer; steps: Step[] }> {
  const counted = workspace.words('sizes', workspace.pixelCount + 1);
  const { width, height } = workspace.size;
  const unused = workspace.words('unused', 4);
  const step = await workspace.step(sizes, {
    entry: 'count',
    bindings: {
      settings: workspace.settings('sizes', 1).buffer,
      values: roots,
      roots,
      result: unused,
      sizes: counted,
    },
    items: workspace.strips(width, height),
  });
  return { counted, steps: [clear(counted), step] };
}

/** Components that are large enough are kept, or holes that are small enough filled. The option is the limit in pixels. */
export function bySizeOperation(
  name: string,
  entry: 'keep' | 'fill',
  connectivity: Connectivity,
): OperationBuilder<number> {
  return async (workspace) => {
    const input = inputOf(workspace);
    const output = outputOf(workspace, name);
    const roots = workspace.words('roots');
    const limit = workspace.settings(name, 1);
    const { counted, steps } = await sizeSteps(workspace, roots);
    return {
      inputs: [input],
      output,
      steps: [
        ...(await rootSteps(workspace, input, roots, connectivity, entry === 'fill' ? 'holes' : 'values')),
        ...steps,
        await workspace.step(sizes, {
          entry,
          bindings: { settings: limit.buffer, values: input, roots, result: output, sizes: counted },
        }),
      ],
      set: (value) => limit.write(value),
    };
  };
}
