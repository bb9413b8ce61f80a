// SPDX-License-Identifier: MIT

import { batch, computed, effect, signal } from '@preact/signals';
import { EngineClient, type Listener } from '../engine/client.js';
import type { Benchmark, Convergence, GpuNews, MarkMap, Picture, Refinement } from '../engine/protocol.js';
import { areas } from '../engine/segmentation.js';
import { type Box, type Marks, noMarks } from '../marks/marks.js';
import { rasterize } from '../marks/rasterize.js';
import type { Point, Stroke } from '../marks/stroke.js';
import { defaultWorkingSize, type Photo, pictureOf, readPhoto } from '../photo/photo.js';
import { type Sample, samples } from '../photo/samples.js';
import type { ViewName } from '../view/paint.js';
import { type CrfSettings, crfParameters, defaultSettings } from './crf-settings.js';
import { History } from './history.js';
import { type Label, labelsNamed, shownLabels, withAnotherLabel } from './labels.js';
import { membersOf, merged, noMerges, separated } from './merges.js';
import { type StageStatistics, TimeLog } from './statistics.js';

/** A label's number draws that label. */
export type Tool = number | 'eraser' | 'box';

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
export class Session {
  readonly photo = signal<Photo | undefined>(undefined);
  readonly sampleId = signal<string | undefined>(undefined);
  readonly description = signal('');
  readonly workingSize = signal(defaultWorkingSize);
  readonly labels = signal<readonly Label[]>(labelsNamed(['Background', 'Object']));
  readonly history = new History();
  /** The stroke that is being drawn. */
  readonly draft = signal<Stroke | undefined>(undefined);
  /** The box that is being drawn. */
  readonly draftBox = signal<Box | null | undefined>(undefined);
  readonly tool = signal<Tool>(1);
  /** In parts of the long side. */
  readonly brushRadius = signal(0.014);
  readonly settings = signal<CrfSettings>(defaultSettings);

  readonly view = signal<ViewName>('overlay');
  readonly showsMarks = signal(true);
  readonly showsOriginal = signal(false);
  /** The only label that is shown, or null. */
  readonly isolated = signal<number | null>(null);
  /** Left of this place, 0..1 of the width, is what was before the CRF; null without comparison. */
  readonly divider = signal<number | null>(null);
  readonly pointer = signal<Point | undefined>(undefined);

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

  /** What is drawn, with what is just being drawn. */
  readonly marks = computed<Marks>(() => {
    const { strokes, box } = this.history.marks.value;
    const draft = this.draft.value;
    const draftBox = this.draftBox.value;
    return { strokes: draft ? [...strokes, draft] : strokes, box: draftBox === undefined ? box : draftBox };
  });

  /** Indices of the labels that something is known of. */
  readonly markedLabels = computed(() => {
    const { strokes, box } = this.marks.value;
    return new Set([...(box ? [0, 1] : []), ...strokes.flatMap(({ label }) => label ?? [])]);
  });

  readonly shownLabels = computed(() => shownLabels(this.labels.value, this.history.merges.value, this.isolated.value));

  /** By label, the label that it counts as. */
  readonly leaders = computed(() => this.shownLabels.value.map(({ leader }) => leader));

  /** Pixels by label that others are not merged into. */
  readonly areas = computed(() => {
    const refinement = this.refinement.value;
    return refinement && areas(refinement.after, this.leaders.value);
  });

  private readonly markMap = computed<MarkMap | undefined>(() => {
    const picture = this.picture.value;
    const marks = this.marks.value;
    return picture && { labels: rasterize(marks, picture.width, picture.height), box: marks.box };
  });

  private readonly timeLog = new TimeLog();
  private readonly gpuTimeLog = new TimeLog();
  private readonly labelCount = computed(() => this.labels.value.length);
  private readonly engine: EngineClient;

  /** Where the CRF is computed. */
  readonly backend: 'auto' | 'webgpu' | 'cpu';

  /** @param wanted where the CRF is to be computed, if there is WebGPU at all */
  constructor(wanted: Session['backend']) {
    const hasWebGpu = 'gpu' in navigator && navigator.gpu;
    this.backend = hasWebGpu ? wanted : 'cpu';
    if (!hasWebGpu) this.gpuNews.value = { kind: 'none' };
    this.engine = new EngineClient(this.listener());
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

  addLabel(): void {
    this.labels.value = withAnotherLabel(this.labels.value);
    this.tool.value = this.labels.value.length - 1;
  }

  changeLabel(index: number, change: Partial<Label>): void {
    this.labels.value = this.labels.value.map((label, i) => (i === index ? { ...label, ...change } : label));
  }

  merge(from: number, into: number): void {
    batch(() => {
      this.isolated.value = null;
      this.history.setMerges(merged(this.history.merges.value, from, into));
    });
  }

  separate(leader: number): void {
    this.history.setMerges(separated(this.history.merges.value, leader));
  }

  membersOf(leader: number): number[] {
    return membersOf(this.history.merges.value, leader, this.labels.value.length);
  }

  /** Shows this label alone, or all again. */
  toggleIsolated(leader: number): void {
    this.isolated.value = this.isolated.value === leader ? null : leader;
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
      this.labels.value = labelsNamed(labels);
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

  private requestRefinement(): void {
    const picture = this.picture.value;
    const marks = this.markMap.value;
    const labelCount = this.labelCount.value;
    const parameters = crfParameters(this.settings.value);
    const profile = this.isMeasuring.value;
    if (!picture || !marks) return;
    if (this.markedLabels.value.size < 2) {
      this.engine.cancel();
      this.refinement.value = undefined;
      return;
    }
    this.engine.request({ picture, marks, labelCount, parameters, backend: this.backend, profile });
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
      failed: (error) => {
        this.error.value = `The mask could not be refined: ${error}`;
      },
      news: (news) => this.takeNews(news),
      busyChanged: (task) => {
        this.busyWith.value = task;
      },
    };
  }

  private takeRefinement(refinement: Refinement): void {
    this.timeLog.add(refinement.timings);
    this.gpuTimeLog.add(refinement.gpuTimings);
    batch(() => {
      this.refinement.value = refinement;
      this.refinementCount.value++;
      this.statistics.value = this.timeLog.statistics();
      this.gpuStatistics.value = this.gpuTimeLog.statistics();
    });
  }

  private takeNews(news: GpuNews): void {
    this.gpuNews.value = news;
    // The worker forgot what lay on the GPU; everything needed to make it again is here.
    if (news.kind === 'lost' && this.busyWith.value === undefined) this.requestRefinement();
  }
}
