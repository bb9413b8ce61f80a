// SPDX-License-Identifier: MIT

import type { RgbaImage } from '../../index.js';
import { type NetworkUnary, Pipeline } from '../../pipeline/index.js';
import { describeNetwork, type OpenJob } from '../segment/job.js';

/** Which network the page gets ready to predict. */
export type PredictorJob = Pick<OpenJob, 'preset' | 'network' | 'bytes'>;

export interface PredictJob {
  image: RgbaImage;
}

/** Long side of what the pipeline's own CRF, which does nothing here, works on. */
const leastWork = 16;

/** The network that is ready; a page has one at a time. */
let pipeline: Pipeline | undefined;

export async function openPredictor(job: PredictorJob): Promise<{ adapterName: string }> {
  await pipeline?.destroy();
  pipeline = undefined;
  pipeline = await Pipeline.create({
    network: describeNetwork(job),
    backend: 'webgpu',
    crf: null,
    workingSize: leastWork,
    // All labels, however improbable: who measures wants to see them too.
    dropBelow: 0,
  });
  return { adapterName: pipeline.adapterName };
}

export async function predict({ image }: PredictJob): Promise<NetworkUnary> {
  if (!pipeline) throw new Error('no network is open');
  return await (await pipeline.segment(image)).unary();
}
