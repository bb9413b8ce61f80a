// SPDX-License-Identifier: MIT

// Runs in a page: compiles what the project has, and says which shaders a browser took.

import { MaskAnalysis } from '../../src/analysis/index.js';
import type { Step } from '../../src/engine/lists/dispatch.js';
import { planRepack, repackSteps } from '../../src/engine/lists/repack.js';
import { ProgramCache } from '../../src/gpu/program.js';
import { DenseCrf } from '../../src/index.js';
import { Pipeline, type Prompts } from '../../src/pipeline/index.js';
import { createTestDevice } from './device.js';
import { everyList, kernelSets, planOf } from './engine-plans.js';
import type { Pixels } from './frame-page.js';
import { paintDisc } from './painted-disc.js';
import { allVariants } from './variants.js';

const compiled = new Set<string>();

/** From now on the page remembers the shaders whose pipelines the browser made. */
export function watchCompilation(): void {
  const { prototype } = GPUDevice;
  for (const method of ['createComputePipelineAsync', 'createRenderPipelineAsync'] as const) {
    const create = prototype[method] as (descriptor: GPUObjectDescriptorBase) => Promise<unknown>;
    Object.assign(prototype, {
      async [method](this: GPUDevice, descriptor: GPUObjectDescriptorBase) {
        const pipeline = await create.call(this, descriptor);
        compiled.add(String(descriptor.label).replace(/\..*| \(.*/s, ''));
        return pipeline;
      },
    });
  }
}

/** Names of the shaders of which a pipeline was made. */
export function compiledShaders(): string[] {
  return [...compiled].sort();
}

/** Compiles all that an engine does, for every kind of kernel. Returns how many programs there were. */
export async function compileEngines(labelCounts: number[]): Promise<number> {
  const test = await createTestDevice();
  const programs = new ProgramCache(test.device);
  const wanted = new Map<string, () => Promise<unknown>>();
  for (const step of labelCounts.flatMap(everyStep)) {
    if (step.kind === 'clear') continue;
    const { stage, constants, entry } = step;
    wanted.set(JSON.stringify([stage.name, entry, constants]), () => programs.get(stage, constants, entry));
  }
  await Promise.all([...wanted.values()].map((compile) => compile()));
  await test.finish();
  return wanted.size;
}

function everyStep(labelCount: number): Step[] {
  const plans = Object.values(kernelSets).map((kernels) => planOf(kernels, { labelCount }));
  const usual = planOf(kernelSets.usual, { labelCount });
  const changed = planOf(kernelSets.penalties, { labelCount });
  const repacks = [[usual, changed] as const, [changed, usual] as const].flatMap(([from, to]) =>
    repackSteps(from, to, planRepack(from, to), { hasUnary: true, hasStarted: true }),
  );
  // Naga has no subgroups that every device of Firefox takes.
  const shapes = allVariants.filter(({ splat }) => splat !== 'subgroup');
  const shaped = shapes.map((variants) => planOf(kernelSets.usual, { labelCount, variants }));
  return [...[...plans, ...shaped].flatMap(everyList), ...repacks];
}

/** Compiles the views, with all that they need. */
export async function compileViews(): Promise<void> {
  const painted = await paintDisc();
  await painted.finish();
}

const [width, height] = [32, 24];

/** What engines and analyses do with inputs that are on the GPU, and with probabilities. */
export async function compileInputs(): Promise<void> {
  const test = await createTestDevice();
  const { device } = test;
  const texture = device.createTexture({
    size: [width, height],
    format: 'rgba8unorm',
    usage: GPUTextureUsage.TEXTURE_BINDING | GPUTextureUsage.COPY_DST,
  });
  const crf = await DenseCrf.create({ width, height, labelCount: 2, device });
  await crf.refine({ image: texture, unary: { logits: new Float32Array(2 * width * height) } });
  const analysis = await MaskAnalysis.create({ width, height, labels: ['ground', 'thing'], device });
  const map = await analysis.probability(await crf.marginals(), { labels: ['thing'] });
  const probability = await map.read();
  await analysis.softAlpha({ data: new Uint8Array(4 * width * height), width, height }, { probability });
  const labels = await crf.labelMap();
  await analysis.areas(labels);
  await analysis.regions(labels);
  analysis.destroy();
  crf.destroy();
  texture.destroy();
  await test.finish();
}

/** The label of each pixel, of a photo that `colour-prompt` was told of by marks and of a frame after it, both in a row. */
export async function promptedLabels(image: Pixels, prompts: Prompts, backend: 'webgpu' | 'cpu'): Promise<number[]> {
  const options = { network: 'colour-prompt', backend, dropBelow: 1e-4, workingSize: 64 } as const;
  const pipeline = await Pipeline.create(options);
  const picture = { ...image, data: Uint8ClampedArray.from(image.data) };
  await pipeline.setPrompts(picture, prompts, { rounds: 2 });
  const labels: number[] = [];
  for (const segment of [() => pipeline.segment(picture), () => pipeline.segmentFrame(picture)]) {
    const segmentation = await segment();
    labels.push(...(await segmentation.labelMap()));
  }
  pipeline.destroy();
  return labels;
}
