// SPDX-License-Identifier: MIT

import type { Binding, Step } from '../src/engine/lists/dispatch.js';
import { build, iteration, iterations, normalize, start } from '../src/engine/lists/iteration.js';
import {
  energySteps,
  planarSteps,
  planEnergy,
  planPlanar,
  planResults,
  planSlabs,
  resultSteps,
} from '../src/engine/lists/results.js';
import { dispatchesOf } from '../src/engine/lists/summary.js';
import type { BufferPlan } from '../src/engine/plan/buffer-plan.js';
import { type EnginePlan, planEngine, planInput } from '../src/engine/plan/plan.js';
import { plainVariants } from '../src/engine/plan/variants.js';
import { resolveParameters } from '../src/problem/parameters.js';
import { splatVariants } from '../src/problem/tuning-table.js';
import type { Kernel } from '../src/problem/types.js';

/** The file that holds the table, and the lines around it. */
export const architectureFile = 'ARCHITECTURE.md';
const begin = '<!-- The engine’s buffers, made by `npm run generate:architecture` -->';
const end = '<!-- End of the engine’s buffers -->';

const penalties = [
  [0, 1],
  [1, 0],
];
const spatial: Kernel = { type: 'gaussian', sigmaXY: 3, compatibility: 3 };
const bilateral: Kernel = { type: 'bilateral', sigmaXY: 80, sigmaRGB: 13, compatibility: 10 };

/** Shapes that between them need every shader there is. */
const shapes = splatVariants.map((splat) => ({
  labelCount: 21,
  variants: { splat, blur: plainVariants.blur, slice: splat === 'lanes' ? ('lanes' as const) : plainVariants.slice },
}));

/** Kernels that between them need every buffer there is. */
const kernelSets: readonly (readonly Kernel[])[] = [
  [spatial, bilateral],
  [
    { ...spatial, normalization: 'after' },
    { ...bilateral, compatibility: penalties },
  ],
  [{ ...spatial, method: 'separable', compatibility: penalties }],
  [{ ...bilateral, method: 'exact', compatibility: penalties }],
];

/** Stages that bring input, or move it to rows of another layout; and what the host reads back or hands out. */
const inputStages: Readonly<Record<string, readonly string[]>> = {
  'input.image': ['image'],
  'pixels.q': ['repack'],
  'pixels.unary': ['unary', 'repack'],
  'pixels.lastUnary': ['unary', 'repack'],
};
const readByHost = /^results\.|^input\.invalidPixelCount$|^energy\.terms$|^pixels\.largestChange$/;

/** A row a buffer: shape, unit, the shaders that bind it to write and those that bind it to read. */
export function bufferTable(): string {
  const rows = new Map<string, { buffer: BufferPlan; writers: Set<string>; readers: Set<string> }>();
  for (const { plan, steps } of [...examplePlans()]) {
    const binds = dispatchesOf(steps).flatMap(({ stage, bindings, workgroups }) => [
      ...Object.entries(bindings).map(([name, binding]) => ({ stage: stage.name, use: stage.layout[name], binding })),
      ...('sizes' in workgroups ? [{ stage: 'indirect dispatches', use: 'read', binding: workgroups.sizes }] : []),
    ]);
    for (const { stage, use, binding } of [...binds].sort((a, b) => order(plan, a.binding) - order(plan, b.binding))) {
      const buffer = bufferOf(binding);
      if (buffer.use === 'uniform') continue;
      const row = rows.get(buffer.name) ?? { buffer, writers: new Set(), readers: new Set() };
      (use === 'write' ? row.writers : row.readers).add(stage);
      rows.set(buffer.name, row);
    }
  }
  return [
    '| buffer | shape | unit | bound to write by | bound to read by |',
    '|---|---|---|---|---|',
    ...[...rows.values()].map(({ buffer: { name, shape, unit }, writers, readers }) => {
      for (const stage of inputStages[name] ?? []) writers.add(stage);
      const list = (stages: Set<string>, none: string) => [...stages].map((stage) => `\`${stage}\``).join(', ') || none;
      const read = list(readers, readByHost.test(name) ? 'host' : 'those who write it');
      return `| \`${name}\` | ${shape} | ${unit.replaceAll('|', '\\|')} | ${list(writers, 'host')} | ${read} |`;
    }),
  ].join('\n');
}

/** The text with the table as it should be. */
export function withBufferTable(text: string): string {
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from < 0 || to < 0) throw new Error(`${architectureFile} has lost the lines around the table of buffers`);
  return `${text.slice(0, from + begin.length)}\n\n${bufferTable()}\n\n${text.slice(to)}`;
}

function* examplePlans(): Generator<{ plan: EnginePlan; steps: Step[] }> {
  for (const kernels of kernelSets) {
    const isUsual = kernels === kernelSets[0];
    for (const { labelCount, variants } of isUsual
      ? [...shapes, ...[2, 150].map((labelCount) => ({ labelCount, variants: plainVariants }))]
      : [{ labelCount: 2, variants: plainVariants }]) {
      const size = { width: 64, height: 48, labelCount };
      const plan = planEngine({
        size,
        parameters: resolveParameters({ kernels }, size),
        limits: { maxStorageBufferBindingSize: 2 ** 27, maxBufferSize: 2 ** 28 },
        tuning: { workgroupSize: 64, maxRunLength: 16, maxBlockLanes: 6, hasSubgroups: true },
        variantsOf: () => variants,
        vertexCapacity: 'measured',
        input: planInput(size),
      });
      const slabs = planSlabs(plan);
      const steps = [
        ...plan.kernels.flatMap((kernel) => [...build(plan, kernel), ...normalize(plan, kernel)]),
        ...start(plan),
        ...iteration(plan),
        ...iterations(plan).between,
        ...resultSteps(plan, slabs, planResults(plan.size)),
        ...planarSteps(plan, slabs, planPlanar(plan.size)),
        ...energySteps(plan, planEnergy(plan)),
      ];
      yield { plan, steps };
    }
  }
}

function bufferOf(binding: Binding): BufferPlan {
  return 'buffer' in binding ? binding.buffer : binding;
}

/** The plan's own order; what is not in it comes last. */
function order(plan: EnginePlan, binding: Binding): number {
  const buffers = [plan.input.image, ...plan.parts.flatMap((part) => part.buffers)];
  const index = buffers.indexOf(bufferOf(binding));
  return index < 0 ? buffers.length : index;
}
