// SPDX-License-Identifier: MIT

import { type BenchJob, runBenchJob } from '../bench/job.js';
import { type LabelMapsJob, runLabelMapsJob } from '../evaluate/job.js';
import type { PredictJob, PredictorJob } from '../evaluate/network-job.js';
import { type RefineJob, runRefineJob } from '../refine/job.js';
import type { OpenJob, SegmentJob } from '../segment/job.js';
import { runTuneCountJob, type TuneCountJob } from '../tune/job.js';
import { describeThrown, type PageInterface } from './protocol.js';
import { arrayOn, bytesOf, pack, references, unpack } from './wire.js';

/** What runs in the browser: takes jobs from the command line, and leaves their results at its server. */

const jobs: Readonly<Record<string, (input: unknown) => Promise<unknown>>> = {
  // The other side of the wire is this same program: it packed what the job takes.
  refine: (input) => runRefineJob(input as RefineJob),
  'tune-count': (input) => runTuneCountJob(input as TuneCountJob),
  'label-maps': (input) => runLabelMapsJob(input as LabelMapsJob),
  bench: (input) => runBenchJob(input as BenchJob),
  // Loaded by who needs them: with them come the network runtime's packages.
  'open-network': async (input) => (await import('../segment/job.js')).openNetwork(input as OpenJob),
  'open-predictor': async (input) => (await import('../evaluate/network-job.js')).openPredictor(input as PredictorJob),
  predict: async (input) => (await import('../evaluate/network-job.js')).predict(input as PredictJob),
  'segment-picture': async (input) => (await import('../segment/job.js')).segmentPicture(input as SegmentJob),
};

const page: PageInterface = {
  async run(name, json) {
    try {
      const run = jobs[name];
      if (!run) throw new Error(`no job is called ${name}`);
      const input = unpack(json, await Promise.all(references(json).map(download)));
      const result = pack(await run(input));
      for (const [index, array] of result.arrays.entries()) await upload(index, bytesOf(array));
      return { result: result.json };
    } catch (error) {
      return { error: describeThrown(error) };
    }
  },
};

Object.assign(globalThis, { meanfieldPage: page });

async function download(reference: ReturnType<typeof references>[number]) {
  const response = await fetch(`arrays/${reference.$array}`);
  if (!response.ok) throw new Error(`array ${reference.$array}: ${response.status} ${response.statusText}`);
  return arrayOn(await response.arrayBuffer(), reference);
}

async function upload(index: number, bytes: Uint8Array): Promise<void> {
  // A blob, not the bytes: Chromium 156 under puppeteer takes 8 s for 50 MB of bytes, and half a second for a blob.
  // (Results never lie in shared memory, which a blob would refuse.)
  const body = new Blob([bytes as Uint8Array<ArrayBuffer>]);
  const response = await fetch(`arrays/${index}`, { method: 'PUT', body });
  if (!response.ok) throw new Error(`array ${index}: ${response.status} ${response.statusText}`);
}
