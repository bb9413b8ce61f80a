// SPDX-License-Identifier: MIT

import { createHash } from 'node:crypto';
import path from 'node:path';
import type { CrfParameters } from '../../index.js';
import { writeAtomically } from '../batch/atomic-file.js';
import { Journal } from '../batch/journal.js';
import { Progress } from '../batch/progress.js';
import { chooseShard, itemsOfShard, type Shard } from '../batch/shard.js';
import { argumentOf, Failure, messageOf, UsageError } from '../failure.js';
import { makeFolder } from '../files/folder.js';
import { jsonLines } from '../files/json.js';
import { encodeGreyPng, encodeRgbaPng } from '../files/png.js';
import { readParameters } from '../refine/parameters.js';
import { type Streams, warn } from '../streams.js';
import { defaultNetworkSeconds, imageLimit } from '../time-limit.js';
import { measureAreas, type PictureAreas } from './areas.js';
import type { OpenJob, SegmentJobResult } from './job.js';
import { type FoundNetwork, findNetwork } from './network-files.js';
import { outputEndings, type SegmentRequest } from './options.js';
import { outputFile, outputsExist, type Picture, Pictures } from './pictures.js';
import { Segmenter } from './segmenter.js';
import { describeSummary, type SegmentSummary } from './summary.js';

/** A line of the journal. */
type Entry = { item: string; stamp: string } | { item: string; failure: string };

/** Segments what has not been segmented yet. Where it throws, no output file is there in part. */
export async function segment(request: SegmentRequest, streams: Streams, version: string): Promise<void> {
  const { options, model } = request;
  const shard = chooseShard(options.shard);
  const pictures = await Pictures.open(request);
  const crf = await parametersOf(request);
  const network = await findNetwork(model, streams);
  checkMarks(request, network);
  const foreground = foregroundOf(request, network);
  const settings = {
    command: 'segment',
    version,
    network: network.hash,
    backend: options.backend,
    crf: crf === undefined ? 'as the network has them' : crf,
    workingSize: options.workingSize ?? null,
    box: options.box ?? null,
    foreground,
    write: options.write,
    shard: shardName(shard),
    pictures: createHash('sha256').update(JSON.stringify(pictures.names)).digest('hex'),
  };
  const file = path.join(options.out, 'journal', `segment-${shardName(shard)}.jsonl`);
  await makeFolder(path.dirname(file));
  const done = new Map<string, string>();
  const take = (entry: Entry) => {
    // What failed may go well by now.
    if ('failure' in entry) done.delete(entry.item);
    else done.set(entry.item, entry.stamp);
  };
  const journal = await Journal.open<Entry>(file, settings, take, (text) => warn(streams, text));
  const run = new SegmentRun(request, pictures, network, { crf, foreground }, journal, done, streams);
  try {
    await run.segmentAll(shard);
  } finally {
    await run.close();
  }
  const summary = run.summary(version, shard);
  streams.out(options.json ? `${JSON.stringify(summary)}\n` : describeSummary(summary));
  if (summary.failed > 0) throw new Failure(`${summary.failed} of ${summary.pictures} pictures failed`);
}

function shardName({ index, count }: Shard): string {
  return `${index + 1}-of-${count}`;
}

/** undefined: the network's own. */
async function parametersOf({ options }: SegmentRequest): Promise<CrfParameters | null | undefined> {
  if (!options.refine) return null;
  if (options.options === undefined) return undefined;
  return (await readParameters({ options: options.options })).parameters;
}

/** Some networks are told by marks what to look for. */
function checkMarks({ model, options }: SegmentRequest, { description }: FoundNetwork): void {
  const given = options.box !== undefined || options.strokes !== undefined;
  if (!given && description.prompts) {
    throw new UsageError(`--model: got ${JSON.stringify(model)}, which needs --box or --strokes`);
  }
}

/** Labels by name; null: all but 0. */
function foregroundOf({ options }: SegmentRequest, { description }: FoundNetwork): number[] | null {
  const { labels } = description;
  return (
    options.foreground?.map((name) => {
      const label = labels.indexOf(name);
      if (label >= 0) return label;
      throw new UsageError(`--foreground: got ${JSON.stringify(name)}, expected some of ${labels.join(', ')}`);
    }) ?? null
  );
}

interface Settings {
  crf: CrfParameters | null | undefined;
  foreground: readonly number[] | null;
}

/** One process's part of the work, picture by picture. */
class SegmentRun {
  private readonly segmenter: Segmenter;
  private readonly started = performance.now();
  private segmented = 0;
  private taken = 0;
  private failed = 0;
  private adapter: string | null = null;
  /** Why the network does not open. */
  private closedBy: unknown;
  /** Where there is a single picture, people want to hear what is on it. */
  private last: PictureAreas | undefined;

