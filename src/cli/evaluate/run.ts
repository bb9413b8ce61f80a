// SPDX-License-Identifier: MIT

import path from 'node:path';
import { type CrfParameters, resolveParameters } from '../../index.js';
import { inOrder } from '../batch/in-order.js';
import { chooseJobs, threadsBeside } from '../batch/jobs.js';
import { Journal } from '../batch/journal.js';
import { Progress } from '../batch/progress.js';
import { chooseShard, itemsOfShard, type Shard } from '../batch/shard.js';
import { about, Failure } from '../failure.js';
import { makeFolder } from '../files/folder.js';
import { readParameters } from '../refine/parameters.js';
import { type Streams, warn } from '../streams.js';
import { instanceSettings, pictureColours, pictureLabelCount, pictureLabels, pictureTruth } from './comparison.js';
import { ComputeHost } from './compute-host.js';
import { checkKernels, DataSet } from './data-set.js';
import { type EvaluateEntry, type ItemScore, scoreOf } from './entries.js';
import { journalFile, picturesFolder } from './folders.js';
import type { LabelMapsResult } from './job.js';
import type { MeasureStart } from './measure-messages.js';
import { MeasurePool } from './measure-pool.js';
import { type FailedItem, type MeasuredItem, Measurer } from './measurer.js';
import { NetworkPredictor } from './network-predictor.js';
import type { EvaluateRequest } from './options.js';
import { Pictures } from './pictures.js';
import { Rankings } from './rankings.js';
import { describeRun, failedItems, type RunSummary, tellNotes } from './report-text.js';
import { writeReport } from './results.js';
import { type EvaluateSettings, hashOf, type ShardSettings, shardName } from './settings.js';
import { checkTruth, warnOfTruth } from './truth-check.js';

/** Memory that work on an image takes, by backend: its files, label planes, rows and lattices. An estimate, on the safe side: three jobs at 512x512 with 21 labels held 1.1 GB together with the program. */
const bytesOfPixel = {
  cpu: (labelCount: number) => 400 + 45 * labelCount,
  // The browser has the rest, once.
  webgpu: (labelCount: number) => 100 + 20 * labelCount,
} as const;

/** What an earlier run has done for an item. */
interface Done {
  stamp: string;
  score: ItemScore;
}

/** Measures what has not been measured yet, and writes the report where all is done. */
export async function evaluate(request: EvaluateRequest, streams: Streams, version: string): Promise<void> {
  const { options } = request;
  const shard = chooseShard(options.shard);
  const computeHost = new ComputeHost(request.refine || options.model !== undefined ? options.backend : 'cpu', streams);
  const predictor = await NetworkPredictor.find(options, computeHost, streams);
  // Each image is looked at once.
  const network = predictor && { network: predictor, keptBytes: 0 };
  const dataSet = await DataSet.open(request.predictions, request.truth, options, network);
  if (options.strict && dataSet.unpredicted.length > 0) {
    throw new Failure(`${request.truth}: nothing is predicted for ${dataSet.unpredicted[0]} (--strict)`);
  }
  const settings = await settingsOf(request, dataSet, predictor, version);
  // A part can't tell for the whole; `merge` can.
  if (shard.count === 1) await checkTruth(dataSet, dataSet.items);
  else await warnOfTruth(dataSet, itemsOfShard(dataSet.items, shard), streams);
  await makeFolder(path.dirname(journalFile(options.out, shard)));

  const run = await EvaluateRun.open(request, dataSet, settings, shard, computeHost, predictor, streams);
  try {
    await run.measureAll();
  } finally {
    await run.close();
  }
  await finish(request, run, shard, streams);
}

async function finish(request: EvaluateRequest, run: EvaluateRun, shard: Shard, streams: Streams): Promise<void> {
  const { out, json, ignore } = request.options;
  const summary = run.summary();
  if (shard.count > 1) {
    streams.out(json ? `${JSON.stringify(summary)}\n` : describeRun(summary));
    if (!json) streams.out(`next       when all ${shard.count} parts are done: meanfield merge ${out} --out ${out}\n`);
    if (summary.failed > 0) throw failedItems(summary.failed);
    return;
  }
  const report = await writeReport([journalFile(out, shard)], [picturesFolder(out, shard)], out, ignore);
  tellNotes(report, streams);
  streams.out(json ? `${JSON.stringify({ ...report, run: summary })}\n` : describeRun(summary, report));
  if (report.failures.length > 0) throw failedItems(report.failures.length);
}

