// SPDX-License-Identifier: MIT

import { batch, computed, effect, signal, untracked } from '@preact/signals';
import { labelAreas } from '../../src/analysis/index.js';
import type { NetworkDescription } from '../../src/pipeline/index.js';
import { EngineClient, type Listener } from '../engine/client.js';
import {
  type Benchmark,
  type Convergence,
  type GpuNews,
  type InstanceJob,
  type Instances,
  instanceParts,
  type MarkMap,
  type NetworkProgress,
  type Picture,
  type Refinement,
  type Result,
  type Task,
} from '../engine/protocol.js';
import { type Marks, noMarks } from '../marks/marks.js';
import { promptsOf } from '../marks/prompts.js';
import { correctedLabelsOf, inputSizesOf, instanceWords, settingsFor } from '../networks/catalogue.js';
import { defaultWorkingSize, type Photo, pictureOf, readPhoto } from '../photo/photo.js';
import { readPrecomputed } from '../photo/precomputed.js';
import { type Sample, samples } from '../photo/samples.js';
import type { Backdrop } from '../view/backdrop.js';
import type { ViewName } from '../view/paint.js';
import { areSameSettings, type CrfSettings, crfParameters, defaultSettings } from './crf-settings.js';
import { History } from './history.js';
import { type Colour, colourFromHex, type Label, labelsNamed } from './labels.js';
import { MarkBoard, startTool } from './mark-board.js';
import { noMerges } from './merges.js';
import { type StageStatistics, TimeLog } from './statistics.js';

/** A photo with all that belongs to it. */
export interface Work {
  photo: Photo;
  sampleId: string | undefined;
  description: string;
  labels: readonly string[];
  marks: Marks;
  corrections: Marks;
  /** Undefined: the one there is. */
  network: string | undefined;
  /** The network that goes with this photo, and with no other. */
  ownNetwork: string | undefined;
  /** What the page would show first, known beforehand. */
  precomputed: Result | undefined;
}

export const benchmarkRuns = 20;

/** A person has this part of a photo at least: less is taken for a mistake. */
const leastPerson = 0.01;

const unmarkedMap: MarkMap = { prompts: undefined };

/** All that the photo page shows, and what can be done with it. Nothing of it lives in the worker or on the GPU. */
export class Session extends MarkBoard {
  readonly photo = signal<Photo | undefined>(undefined);
  readonly sampleId = signal<string | undefined>(undefined);
  readonly description = signal('');
  readonly workingSize = signal(defaultWorkingSize);
  readonly settings = signal<CrfSettings>(defaultSettings);

  readonly view = signal<ViewName>('overlay');
  readonly showsOriginal = signal(false);
  /** Behind the cut-out, here and in what is saved. */
  readonly backdrop = signal<Backdrop>({ kind: 'none' });
  /** Left of this place, 0..1 of the width, is what was before the CRF; null without comparison. */
  readonly divider = signal<number | null>(null);

  readonly refinement = signal<Refinement | undefined>(undefined);
  readonly refinementCount = signal(0);
  readonly busyWith = signal<Task['kind'] | undefined>(undefined);
  readonly isLoading = signal(true);
  /** A person was looked for in the photo, and not found. */
  readonly foundNobody = signal(false);
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
  /** Long side in pixels of what the network sees; undefined for its own. */
  readonly inputSize = signal<number | undefined>(undefined);
  readonly loading = signal<NetworkProgress | undefined>(undefined);
  readonly ownsLabels = computed(() => this.network.value === 'colour-prompt');
  /** How many labels of the network marks can correct; undefined where they can't. */
  private readonly correctedLabels = computed(() => correctedLabelsOf(this.network.value));
  readonly takesMarks = computed(() => this.ownsLabels.value || this.correctedLabels.value !== undefined);

  /** What says what to look for, and what corrects a network: neither means anything for the other. */
  readonly drawn = new History(this.labels);
  readonly corrections = new History(this.labels);

  /** Stands for the first refinement until it is there, in views that need no more. */
  private readonly precomputed = signal<Result | undefined>(undefined);

  /** What is shown, of the picture that is shown: after a change of size there is none for a moment. */
  readonly result = computed<Result | undefined>(() => {
    const picture = this.picture.value;
    const result = this.refinement.value ?? (this.needsBefore.value ? undefined : this.precomputed.value);
    if (!result || !this.hasLabelsOf(result)) return undefined;
    return result.width === picture?.width && result.height === picture?.height ? result : undefined;
  });

