// SPDX-License-Identifier: MIT

import {
  type CrfParameters,
  DenseCrf,
  type ProblemSize,
  type RefineReport,
  type RgbaImage,
  type UnaryInput,
} from '../../index.js';

/** One refinement, as plain data and arrays. */
export interface RefineJob {
  size: ProblemSize;
  backend: 'webgpu' | 'cpu';
  threads?: number;
  parameters: CrfParameters;
  image?: RgbaImage;
  unary: UnaryInput<Float32Array, Int32Array>;
  /** Whether the marginals are wanted: they are far larger than the label map. */
  marginals: boolean;
}

export interface RefineJobResult {
  adapterName: string;
  report: RefineReport;
  labelMap: Uint32Array;
  marginals?: Float32Array;
  milliseconds: {
    /** Device, pipelines, buffers. */
    prepare: number;
    /** From the input arrays to the last iteration. */
    refine: number;
    /** Of the results, from the device. */
    readback: number;
  };
}

/** Runs in the page for WebGPU and in Node for the CPU: the same few lines that a user of the library writes. */
export async function runRefineJob(job: RefineJob): Promise<RefineJobResult> {
  const { size, backend, threads, parameters, image, unary } = job;
  const start = performance.now();
  const crf = await DenseCrf.create({
    ...size,
    backend,
    parameters,
    profile: true,
    ...(threads === undefined ? undefined : { threads }),
  });
  try {
    const prepared = performance.now();
    const report = await crf.refine({ unary, ...(image ? { image } : undefined) });
    const refined = performance.now();
    const labelMap = await crf.labelMap();
    const marginals = job.marginals ? await crf.marginals() : undefined;
    const read = performance.now();
    return {
      adapterName: crf.adapterName,
      report,
      labelMap,
      ...(marginals ? { marginals } : undefined),
      milliseconds: { prepare: prepared - start, refine: refined - prepared, readback: read - refined },
    };
  } finally {
    crf.destroy();
  }
}