async function settingsOf(
  request: EvaluateRequest,
  dataSet: DataSet,
  predictor: NetworkPredictor | undefined,
  version: string,
): Promise<EvaluateSettings> {
  const { options, refine } = request;
  const labelCount = await dataSet.labelCount();
  const parameters = refine ? await parametersOf(request, dataSet, labelCount, predictor?.network.crf) : null;
  const isGuided = options.refinement === 'guided';
  const areNetworks = parameters && !isGuided && predictor && options.options === undefined;
  return {
    command: 'evaluate',
    version,
    ...dataSet.settings,
    ignore: dataSet.truths.ignore,
    labelCount,
    names: dataSet.names,
    colours: dataSet.colours,
    bandWidths: options.bands,
    boundaryTolerances: options.boundary,
    boundaryUnit: options.boundaryUnit,
    parameters,
    ...(isGuided ? { refinement: 'guided' } : undefined),
    sigmasAt: areNetworks ? predictor.network.workingSize : null,
    backend: refine || predictor ? options.backend : null,
    items: dataSet.items.length,
    itemsHash: hashOf(dataSet),
    unpredicted: dataSet.unpredicted.length,
    instances: instanceSettings(options, dataSet.names, labelCount),
  };
}

async function parametersOf(
  { options }: EvaluateRequest,
  dataSet: DataSet,
  labelCount: number,
  without: CrfParameters | undefined,
): Promise<CrfParameters> {
  if (options.refinement === 'guided') return { kernels: [], iterations: 0 };
  const source = options.options ?? (without ? "the network's parameters" : 'the default parameters');
  const { parameters, expected } = await readParameters(options, without);
  checkKernels(parameters, source, dataSet.hasPhotographs);
  if (expected.labelCount !== undefined && expected.labelCount !== labelCount) {
    throw new Failure(`${source}: labelCount: got ${expected.labelCount}, expected ${labelCount}, as predicted`);
  }
  // On a size that leaves every value room; what an image's own size forbids is that image's error.
  await about(source, () => void resolveParameters(parameters, { width: 1, height: 1, labelCount }));
  return parameters;
}

/** One process's part of an evaluation, item by item. */
class EvaluateRun {
  private rankings = new Rankings();
  /** Of all that is measured, now or by an earlier run. */
  private readonly scores = new Map<string, ItemScore>();
  private readonly started = performance.now();
  private readonly outcomes = new Map<string, 'measured' | 'taken' | 'failed'>();
  private readonly measurer: Measurer;
  /** Images that are worked on at once. */
  private jobs = 1;
  /** Where they are more than one. */
  private pool: MeasurePool | undefined;

  private constructor(
    private readonly request: EvaluateRequest,
    private readonly dataSet: DataSet,
    private readonly settings: EvaluateSettings,
    private readonly shard: Shard,
    private readonly streams: Streams,
    private readonly journal: Journal<EvaluateEntry>,
    private readonly done: ReadonlyMap<string, Done>,
    private readonly pictures: Pictures,
    private readonly computeHost: ComputeHost,
    private readonly predictor: NetworkPredictor | undefined,
  ) {
    this.measurer = new Measurer(dataSet, settings, (job) => computeHost.run(job));
  }

  static async open(
    request: EvaluateRequest,
    dataSet: DataSet,
    settings: EvaluateSettings,
    shard: Shard,
    computeHost: ComputeHost,
    predictor: NetworkPredictor | undefined,
    streams: Streams,
  ): Promise<EvaluateRun> {
    const { out } = request.options;
    const done = new Map<string, Done>();
    const shardSettings: ShardSettings = { ...settings, shard: shardName(shard) };
    const take = (entry: EvaluateEntry) => {
      // A failure may be gone by now.
      if ('failure' in entry) done.delete(entry.item);
      else done.set(entry.item, { stamp: entry.stamp, score: scoreOf(entry) });
    };
    const file = journalFile(out, shard);
    const journal = await Journal.open<EvaluateEntry>(file, shardSettings, take, (text) => warn(streams, text));
    const pictures = new Pictures(picturesFolder(out, shard));
    return new EvaluateRun(request, dataSet, settings, shard, streams, journal, done, pictures, computeHost, predictor);
  }

  async measureAll(): Promise<void> {
    const items = itemsOfShard(this.dataSet.items, this.shard);
    const { source, count, index } = this.shard;
    if (source !== null) {
      this.streams.error(
        `shard ${index + 1}/${count} (${source}): ${items.length} of ${this.dataSet.items.length} items\n`,
      );
    }
    await this.takeUp(items);
    const missing = items.filter((item) => !this.scores.has(item));
    if (missing.length > 0) await this.start(missing.length);
    const progress = new Progress(this.streams, items.length, 0, 'images');
    try {
      for (const item of items) if (this.scores.has(item)) progress.advance(item);
      await this.measureItems(missing, progress, (item) => progress.advance(item));
      await this.drawMissing(progress);
    } finally {
      progress.stop();
    }
    await this.pictures.keep(this.rankings.items());
  }

