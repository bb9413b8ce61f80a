// SPDX-License-Identifier: MIT

import { basins } from '../../stages/analysis/basins.js';
import { peaks } from '../../stages/analysis/peaks.js';
import { relief as reliefStage } from '../../stages/analysis/relief.js';
import { restrict } from '../../stages/analysis/restrict.js';
import { rounds } from '../../stages/analysis/rounds.js';
import type { Connectivity } from '../cpu/neighbourhood.js';
import { numberingSteps } from './components.js';
import { distanceSteps } from './distance.js';
import { inputOf, type OperationBuilder, outputOf } from './operation.js';
import type { Settings, Step, Workspace } from './workspace.js';

/** Joins all basins that have no seed. */
const joinAll = 0xffffffff;

interface Flood {
  relief: GPUBuffer;
  seeds: GPUBuffer;
  nearness: GPUBuffer;
  codes: GPUBuffer;
  height: Settings;
  connectivity: Connectivity;
}

/** A relief's basins, flooded until none must be joined any more. */
async function floodSteps(workspace: Workspace, flood: Flood): Promise<Step[]> {
  const { relief, seeds, nearness, codes, height, connectivity } = flood;
  const { pixelCount } = workspace;
  const progress = workspace.words('progress', 4);
  const grid = workspace.words('grid', 4);
  const bindings = {
    settings: height.buffer,
    relief,
    nearness,
    seeds,
    codes,
    basins: basinsOf(workspace),
    links: workspace.words('basin links'),
    progress,
  };
  const whole = workspace.gridOf(pixelCount);
  const size = workspace.settings('rounds', 3);
  if (Array.isArray(whole)) size.write(...(whole as unknown as number[]));
  const stepOf = (entry: string, inRounds: boolean) =>
    workspace.step(basins, {
      entry,
      constants: { connectivity },
      bindings,
      grid: inRounds ? { buffer: grid, offset: 0 } : whole,
    });
  const roundsStep = (entry: string) =>
    workspace.step(rounds, {
      entry,
      bindings: { settings: size.buffer, progress, grid },
      items: 1,
    });
  const round = [
    await stepOf('strongest', true),
    await stepOf('nearest', true),
    await stepOf('first', true),
    await stepOf('join', true),
    await stepOf('follow', true),
    await roundsStep('next'),
  ];
  const roundCount = Math.ceil(Math.log2(Math.max(2, pixelCount)));
  return [
    await stepOf('climb', false),
    await stepOf('follow', false),
    await roundsStep('start'),
    ...Array.from({ length: roundCount }, () => round).flat(),
  ];
}

function basinsOf(workspace: Workspace): GPUBuffer {
  return workspace.words('basins', 4 * workspace.pixelCount);
}

/** The relief of a mask: distances to what is outside. */
async function reliefSteps(workspace: Workspace, mask: GPUBuffer, relief: GPUBuffer): Promise<Step[]> {
  const squared = workspace.words('squared distances');
  return [
    ...(await distanceSteps(workspace, mask, squared, 'zero')),
    await workspace.step(reliefStage, { bindings: { squared, outward: squared, mask, relief } }),
  ];
}

/** The relief of a mask around its core: distances to the core's edge. */
async function aroundSteps(workspace: Workspace, core: GPUBuffer, mask: GPUBuffer, relief: GPUBuffer): Promise<Step[]> {
  const squared = workspace.words('squared distances');
  const outward = workspace.words('outward distances');
  return [
    ...(await distanceSteps(workspace, core, squared, 'zero')),
    ...(await distanceSteps(workspace, core, outward, 'non-zero')),
    await workspace.step(reliefStage, { entry: 'around', bindings: { squared, outward, mask, relief } }),
  ];
}