  constructor(
    private readonly request: SegmentRequest,
    private readonly pictures: Pictures,
    private readonly network: FoundNetwork,
    private readonly settings: Settings,
    private readonly journal: Journal<Entry>,
    private readonly done: ReadonlyMap<string, string>,
    private readonly streams: Streams,
  ) {
    const { workingSize, timeout = defaultNetworkSeconds } = request.options;
    const { crf } = settings;
    const job: OpenJob = {
      ...network.job,
      backend: request.options.backend,
      ...(crf === undefined ? undefined : { crf }),
      ...(workingSize === undefined ? undefined : { workingSize }),
    };
    this.segmenter = new Segmenter(job, streams, imageLimit(timeout));
  }

  async segmentAll(shard: Shard): Promise<void> {
    const { names } = this.pictures;
    const items = itemsOfShard(names, shard);
    const { source, index, count } = shard;
    if (source !== null) {
      this.streams.error(`shard ${index + 1}/${count} (${source}): ${items.length} of ${names.length} pictures\n`);
    }
    const progress = new Progress(this.streams, items.length, 0, 'pictures');
    try {
      for (const item of items) {
        if (await this.isDone(item)) this.taken++;
        else await this.take(item, progress);
        progress.advance(item);
      }
    } finally {
      progress.stop();
    }
  }

  summary(version: string, shard: Shard): SegmentSummary {
    const { segmented, taken, failed, network } = this;
    const seconds = (performance.now() - this.started) / 1000;
    return {
      meanfield: version,
      model: this.request.model,
      network: network.description.name,
      networkFile: network.source,
      adapter: this.adapter,
      shard: shardName(shard),
      pictures: segmented + taken + failed,
      segmented,
      takenFromJournal: taken,
      failed,
      seconds,
      out: this.request.options.out,
      ...(segmented === 1 && taken + failed === 0 && this.last ? { only: this.last } : undefined),
    };
  }

  async close(): Promise<void> {
    await this.journal.close();
    await this.segmenter.close();
  }

  private async isDone(item: string): Promise<boolean> {
    const stamp = this.done.get(item);
    if (stamp === undefined) return false;
    const { out, write } = this.request.options;
    const endings = write.map((kind) => outputEndings[kind]);
    // A picture that is gone is an error when it is read.
    return outputsExist(out, item, endings) && stamp === (await this.pictures.stamp(item).catch(() => undefined));
  }

  private async take(item: string, progress: Progress): Promise<void> {
    try {
      const stamp = await this.pictures.stamp(item);
      const { labels, prompts } = this.network.description;
      const picture = await this.pictures.read(item, prompts ? undefined : labels.length);
      await this.open();
      await this.write(item, picture, await this.run(item, picture));
      await this.journal.append({ item, stamp });
      this.segmented++;
    } catch (error) {
      if (this.request.options.strict || !(error instanceof Error) || this.closedBy === error) throw error;
      this.failed++;
      progress.warn(error.message);
      await this.journal.append({ item, failure: error.message });
    }
  }

  private async open(): Promise<void> {
    try {
      this.adapter = (await this.segmenter.open()).adapterName;
    } catch (error) {
      // A network that does not open, or no adapter, is no fault of the picture: nothing can be done at all.
      this.closedBy = this.blameOpening(error);
      throw this.closedBy;
    }
  }

  private async run(item: string, { photograph, prompts }: Picture): Promise<SegmentJobResult> {
    const { data, width, height } = photograph;
    const { write } = this.request.options;
    try {
      return await this.segmenter.segment({
        image: { data, width, height },
        ...(prompts ? { prompts } : undefined),
        foreground: this.settings.foreground,
        overlay: write.includes('overlay'),
        cutOut: write.includes('cut-out'),
      });
    } catch (error) {
      const file = this.pictures.fileOf(item);
      const ofMarks = argumentOf(error)?.argument.startsWith('prompts');
      throw new Failure(`${ofMarks ? this.pictures.marksOf(item) : file}: ${messageOf(error)}`);
    }
  }

  private async write(item: string, { photograph }: Picture, result: SegmentJobResult): Promise<void> {
    const { out, write } = this.request.options;
    const { width, height } = photograph;
    const { labels, labelMap, overlay, cutOut } = result;
    this.last = measureAreas(this.pictures.fileOf(item), this.network.description.name, labels, labelMap, {
      width,
      height,
      working: result.report.working,
    });
    const contents = {
      'label-map': () => encodeGreyPng(labelMap, width, height, labels.length <= 256 ? 8 : 16),
      overlay: () => overlay && encodeRgbaPng(overlay, width, height),
      'cut-out': () => cutOut && encodeRgbaPng(cutOut, width, height),
      areas: () => jsonLines(this.last, 2),
    } as const;
    for (const kind of write) {
      const content = await contents[kind]();
      if (content === undefined) throw new Error(`the page drew no ${kind}`);
      const file = outputFile(out, item, outputEndings[kind]);
      await makeFolder(path.dirname(file));
      await writeAtomically(file, [content]);
    }
  }

  /** An error of the library, said of the file or option that its argument came from. */
  private blameOpening(error: unknown): unknown {
    const wrong = argumentOf(error);
    if (!wrong) return error;
    const { options } = this.request.options;
    const isCrf = wrong.argument.startsWith('crf') && options !== undefined;
    return new Failure(`${isCrf ? options : `--model ${this.request.model}`}: ${messageOf(error)}`);
  }
}
