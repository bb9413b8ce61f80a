// SPDX-License-Identifier: MIT

import { batch, computed, effect, signal, untracked } from '@preact/signals';
import type { LoadProgress, NetworkDescription } from '../../src/pipeline/index.js';
import { EngineClient, type Listener } from '../engine/client.js';
import type { Benchmark, Convergence, GpuNews, MarkMap, Picture, Refinement } from '../engine/protocol.js';
import { areas } from '../engine/segmentation.js';
import { type Marks, noMarks } from '../marks/marks.js';
import { promptsOf } from '../marks/prompts.js';
import { rasterize } from '../marks/rasterize.js';
import { defaultWorkingSize, type Photo, pictureOf, readPhoto } from '../photo/photo.js';
import { type Sample, samples } from '../photo/samples.js';
import type { ViewName } from '../view/paint.js';
import { type CrfSettings, crfParameters, defaultSettings } from './crf-settings.js';
import { colourFromHex, type Label, labelsNamed } from './labels.js';
import { MarkBoard } from './mark-board.js';
import { noMerges } from './merges.js';
import { type StageStatistics, TimeLog } from './statistics.js';

/** A photo with all that belongs to it. */
export interface Work {
  photo: Photo;
  sampleId: string | undefined;
  description: string;
  labels: readonly string[];
  marks: Marks;
}

export const benchmarkRuns = 20;

/** All that the photo page shows, and what can be done with it. Nothing of it lives in the worker or on the GPU. */
export class Session extends MarkBoard {
  readonly photo = signal<Photo | undefined>(undefined);
  readonly sampleId = signal<string | undefined>(undefined);
  readonly description = signal('');
  readonly workingSize = signal(defaultWorkingSize);
  readonly settings = signal<CrfSettings>(defaultSettings);

  readonly view = signal<ViewName>('overlay');
  readonly showsOriginal = signal(false);
  /** Left of this place, 0..1 of the width, is what was before the CRF; null without comparison. */
  readonly divider = signal<number | null>(null);

  readonly refinement = signal<Refinement | undefined>(undefined);
  readonly refinementCount = signal(0);
  readonly busyWith = signal<'refine' | 'study' | 'benchmark' | undefined>(undefined);
  readonly isLoading = signal(true);
  readonly error = signal<string | undefined>(undefined);
  readonly gpuNews = signal<GpuNews | undefined>(undefined);

  /** Whether measurements are in sight: they cost time, so they are made only then. */
  readonly isMeasuring = signal(false);
  readonly statistics = signal<readonly StageStatistics[]>([]);
  readonly gpuStatistics = signal<readonly StageStatistics[]>([]);
  readonly convergence = signal<Convergence | undefined>(undefined);
  readonly benchmark = signal<Benchmark | undefined>(undefined);

  readonly picture = computed<Picture | undefined>(() => {
    const photo = this.photo.value;
    return photo && pictureOf(photo, this.workingSize.value);
  });

  readonly extent = this.picture;
  readonly network = signal<string | NetworkDescription>('colour-prompt');
  readonly loading = signal<LoadProgress | undefined>(undefined);
  readonly takesMarks = computed(() => this.network.value === 'colour-prompt');

  /** Pixels by label that others are not merged into. */
  readonly areas = computed(() => {
    const refinement = this.refinement.value;
    return refinement && areas(refinement.after, this.leaders.value);
  });

  private readonly markMap = computed<MarkMap | undefined>(() => {
    const picture = this.picture.value;
    const marks = this.marks.value;
    if (!picture) return undefined;
    const { width, height } = picture;
    const hasLabel = marks.box !== null || marks.strokes.some(({ label }) => label !== null);
    return {
      labels: rasterize(marks, width, height),
      box: marks.box,
      prompts: hasLabel ? promptsOf(marks, width, height, this.labelCount.value) : undefined,
    };
  });

  private lastGoodNetwork = this.network.value;
  /** Of the labels that a network found last; empty while they are the user's. */
  private foundNames = '';
  /** What the user's labels were before a network took their place. */
  private ownLabels: readonly Label[] = [];
  private readonly timeLog = new TimeLog();
  private readonly gpuTimeLog = new TimeLog();
  private readonly labelCount = computed(() => this.labels.value.length);
  private readonly engine: EngineClient;

  /** Where the CRF is computed. */
  readonly backend: 'auto' | 'webgpu' | 'cpu';

  /** @param wanted where the CRF is to be computed, if there is WebGPU at all */
  constructor(wanted: Session['backend']) {
    super();
    const hasWebGpu = 'gpu' in navigator && navigator.gpu;
    this.backend = hasWebGpu ? wanted : 'cpu';
    if (!hasWebGpu) this.gpuNews.value = { kind: 'none' };
    this.engine = new EngineClient(this.listener());
    effect(() => this.exchangeLabels(this.takesMarks.value));
    effect(() => this.requestRefinement());
    effect(() => {
      // Each new result is studied where somebody looks.
      if (this.isMeasuring.value && this.refinement.value) this.engine.study();
    });
  }

  async openSample(sample: Sample, marks: Marks = { strokes: sample.strokes, box: null }): Promise<void> {
    await this.load(async () => {
      const response = await fetch(sample.address);
      if (!response.ok) throw new Error(`The sample ${sample.title} could not be loaded (status ${response.status}).`);
      const photo = await readPhoto(sample.title, await response.blob());
      const { description, labels } = sample;
      return { photo, sampleId: sample.id, description, labels, marks };
    });
  }

