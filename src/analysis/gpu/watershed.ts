// SPDX-License-Identifier: MIT

import type { Connectivity } from '../../reference/analysis/neighbourhood.js';
import { basins } from '../../stages/analysis/basins.js';
import { peaks } from '../../stages/analysis/peaks.js';
import { relief as reliefStage } from '../../stages/analysis/relief.js';
import { restrict } from '../../stages/analysis/restrict.js';
import { rounds } from '../../stages/analysis/rounds.js';
import { numberingSteps } from './components.js';
import { distanceSteps } from './distance.js';
import { inputOf, nothingToSet, type OperationBuilder, outputOf } from './operation.js';
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
    await workspace.step(reliefStage, { bindings: { squared, relief } }),
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

/** Splits a mask among its own peaks (the option is their height), or among given seeds. */
export function watershedOperation(connectivity: Connectivity, origin: 'own' | 'given'): OperationBuilder<number> {
  return async (workspace) => {
    const mask = inputOf(workspace);
    const output = outputOf(workspace, 'watershed');
    const relief = workspace.words('relief');
    const seeds = workspace.words('seeds in mask');
    const nearness = workspace.words('nearness');
    const height = workspace.settings('watershed', 1);
    const everything = workspace.settings('flood', 1);
    everything.write(joinAll);
    const fromSeeds = { relief, seeds, nearness, codes: output, height: everything, connectivity };
    return {
      inputs: origin === 'given' ? [mask, inputOf(workspace, 1)] : [mask],
      output,
      steps: [
        ...(await reliefSteps(workspace, mask, relief)),
        ...(origin === 'given'
          ? [
              await workspace.step(restrict, {
                bindings: { values: inputOf(workspace, 1), mask, restricted: seeds },
              }),
            ]
          : await seedSteps(workspace, relief, seeds, connectivity, height)),
        ...(await distanceSteps(workspace, seeds, nearness, 'non-zero')),
        ...(await floodSteps(workspace, fromSeeds)),
        await finishStep(workspace, fromSeeds),
      ],
      set: origin === 'given' ? nothingToSet : (value) => height.write(value),
    };
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
