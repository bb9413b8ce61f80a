// SPDX-License-Identifier: MIT

import { distance } from '../../stages/analysis/distance.js';
import { lineDistance } from '../../stages/analysis/line-distance.js';
import { threshold } from '../../stages/analysis/threshold.js';
import type { Sites } from '../cpu/line-distance.js';
import { inputOf, nothingToSet, type OperationBuilder, outputOf } from './operation.js';
import type { Settings, Step, Workspace } from './workspace.js';

/** Squared distances to sites: from `values` to `squared`. */
export async function distanceSteps(
  workspace: Workspace,
  values: GPUBuffer,
  squared: GPUBuffer,
  sites: Sites,
): Promise<Step[]> {
  const columns = workspace.words('line distances');
  return [
    await lineStep(workspace, values, columns, 'columns', sites),
    await workspace.step(distance, {
      bindings: { columns, squared, envelope: workspace.words('envelope', 2 * workspace.pixelCount) },
      items: workspace.size.height,
    }),
  ];
}

function lineStep(
  workspace: Workspace,
  values: GPUBuffer,
  distances: GPUBuffer,
  along: 'columns' | 'rows',
  sites: Sites,
): Promise<Step> {
  const { width, height } = workspace.size;
  return workspace.step(lineDistance, {
    constants: { alongColumns: along === 'columns', sitesAreZero: sites === 'zero' },
    bindings: { values, distances },
    items: along === 'columns' ? width : height,
  });
}

export const distanceOperation: OperationBuilder = async (workspace) => {
  const input = inputOf(workspace);
  const output = outputOf(workspace, 'distance');
  return {
    inputs: [input],
    output,
    steps: await distanceSteps(workspace, input, output, 'zero'),
    set: nothingToSet,
  };
};

type Shape = 'disc' | 'square';
type Change = 'erode' | 'dilate';

/** Erosion or dilation, or one after the other. The option is the limit of a distance: squared for a disc. */
export function morphologyOperation(name: string, changes: readonly Change[], shape: Shape): OperationBuilder<number> {
  return async (workspace) => {
    const input = inputOf(workspace);
    const output = outputOf(workspace, name);
    const limit = workspace.settings(name, 1);
    const steps: Step[] = [];
    let from = input;
    for (const [index, change] of changes.entries()) {
      const to = index + 1 === changes.length ? output : workspace.words('between');
      steps.push(...(await changeSteps(workspace, from, to, change, shape, limit)));
      from = to;
    }
    return { inputs: [input], output, steps, set: (value) => limit.write(value) };
  };
}

async function changeSteps(
  workspace: Workspace,
  from: GPUBuffer,
  to: GPUBuffer,
  change: Change,
  shape: Shape,
  limit: Settings,
): Promise<Step[]> {
  const sites = change === 'erode' ? 'zero' : 'non-zero';
  const thresholdStep = (values: GPUBuffer, mask: GPUBuffer) =>
    workspace.step(threshold, {
      constants: { within: change === 'dilate' },
      bindings: { settings: limit.buffer, values, mask },
    });
  if (shape === 'disc') {
    const squared = workspace.words('squared distances');
    return [...(await distanceSteps(workspace, from, squared, sites)), await thresholdStep(squared, to)];
  }
  const distances = workspace.words('line distances');
  const rows = workspace.words('rows');
  return [
    await lineStep(workspace, from, distances, 'rows', sites),
    await thresholdStep(distances, rows),
    await lineStep(workspace, rows, distances, 'columns', sites),
    await thresholdStep(distances, to),
  ];
}