  async openFile(file: Blob, name: string): Promise<void> {
    await this.load(async () => {
      const photo = await readPhoto(name, file);
      return { photo, sampleId: undefined, description: name, labels: ['Background', 'Object'], marks: noMarks };
    });
  }

  get sample(): Sample | undefined {
    return samples.find(({ id }) => id === this.sampleId.value);
  }

  cancelLoading(): void {
    this.engine.cancelLoading();
  }

  runBenchmark(): void {
    this.benchmark.value = undefined;
    this.engine.benchmark(benchmarkRuns);
  }

  /** The latest call wins: a slow file does not replace a photo that was chosen after it. */
  private loads = 0;

  private async load(read: () => Promise<Work>): Promise<void> {
    const turn = ++this.loads;
    this.isLoading.value = true;
    this.error.value = undefined;
    try {
      const work = await read();
      if (turn === this.loads) this.begin(work);
    } catch (error) {
      if (turn === this.loads) this.error.value = error instanceof Error ? error.message : String(error);
    } finally {
      if (turn === this.loads) this.isLoading.value = false;
    }
  }

  private begin({ photo, sampleId, description, labels, marks }: Work): void {
    this.engine.cancel();
    batch(() => {
      this.photo.value = photo;
      this.sampleId.value = sampleId;
      this.description.value = description;
      this.ownLabels = labelsNamed(labels);
      this.labels.value = this.ownLabels;
      this.foundNames = '';
      this.tool.value = 1;
      this.isolated.value = null;
      this.draft.value = undefined;
      this.draftBox.value = undefined;
      this.forgetResults();
      this.history.reset({ marks, merges: noMerges });
    });
  }

  private forgetResults(): void {
    this.refinement.value = undefined;
    this.convergence.value = undefined;
    this.benchmark.value = undefined;
    this.timeLog.clear();
    this.gpuTimeLog.clear();
    this.statistics.value = [];
    this.gpuStatistics.value = [];
  }

  /** Marks keep their labels, whatever a network found in between. */
  private exchangeLabels(takesMarks: boolean): void {
    untracked(() =>
      batch(() => {
        this.forgetResults();
        this.isolated.value = null;
        if (!takesMarks) this.ownLabels = this.labels.value;
        else if (this.ownLabels.length > 0) this.labels.value = this.ownLabels;
        this.foundNames = '';
        this.tool.value = 1;
        this.history.setMerges(noMerges);
      }),
    );
  }

  private requestRefinement(): void {
    const picture = this.picture.value;
    const marks = this.markMap.value;
    const labelCount = this.labelCount.value;
    const parameters = crfParameters(this.settings.value);
    const profile = this.isMeasuring.value;
    const network = this.network.value;
    if (!picture || !marks) return;
    if (this.takesMarks.value && this.markedLabels.value.size < 2) {
      this.engine.cancel();
      this.refinement.value = undefined;
      return;
    }
    const isAtWork = this.history.canUndo.value;
    this.engine.request({ picture, marks, network, isAtWork, labelCount, parameters, backend: this.backend, profile });
  }

  private listener(): Listener {
    return {
      refined: (refinement) => this.takeRefinement(refinement),
      studied: (convergence) => {
        this.convergence.value = convergence;
      },
      benchmarked: (benchmark) => {
        this.benchmark.value = benchmark;
      },
      failed: (error) => this.takeFailure(error),
      news: (news) => this.takeNews(news),
      loading: (progress) => {
        this.loading.value = progress;
      },
      networkReady: () => this.requestRefinement(),
      busyChanged: (task) => {
        this.busyWith.value = task;
      },
    };
  }

  private takeRefinement(refinement: Refinement): void {
    this.timeLog.add(refinement.timings);
    this.gpuTimeLog.add(refinement.gpuTimings);
    batch(() => {
      this.lastGoodNetwork = this.network.value;
      this.takeLabels(refinement.labels);
      this.refinement.value = refinement;
      this.refinementCount.value++;
      this.statistics.value = this.timeLog.statistics();
      this.gpuStatistics.value = this.gpuTimeLog.statistics();
    });
  }

  /** The labels that a network found; the user's own stay as they are. */
  private takeLabels(found: Refinement['labels']): void {
    if (!found) return;
    const names = found.map(({ name }) => name);
    if (names.join('~') === this.foundNames) return;
    this.foundNames = names.join('~');
    const colours = found.map(({ colour }) => colourFromHex(colour));
    this.labels.value = labelsNamed(names, colours).map((label) => ({
      ...label,
      isShown: label.name !== 'background',
    }));
    this.isolated.value = null;
    this.tool.value = Math.min(1, names.length - 1);
    this.history.reset({ marks: this.history.marks.value, merges: noMerges });
  }

  /** A network that could not be had is not kept asking for: the one before takes its place. */
  private takeFailure(error: string): void {
    batch(() => {
      if (this.network.value === this.lastGoodNetwork) {
        this.error.value = `The mask could not be refined: ${error}`;
        return;
      }
      this.error.value = `The network cannot be used: ${error}`;
      this.network.value = this.lastGoodNetwork;
    });
  }

  private takeNews(news: GpuNews): void {
    this.gpuNews.value = news;
    // The worker forgot what lay on the GPU; everything needed to make it again is here.
    if (news.kind === 'lost' && this.busyWith.value === undefined) this.requestRefinement();
  }
}