  /** Of the labels that the last refinement was about: no two have the same one. */
  private refinedColours: readonly Colour[] = [];

  /** Whether the labels that there are begin with those of the result: one may have been removed since. */
  private hasLabelsOf(result: Result): boolean {
    const labels = this.labels.value;
    const isRefined = result === this.refinement.value;
    return Array.from({ length: result.labelCount }, (_, index) => labels[index]?.colour).every(
      (colour, index) => colour !== undefined && (!isRefined || colour === this.refinedColours[index]),
    );
  }

  readonly isPrecomputed = computed(() => this.result.value !== undefined && this.refinement.value === undefined);

  private readonly needsBefore = computed(
    () => this.divider.value !== null || this.view.value === 'before' || this.view.value === 'edges',
  );

  /** Pixels by label that others are not merged into. */
  readonly areas = computed(() => {
    const result = this.result.value;
    if (!result) return undefined;
    const { width, height, after } = result;
    const leaders = this.leaders.value;
    const data = after.labels.map((label) => leaders[label]);
    return labelAreas({ data, width, height }, leaders.length).labels.map(({ pixels }) => pixels);
  });

  /** Whose result is shown. */
  private readonly lastGoodNetwork = signal(this.network.value);

  /** Of the labels that are shown. */
  readonly instances = signal<Instances | undefined>(undefined);
  readonly instanceWords = computed(() => instanceWords(this.lastGoodNetwork.value));
  /** Finding them costs time, so it is done where somebody looks, or where they are what the network is for. */
  private readonly wantsInstances = computed(
    () => this.view.value === 'instances' || this.instanceWords.value.border !== undefined,
  );

  private readonly markMap = computed<MarkMap | undefined>(() => {
    const picture = this.picture.value;
    const marks = this.marks.value;
    if (!picture) return undefined;
    const { width, height } = picture;
    const labelCount = this.correctedLabels.value ?? this.labelCount.value;
    const prompts = promptsOf(marks, width, height, labelCount);
    const hasLabel = prompts.box !== undefined || prompts.strokes?.some(({ label }) => label !== null);
    return hasLabel ? { prompts } : unmarkedMap;
  });

