// SPDX-License-Identifier: MIT

import { createHash } from 'node:crypto';
import path from 'node:path';
import type { CrfParameters } from '../../index.js';
import { writeAtomically } from '../batch/atomic-file.js';
import { inOrder } from '../batch/in-order.js';
import { chooseJobs, threadsBeside } from '../batch/jobs.js';
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
import { type OutputKind, outputEndings, type SegmentRequest } from './options.js';
import { outputFile, outputsExist, type Picture, Pictures } from './pictures.js';
import { Segmenter } from './segmenter.js';
import { describeSummary, type SegmentSummary } from './summary.js';

/** Of the picture that is refined, in pixels, where a network says none. */
const defaultWorkingSize = 640;

/** Memory that a picture takes, with a network of its own on the CPU: one of a camera, and its refinement at the working size. */
const bytesOfPicture = {
  cpu: (pixels: number, labelCount: number) => 500e6 + pixels * (400 + 45 * labelCount),
  webgpu: () => 250e6,
} as const;

/** What is to be written of a picture. */
interface Segmented {
  stamp: string;
  areas: PictureAreas;
  contents: ReadonlyMap<OutputKind, string | Uint8Array>;
}

/** A picture's result; that an earlier run has done it; or what is wrong with it. */
type Found = Segmented | 'done' | { error: Error };

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
  /** One for each picture at once; the page of a browser is one for all. */
  private readonly segmenters: Segmenter[] = [];
  /** Pictures that are worked on at once. */
  private jobs = 1;
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
  ) {}

  async segmentAll(shard: Shard): Promise<void> {
    const { names } = this.pictures;
    const items = itemsOfShard(names, shard);
    const { source, index, count } = shard;
    if (source !== null) {
      this.streams.error(`shard ${index + 1}/${count} (${source}): ${items.length} of ${names.length} pictures\n`);
    }
    this.chooseSegmenters(items.length);
    const progress = new Progress(this.streams, items.length, 0, 'pictures');
    try {
      await inOrder(
        items,
        this.jobs,
        (item, lane) => this.find(item, lane),
        async (found, item) => {
          await this.take(found, item, progress);
          progress.advance(item);
        },
      );
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
    for (const segmenter of this.segmenters) await segmenter.close();
  }

  /** On the CPU a thread for each picture at once; with WebGPU files are read and written beside the browser. */
  private chooseSegmenters(images: number): void {
    const { workingSize, timeout = defaultNetworkSeconds, backend, jobs, threads: asked } = this.request.options;
    const { labels, workingSize: usual = defaultWorkingSize } = this.network.description;
    const { crf } = this.settings;
    const pixels = (workingSize ?? usual) ** 2;
    const bytes = bytesOfPicture[backend](pixels, labels.length);
    this.jobs = chooseJobs(jobs, { images, pixels, labelCount: labels.length, bytes });
    const threads = threadsBeside(this.jobs, asked);
    const job: OpenJob = {
      ...this.network.job,
      backend,
      ...(crf === undefined ? undefined : { crf }),
      ...(workingSize === undefined ? undefined : { workingSize }),
      ...(threads === undefined ? undefined : { threads }),
    };
    const onCpu = this.jobs === 1 ? 'here' : 'thread';
    const place = backend === 'webgpu' ? 'page' : onCpu;
    const count = place === 'thread' ? this.jobs : 1;
    for (let lane = 0; lane < count; lane++) {
      this.segmenters.push(new Segmenter(job, this.streams, imageLimit(timeout), place));
    }
  }

  private segmenterOf(lane: number): Segmenter {
    return this.segmenters[lane % this.segmenters.length];
  }

  private async isDone(item: string): Promise<boolean> {
    const stamp = this.done.get(item);
    if (stamp === undefined) return false;
    const { out, write } = this.request.options;
    const endings = write.map((kind) => outputEndings[kind]);
    // A picture that is gone is an error when it is read.
    return outputsExist(out, item, endings) && stamp === (await this.pictures.stamp(item).catch(() => undefined));
  }

  /** Reads and segments a picture; writes nothing. What is wrong with it is its result, too. */
  private async find(item: string, lane: number): Promise<Found> {
    try {
      if (await this.isDone(item)) return 'done';
      const stamp = await this.pictures.stamp(item);
      const { labels, prompts } = this.network.description;
      const picture = await this.pictures.read(item, prompts ? undefined : labels.length);
      await this.open(lane);
      const result = await this.run(item, picture, lane);
      return { stamp, ...(await this.encode(item, picture, result)) };
    } catch (error) {
      return { error: this.asFailure(error) };
    }
  }

  private async take(found: Found, item: string, progress: Progress): Promise<void> {
    if (found === 'done') {
      this.taken++;
      return;
    }
    try {
      if ('error' in found) throw found.error;
      const { areas, contents, stamp } = found;
      this.last = areas;
      for (const [kind, content] of contents) {
        const file = outputFile(this.request.options.out, item, outputEndings[kind]);
        await makeFolder(path.dirname(file));
        await writeAtomically(file, [content]);
      }
      await this.journal.append({ item, stamp });
      this.segmented++;
    } catch (error) {
      const { message } = this.asFailure(error);
      this.failed++;
      progress.warn(message);
      await this.journal.append({ item, failure: message });
    }
  }

  /** What a picture alone suffers from. Throws whatever ends the whole run. */
  private asFailure(error: unknown): Error {
    if (this.request.options.strict || !(error instanceof Error) || this.closedBy === error) throw error;
    return error;
  }

  private async open(lane: number): Promise<void> {
    try {
      this.adapter = (await this.segmenterOf(lane).open()).adapterName;
    } catch (error) {
      // A network that does not open, or no adapter, is no fault of the picture: nothing can be done at all.
      this.closedBy ??= this.blameOpening(error);
      throw this.closedBy;
    }
  }

  private async run(item: string, { photograph, prompts }: Picture, lane: number): Promise<SegmentJobResult> {
    const { data, width, height } = photograph;
    const { write } = this.request.options;
    try {
      return await this.segmenterOf(lane).segment({
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

  private async encode(
    item: string,
    { photograph }: Picture,
    result: SegmentJobResult,
  ): Promise<Pick<Segmented, 'areas' | 'contents'>> {
    const { width, height } = photograph;
    const { labels, labelMap, overlay, cutOut } = result;
    const areas = measureAreas(this.pictures.fileOf(item), this.network.description.name, labels, labelMap, {
      width,
      height,
      working: result.report.working,
    });
    const encoders = {
      'label-map': () => encodeGreyPng(labelMap, width, height, labels.length <= 256 ? 8 : 16),
      overlay: () => overlay && encodeRgbaPng(overlay, width, height),
      'cut-out': () => cutOut && encodeRgbaPng(cutOut, width, height),
      areas: () => jsonLines(areas, 2),
    } as const;
    const contents = new Map<OutputKind, string | Uint8Array>();
    for (const kind of this.request.options.write) {
      const content = await encoders[kind]();
      if (content === undefined) throw new Error(`the page drew no ${kind}`);
      contents.set(kind, content);
    }
    return { areas, contents };
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
