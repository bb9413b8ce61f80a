// SPDX-License-Identifier: MIT

import { parentPort, workerData } from 'node:worker_threads';
import type { NetworkUnary } from '../../pipeline/index.js';
import { describeThrown, thrownAgain } from '../page/protocol.js';
import { describeNetwork } from '../segment/job.js';
import type { Streams } from '../streams.js';
import { ComputeHost } from './compute-host.js';
import { DataSet } from './data-set.js';
import type { LabelMapsResult } from './job.js';
import type { Answer, FromMeasurer, MeasureStart, Question, ToMeasurer } from './measure-messages.js';
import { Measurer } from './measurer.js';
import type { Predictor } from './network-predictions.js';
import { NetworkPredictor } from './network-predictor.js';

/** One of several threads that read, refine and measure images, each one at a time. */

const { plan, settings, backend, threads, network } = workerData.given as MeasureStart;

/** The other thread shows how far the work is. */
const silent: Streams = { out: () => undefined, error: () => undefined, status: () => undefined };

const computeHost = new ComputeHost('cpu', silent);
computeHost.threads = threads;
const predictor = network ? predictorOf(network) : undefined;
const { dataSet, show } = DataSet.shown(plan, predictor);
const measurer = new Measurer(dataSet, settings, async (job) =>
  backend === 'cpu' ? await computeHost.run(job) : ((await ask({ refine: job })) as LabelMapsResult),
);

/** Hears the answer to the question that is asked. */
let hear: ((answer: Answer) => void) | undefined;

const post = (message: FromMeasurer) => parentPort?.postMessage(message);

parentPort?.on('message', (message: ToMeasurer) => {
  if ('answer' in message) hear?.(message.answer);
  else {
    show(message.measure);
    // What is no Error is a mistake in this program: it ends the thread.
    void measure(message.measure.item);
  }
});

try {
  await dataSet.start();
  post({ ready: true });
} catch (error) {
  post({ unready: describeThrown(error) });
}

async function measure(item: string): Promise<void> {
  const found = await measurer.measure(item);
  post('error' in found ? { failed: { ...found, error: describeThrown(found.error) } } : { measured: found });
}

async function ask(question: Question): Promise<LabelMapsResult | NetworkUnary> {
  const answer = new Promise<Answer>((resolve) => {
    hear = resolve;
  });
  post({ ask: question });
  const heard = await answer;
  if ('error' in heard) throw thrownAgain(heard.error);
  return heard.result;
}

/** On the CPU a network of this thread's own, in WebGPU's case the one in the browser. */
function predictorOf({ model, job, source, hash, seconds }: NonNullable<MeasureStart['network']>): Predictor {
  const found = { job, source, hash, description: describeNetwork(job) };
  const own = NetworkPredictor.of(model, found, seconds, computeHost, silent);
  if (backend === 'cpu') return own;
  return {
    network: own.network,
    settings: own.settings,
    open: async () => undefined,
    close: async () => undefined,
    predict: async (image) => (await ask({ predict: { image } })) as NetworkUnary,
  };
}