  /** Of the photo that is open, with what was chosen before it. */
  private photoNetwork: { name: string; before: string | NetworkDescription } | undefined;
  /** What the settings are as long as nobody changes them. */
  private startSettings = this.settings.value;
  private isCancelling = false;
  private hasToldWhere = false;
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
    effect(() => this.takeNetwork(this.network.value));
    effect(() => this.requestRefinement());
    effect(() => this.requestInstances());
    effect(() => {
      // Each new result is studied where somebody looks.
      if (this.isMeasuring.value && this.refinement.value) this.engine.study();
    });
  }

  /** @param network instead of the one that is made for the sample */
  async openSample(
    sample: Sample,
    marks: Marks = { strokes: sample.strokes, box: null },
    network: string | undefined = sample.network,
    corrections: Marks = noMarks,
  ): Promise<void> {
    const hasOwnMarks = marks.strokes !== sample.strokes || marks.box !== null;
    await this.load(async () => {
      const [photo, precomputed] = await Promise.all([
        readSample(sample),
        // Only who opens the page has to wait.
        hasOwnMarks || this.refinementCount.value > 0 ? undefined : readPrecomputed(sample.id),
      ]);
      const { description, labels, network: ownNetwork } = sample;
      return { photo, sampleId: sample.id, description, labels, marks, corrections, network, ownNetwork, precomputed };
    });
  }

  /** A person is looked for at once, where nobody chose another network: most photos have one. */
  async openFile(file: Blob, name: string): Promise<void> {
    await this.load(async () => ({
      photo: await readPhoto(name, file),
      sampleId: undefined,
      description: name,
      labels: ['Background', 'Object'],
      marks: noMarks,
      corrections: noMarks,
      network: this.chosenNetwork() === 'colour-prompt' ? 'person' : undefined,
      ownNetwork: 'person',
      precomputed: undefined,
    }));
  }

  get history(): History {
    return this.correctedLabels.value === undefined ? this.drawn : this.corrections;
  }

  get sample(): Sample | undefined {
    return samples.find(({ id }) => id === this.sampleId.value);
  }

  /** The network that is on its way, or at work, is not wanted any more: the one before takes its place, with what it found. */
  cancelNetwork(): void {
    this.isCancelling = true;
    if (this.loading.value?.phase !== 'run') this.engine.cancelLoading();
    else {
      this.engine.restart();
      this.takeFailure('');
    }
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

  private begin(work: Work): void {
    const { photo, sampleId, description, labels, marks, corrections, network, ownNetwork, precomputed } = work;
    this.engine.cancel();
    const before = this.photo.peek();
    batch(() => {
      this.photo.value = photo;
      this.viewport.show(photo);
      this.sampleId.value = sampleId;
      this.description.value = description;
      this.ownLabels = labelsNamed(labels);
      this.labels.value = this.ownLabels;
      this.foundNames = '';
      this.tool.value = startTool;
      this.isolated.value = null;
      this.draft.value = undefined;
      this.draftBox.value = undefined;
      this.forgetResults();
      this.drawn.reset({ marks, merges: noMerges });
      this.corrections.reset({ marks: corrections, merges: noMerges });
      this.exchangeNetwork(network, ownNetwork);
      this.foundNobody.value = false;
      const isAsComputed = this.ownsLabels.value && areSameSettings(this.settings.value, defaultSettings);
      this.precomputed.value = isAsComputed ? precomputed : undefined;
    });
    // Its memory is large, and nobody shows it any more.
    before?.full.close();
  }

  /**
   * A photo's own network goes with the photo.
   *
   * @param network undefined: the one that was chosen
   * @param own the one that goes with the photo
   */
  private exchangeNetwork(network: string | undefined, own: string | undefined): void {
    const chosen = this.chosenNetwork();
    const before = chosen === own ? 'colour-prompt' : chosen;
    this.photoNetwork = network !== undefined && network === own ? { name: network, before } : undefined;
    this.network.value = network ?? chosen;
    // Its labels went with the photo before.
    this.lastGoodNetwork.value = 'colour-prompt';
  }

  /** By somebody, and not because of the photo. */
  private chosenNetwork(): string | NetworkDescription {
    const { photoNetwork } = this;
    const current = this.network.peek();
    return photoNetwork && current === photoNetwork.name ? photoNetwork.before : current;
  }

  private forgetResults(): void {
    this.refinement.value = undefined;
    this.precomputed.value = undefined;
    this.instances.value = undefined;
    this.convergence.value = undefined;
    this.benchmark.value = undefined;
    this.timeLog.clear();
    this.gpuTimeLog.clear();
    this.statistics.value = [];
    this.gpuStatistics.value = [];
  }

  /** What was found stays until the network has found something else. Marks keep their labels, whatever a network found in between. */
  private takeNetwork(network: string | NetworkDescription): void {
    untracked(() =>
      batch(() => {
        this.inputSize.value = undefined;
        if (areSameSettings(this.settings.value, this.startSettings)) this.settings.value = settingsFor(network);
        this.startSettings = settingsFor(network);
        if (!this.ownsLabels.value || this.foundNames === '') return;
        this.forgetResults();
        this.isolated.value = null;
        this.labels.value = this.ownLabels;
        this.foundNames = '';
        this.tool.value = startTool;
        this.history.reset({ marks: this.history.marks.value, merges: noMerges });
      }),
    );
  }

  private requestRefinement(): void {
    const picture = this.picture.value;
    // Of no matter to other networks: they must not run again because of marks, or of labels that they found themselves.
    const takesMarks = this.takesMarks.value;
    const marks = takesMarks ? this.markMap.value : unmarkedMap;
    const ownsLabels = this.ownsLabels.value;
    const labelCount = ownsLabels ? this.labelCount.value : 0;
    const parameters = crfParameters(this.settings.value);
    const profile = this.isMeasuring.value;
    const network = this.network.value;
    const inputSize = inputSizesOf(network) && this.inputSize.value;
    if (!picture || !marks) return;
    if (ownsLabels && this.markedLabels.value.size < 2) {
      this.engine.cancel();
      this.refinement.value = undefined;
      this.precomputed.value = undefined;
      return;
    }
    const { backend } = this;
    this.engine.request({
      picture,
      marks,
      network,
      inputSize,
      labelCount,
      parameters,
      backend,
      profile,
    });
  }

  private requestInstances(): void {
    const refinement = this.refinement.value;
    const labels = this.shownLabels.value;
    const { border } = this.instanceWords.value;
    if (!refinement || !this.wantsInstances.value) {
      this.instances.value = undefined;
      return;
    }
    const { width, height, after } = refinement;
    // By the name that the network has for it: the user may have another.
    const names = this.foundNames.split('~');
    const part = labels.map(({ isShown }, index) => {
      if (!isShown) return instanceParts.none;
      return names[index] === border ? instanceParts.rim : instanceParts.core;
    });
    const job: InstanceJob = {
      width,
      height,
      parts: after.labels.map((label) => part[label]),
      splits: border !== undefined,
    };
    this.engine.count(job);
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
      counted: (instances) => {
        this.instances.value = instances;
      },
      failed: (error) => this.takeFailure(error),
      news: (news) => this.takeNews(news),
      loading: (progress) => {
        this.loading.value = progress;
      },
      busyChanged: (task) => {
        this.busyWith.value = task;
      },
    };
  }

  private takeRefinement(refinement: Refinement): void {
    if (this.findsNobody(refinement)) {
      batch(() => {
        this.foundNobody.value = true;
        this.network.value = 'colour-prompt';
      });
      return;
    }
    if (this.lastGoodNetwork.value !== this.network.value) {
      this.timeLog.clear();
      this.gpuTimeLog.clear();
    }
    this.timeLog.add(refinement.timings);
    this.gpuTimeLog.add(refinement.gpuTimings);
    batch(() => {
      this.isCancelling = false;
      this.lastGoodNetwork.value = this.network.value;
      this.takeLabels(refinement.labels);
      this.refinedColours = this.labels.value.map(({ colour }) => colour);
      this.precomputed.value = undefined;
      this.refinement.value = refinement;
      this.refinementCount.value++;
      this.statistics.value = this.timeLog.statistics();
      this.gpuStatistics.value = this.gpuTimeLog.statistics();
    });
  }

  /** Whether a person was looked for of the page's own accord, and there is none. */
  private findsNobody({ labels, after }: Refinement): boolean {
    if (this.photoNetwork?.name !== 'person' || this.network.value !== 'person') return false;
    const person = labels?.findIndex(({ name }) => name === 'person');
    const count = after.labels.reduce((sum, label) => sum + Number(label === person), 0);
    return count < leastPerson * after.labels.length;
  }

  /** The labels that a network found; the user's own stay as they are. */
  private takeLabels(found: Refinement['labels']): void {
    if (!found) return;
    const names = found.map(({ name }) => name);
    if (names.join('~') === this.foundNames) return;
    if (this.foundNames === '') this.ownLabels = this.labels.value;
    this.foundNames = names.join('~');
    const colours = found.map(({ colour }) => colourFromHex(colour));
    this.labels.value = labelsNamed(names, colours).map((label) => ({
      ...label,
      isShown: label.name !== 'background',
    }));
    this.isolated.value = null;
    this.tool.value = startTool === 'move' ? startTool : Math.min(1, names.length - 1);
    this.history.reset({ marks: this.history.marks.value, merges: noMerges });
  }

  /** A network that could not be had is not kept asking for: the one before takes its place. */
  private takeFailure(error: string): void {
    const wasCancelled = this.isCancelling;
    this.isCancelling = false;
    batch(() => {
      const isOther = this.network.value !== this.lastGoodNetwork.value;
      if (!wasCancelled) {
        this.error.value = `${isOther ? 'The network cannot be used' : 'The mask could not be refined'}: ${error}`;
      }
      this.network.value = this.lastGoodNetwork.value;
    });
  }

  private takeNews(news: GpuNews): void {
    // Where the page computes is said once, however often the worker is started.
    if (news.kind === 'lost' || !this.hasToldWhere) this.gpuNews.value = news;
    this.hasToldWhere = true;
    // The worker forgot what lay on the GPU; everything needed to make it again is here.
    if (news.kind === 'lost' && this.busyWith.value === undefined) this.requestRefinement();
  }
}

async function readSample({ address, title }: Sample): Promise<Photo> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`The sample ${title} could not be loaded (status ${response.status}).`);
  return readPhoto(title, await response.blob());
}
