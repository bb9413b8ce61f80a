// SPDX-License-Identifier: MIT

import path from 'node:path';
import { type CrfParameters, resolveParameters } from '../../index.js';
import { Journal } from '../batch/journal.js';
import { Progress } from '../batch/progress.js';
import { chooseShard, itemsOfShard, type Shard } from '../batch/shard.js';
import { about, Failure } from '../failure.js';
import { makeFolder } from '../files/folder.js';
import { readParameters } from '../refine/parameters.js';
import { type Streams, warn } from '../streams.js';
import {
  countInstances,
  countLabels,
  instanceSettings,
  pictureColours,
  pictureLabelCount,
  pictureLabels,
  pictureTruth,
} from './comparison.js';
import { ComputeHost } from './compute-host.js';
import { checkKernels, DataSet, type Example } from './data-set.js';
import { type CountedEntry, type EvaluateEntry, type ItemScore, scoreOf } from './entries.js';
import { journalFile, picturesFolder } from './folders.js';
import type { LabelMapsResult } from './job.js';
import { NetworkPredictor } from './network-predictor.js';
import type { EvaluateRequest } from './options.js';
import { Pictures } from './pictures.js';
import { Rankings } from './rankings.js';
import { describeRun, failedItems, type RunSummary, tellNotes } from './report-text.js';
import { writeReport } from './results.js';
import { type EvaluateSettings, hashOf, parametersAt, type ShardSettings, shardName } from './settings.js';
import { checkTruth, warnOfTruth } from './truth-check.js';
import type { StrayTruth } from './truth-tally.js';

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

  const run = await EvaluateRun.open(request, dataSet, settings, shard, computeHost, streams);
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
  ) {}

  static async open(
    request: EvaluateRequest,
    dataSet: DataSet,
    settings: EvaluateSettings,
    shard: Shard,
    computeHost: ComputeHost,
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
    return new EvaluateRun(request, dataSet, settings, shard, streams, journal, done, pictures, computeHost);
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
    if (this.scores.size < items.length) {
      await this.computeHost.start();
      await this.dataSet.start();
    }
    const progress = new Progress(this.streams, items.length, 0, 'images');
    try {
      for (const item of items) {
        if (!this.scores.has(item)) await this.measure(item, progress);
        progress.advance(item);
      }
      await this.drawMissing(progress);
    } finally {
      progress.stop();
    }
    await this.pictures.keep(this.rankings.items());
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
      for (const item of missing) {
        this.scores.delete(item);
        await this.measure(item, progress);
      }
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
      adapter: request.refine ? computeHost.adapterName : null,
    };
  }

  async close(): Promise<void> {
    await this.journal.close();
    await this.dataSet.close();
    await this.computeHost.close();
  }

  private async measure(item: string, progress: Progress): Promise<void> {
    const measured = await this.measureItem(item).catch((error: unknown) => {
      if (this.request.options.strict || !(error instanceof Error)) throw error;
      return error;
    });
    if (measured instanceof Error) {
      this.outcomes.set(item, 'failed');
      progress.warn(measured.message);
      const strayTruth = await this.strayTruth(item);
      await this.journal.append({ item, failure: measured.message, ...(strayTruth ? { strayTruth } : undefined) });
      return;
    }
    const { entry, example, maps } = measured;
    const score = scoreOf(entry);
    // The picture comes first: an item that is done has what it needs.
    if (this.rankings.add(item, score)) await this.writePicture(example, maps);
    await this.journal.append(entry);
    this.scores.set(item, score);
    this.outcomes.set(item, 'measured');
  }

  private async strayTruth(item: string): Promise<StrayTruth | undefined> {
    const { truths } = this.dataSet;
    const plane = await truths.read(item).catch(() => undefined);
    return plane && truths.stray(plane, this.settings.labelCount);
  }

  private async measureItem(item: string): Promise<{ entry: CountedEntry; example: Example; maps: LabelMapsResult }> {
    const stamp = await this.dataSet.stamp(item);
    const example = await this.dataSet.read(item);
    const { size, unary, image, truth } = example;
    const parameters = parametersAt(this.settings, size);
    const maps = await about(this.dataSet.fileOf(item), () =>
      this.computeHost.run({
        size,
        unary,
        ...(image ? { image } : undefined),
        ...(this.settings.refinement
          ? { refinements: [], guided: true }
          : { refinements: parameters ? [{ parameters }] : [] }),
      }),
    );
    // Label maps are in range; what else may be wrong is the truth.
    return await about(this.dataSet.truthFileOf(item), () => {
      const compared = [maps.before, ...(parameters ? [maps.after[0][0]] : [])].map((labels) => ({ ...size, labels }));
      const [before, after] = compared.map((plane) => countLabels(this.settings, plane, truth));
      const [first, second] = compared.map((plane) => countInstances(this.settings, plane, truth));
      const entry: CountedEntry = {
        ...{ item, stamp, truth: example.truthCounts },
        ...(example.offSums > 0 ? { offSums: example.offSums } : undefined),
        before,
        ...(after ? { after } : undefined),
        ...(first ? { instances: { before: first, ...(second ? { after: second } : undefined) } } : undefined),
      };
      return { entry, example, maps };
    });
  }

  private async writePicture({ item, size, image, truth }: Example, maps: LabelMapsResult): Promise<void> {
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