/** Peaks of a relief as numbered seeds. */
async function seedSteps(
  workspace: Workspace,
  relief: GPUBuffer,
  seeds: GPUBuffer,
  connectivity: Connectivity,
  height: Settings,
): Promise<Step[]> {
  const roots = workspace.words('roots');
  const codes = workspace.words('codes');
  const none = workspace.words('zeros');
  const bindings = { relief, codes, basins: basinsOf(workspace), roots };
  return [
    ...(await floodSteps(workspace, { relief, seeds: none, nearness: none, codes, height, connectivity })),
    await workspace.step(peaks, { entry: 'find', bindings }),
    await workspace.step(peaks, { entry: 'mark', bindings }),
    ...(await numberingSteps(workspace, roots, seeds)),
  ];
}

/** The option is the height in the relief's unit. */
export function seedsOperation(connectivity: Connectivity): OperationBuilder<number> {
  return async (workspace) => {
    basinsOf(workspace);
    const input = inputOf(workspace);
    const output = outputOf(workspace, 'seeds');
    const relief = workspace.words('relief');
    const height = workspace.settings('seeds', 1);
    return {
      inputs: [input],
      output,
      steps: [
        ...(await reliefSteps(workspace, input, relief)),
        ...(await seedSteps(workspace, relief, output, connectivity, height)),
      ],
      set: (value) => height.write(value),
    };
  };
}

/** Where a watershed's seeds come from, and whether its mask has a core. */
export interface WatershedVariant {
  connectivity: Connectivity;
  seeds: 'own' | 'given';
  core: 'whole' | 'given';
}

/** Splits a mask. Its inputs are mask, seeds and core, as far as they are given; the option is the height of seeds of its own. */
export function watershedOperation({ connectivity, seeds: origin, core }: WatershedVariant): OperationBuilder<number> {
  return async (workspace) => {
    // The largest buffer first: where there is no room for it nothing else is made.
    basinsOf(workspace);
    const mask = inputOf(workspace);
    const inputs = [mask];
    const output = outputOf(workspace, 'watershed');
    const relief = workspace.words('relief');
    const seeds = workspace.words('seeds in mask');
    const nearness = workspace.words('nearness');
    const height = workspace.settings('watershed', 1);
    const everything = workspace.settings('flood', 1);
    everything.write(joinAll);
    const within = (values: GPUBuffer, restricted: GPUBuffer) =>
      workspace.step(restrict, { bindings: { values, mask, restricted } });
    const own = (from: GPUBuffer) => seedSteps(workspace, from, seeds, connectivity, height);

    const steps: Step[] = [];
    if (origin === 'given') {
      inputs.push(inputOf(workspace, 1));
      steps.push(await within(inputOf(workspace, 1), seeds));
    }
    if (core === 'given') {
      const inner = workspace.words('core in mask');
      inputs.push(inputOf(workspace, inputs.length));
      steps.push(await within(inputs[inputs.length - 1], inner));
      if (origin === 'own') steps.push(...(await reliefSteps(workspace, inner, relief)), ...(await own(relief)));
      steps.push(...(await aroundSteps(workspace, inner, mask, relief)));
    } else {
      steps.push(...(await reliefSteps(workspace, mask, relief)));
      if (origin === 'own') steps.push(...(await own(relief)));
    }
    const flood = { relief, seeds, nearness, codes: output, height: everything, connectivity };
    steps.push(
      ...(await distanceSteps(workspace, seeds, nearness, 'non-zero')),
      ...(await floodSteps(workspace, flood)),
      await finishStep(workspace, flood),
    );
    return { inputs, output, steps, set: (value) => height.write(value) };
  };
}

function finishStep(workspace: Workspace, { relief, seeds, nearness, codes, height, connectivity }: Flood) {
  return workspace.step(basins, {
    entry: 'finish',
    constants: { connectivity },
    bindings: {
      settings: height.buffer,
      relief,
      nearness,
      seeds,
      codes,
      basins: basinsOf(workspace),
      links: workspace.words('basin links'),
      progress: workspace.words('progress', 4),
    },
  });
}
