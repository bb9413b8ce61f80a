// SPDX-License-Identifier: MIT

import {
  type CrfParameters,
  DenseCrf,
  type ProblemSize,
  type Refiner,
  type RgbaImage,
  type UnaryInput,
} from '../../index.js';
import { filterProbabilities } from '../guided.js';

/** One image, and the parameters it is refined with, each in its turn. Plain data and arrays. */
export interface LabelMapsJob {
  size: ProblemSize;
  backend: 'webgpu' | 'cpu';
  threads?: number | undefined;
  image?: RgbaImage;
  unary: UnaryInput<Float32Array, Int32Array>;
  /** Each gives label maps after all the iteration counts beside it, which rise. */
  refinements: readonly Refinement[];
  /** By the guided filter instead: one label map more, after all others. Needs the image. */
  guided?: boolean;
}

export interface Refinement {
  parameters: CrfParameters;
  /** Iterations after which the label map is wanted, rising; without them as many as the parameters say. */
  iterations?: readonly number[];
}

export interface LabelMapsResult {
  adapterName: string;
  /** argmax of what was given, [y, x]. */
  before: Uint32Array;
  /** By refinement, then by iteration count, [y, x]. */
  after: readonly (readonly Uint32Array[])[];
}

const nothing: CrfParameters = { kernels: [], iterations: 0 };

/** The engine of the job before: compiling shaders takes longer than refining. */
let kept: { key: string; crf: Refiner } | undefined;

/** Runs in the page for WebGPU and in Node for the CPU. */
export async function runLabelMapsJob(job: LabelMapsJob): Promise<LabelMapsResult> {
  const crf = await engineFor(job, nothing);
  // Parameters before the image: engines look at what their kernels need.
  crf.setParameters(nothing);
  await crf.refine({ unary: job.unary, ...(job.image ? { image: job.image } : undefined) });
  const before = await crf.labelMap();
  const after: Uint32Array[][] = [];
  for (const refinement of job.refinements) after.push(await refineWith(crf, refinement));
  if (job.guided && job.image) after.push([await filterBy(job.image, crf)]);
  return { adapterName: crf.adapterName, before, after };
}

/** The guided filter in the CRF's place. Leaves another unary behind. */
async function filterBy(image: RgbaImage, crf: Refiner): Promise<Uint32Array> {
  crf.setParameters(nothing);
  await crf.refine({});
  await crf.refine({ unary: { probabilities: filterProbabilities(image, await crf.marginals()) } });
  return await crf.labelMap();
}

async function refineWith(crf: Refiner, { parameters, iterations }: Refinement): Promise<Uint32Array[]> {
  crf.setParameters(parameters);
  if (!iterations) {
    await crf.refine({});
    return [await crf.labelMap()];
  }
  const maps: Uint32Array[] = [];
  await crf.start({});
  let done = 0;
  for (const count of iterations) {
    if (count > done) await crf.step(count - done);
    done = count;
    maps.push(await crf.labelMap());
  }
  return maps;
}

async function engineFor({ size, backend, threads }: LabelMapsJob, parameters: CrfParameters): Promise<Refiner> {
  const key = JSON.stringify([size.width, size.height, size.labelCount, backend, threads]);
  if (kept?.key === key) return kept.crf;
  kept?.crf.destroy();
  kept = undefined;
  const crf = await DenseCrf.create({
    ...size,
    backend,
    parameters,
    ...(threads === undefined ? undefined : { threads }),
  });
  kept = { key, crf };
  return crf;
}