  /** Makes ready what measures: this thread, or several. */
  private async start(images: number): Promise<void> {
    const { computeHost, dataSet, settings, request, predictor } = this;
    const { backend } = computeHost;
    const { largestPixels: pixels } = dataSet.truths;
    const { labelCount } = settings;
    const bytes = bytesOfPixel[backend](labelCount) * pixels;
    this.jobs = chooseJobs(request.options.jobs, { images, pixels, labelCount, bytes });
    computeHost.threads = threadsBeside(this.jobs, request.options.threads);
    await computeHost.start();
    // On the CPU each thread has a network of its own.
    if (this.jobs === 1 || backend === 'webgpu') await dataSet.start();
    if (this.jobs === 1) return;
    const plan = await dataSet.readingPlan(request.options);
    const { threads } = computeHost;
    const start: MeasureStart = { plan, settings, backend, threads, network: predictor?.seed ?? null };
    this.pool = await MeasurePool.open(start, dataSet, async (question) => {
      if ('refine' in question) return await computeHost.run(question.refine);
      if (!predictor) throw new Error('no network predicts');
      return await predictor.predict(question.predict.image);
    });
  }

  /** What an earlier run has measured, of files that are the same now. */
  private async takeUp(items: readonly string[]): Promise<void> {
    for (const item of items) {
      const done = this.done.get(item);
      if (!done || done.stamp !== (await this.dataSet.stamp(item))) continue;
      this.scores.set(item, done.score);
      this.outcomes.set(item, 'taken');
    }
    this.rank();
  }

  private rank(): void {
    this.rankings = new Rankings();
    for (const [item, score] of this.scores) this.rankings.add(item, score);
  }

  /**
   * Measures those again that are among the first and have no picture: somebody removed it, or they have come back into a list after others
   * left it.
   */
  private async drawMissing(progress: Progress): Promise<void> {
    for (;;) {
      this.rank();
      const missing: string[] = [];
      for (const item of this.rankings.items()) if (!(await this.pictures.has(item))) missing.push(item);
      if (missing.length === 0) return;
      for (const item of missing) this.scores.delete(item);
      await this.measureItems(missing, progress);
    }
  }

  summary(): RunSummary {
    const { computeHost, request } = this;
    const outcomes = [...this.outcomes.values()];
    const [measured, taken, failed] = (['measured', 'taken', 'failed'] as const).map(
      (outcome) => outcomes.filter((other) => other === outcome).length,
    );
    const seconds = (performance.now() - this.started) / 1000;
    return {
      shard: shardName(this.shard),
      measured,
      takenFromJournal: taken,
      failed,
      seconds,
      imagesPerSecond: measured === 0 ? null : measured / seconds,
      jobs: this.jobs,
      adapter: request.refine ? computeHost.adapterName : null,
    };
  }

  async close(): Promise<void> {
    await this.pool?.close();
    await this.journal.close();
    await this.dataSet.close();
    await this.computeHost.close();
  }

  /** Measures items, several at once where that pays, and writes what was found in their order. */
  private async measureItems(
    items: readonly string[],
    progress: Progress,
    done: (item: string) => void = () => undefined,
  ): Promise<void> {
    await inOrder(
      items,
      this.jobs,
      (item, lane) => this.measure(item, lane),
      async (found, item) => {
        await this.take(found, item, progress);
        done(item);
      },
    );
  }

  private async measure(item: string, lane: number): Promise<MeasuredItem | FailedItem> {
    const found = await (this.pool ? this.pool.measure(item, lane) : this.measurer.measure(item));
    if ('error' in found && this.request.options.strict) throw found.error;
    return found;
  }

  private async take(found: MeasuredItem | FailedItem, item: string, progress: Progress): Promise<void> {
    if ('error' in found) {
      const { error, strayTruth } = found;
      this.outcomes.set(item, 'failed');
      progress.warn(error.message);
      await this.journal.append({ item, failure: error.message, ...(strayTruth ? { strayTruth } : undefined) });
      return;
    }
    const { entry, example, maps } = found;
    const score = scoreOf(entry);
    this.computeHost.adapterName = maps.adapterName;
    // The picture comes first: an item that is done has what it needs.
    if (this.rankings.add(item, score)) await this.writePicture(example, maps);
    await this.journal.append(entry);
    this.scores.set(item, score);
    this.outcomes.set(item, 'measured');
  }

  private async writePicture(
    { item, size, image, truth }: MeasuredItem['example'],
    maps: LabelMapsResult,
  ): Promise<void> {
    const plane = (labels: Uint32Array) => pictureLabels(this.settings, { ...size, labels });
    const colours = pictureColours(this.settings);
    await this.pictures.write(item, {
      ...size,
      labelCount: pictureLabelCount(this.settings),
      ...(colours ? { colours } : undefined),
      ...(image ? { image } : undefined),
      truth: pictureTruth(this.settings, truth),
      before: plane(maps.before),
      ...(maps.after.length > 0 ? { after: plane(maps.after[0][0]) } : undefined),
    });
  }
}
