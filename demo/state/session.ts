// SPDX-License-Identifier: MIT

import { batch, computed, effect, signal } from '@preact/signals';
import { EngineClient, type Listener } from '../engine/client.js';
import type { GpuNews, MarkMap, Refinement, Result, Task } from '../engine/protocol.js';
import { type Marks, noMarks } from '../marks/marks.js';
import { promptsOf } from '../marks/prompts.js';
import { inputSizesOf, settingsFor } from '../networks/catalogue.js';
import { byMarks, type Network, NetworkChoice } from '../networks/network-choice.js';
import { type Opened, OpenPhoto, readSample } from '../photo/open-photo.js';
import { readPhoto } from '../photo/photo.js';
import { readPrecomputed } from '../photo/precomputed.js';
import type { Sample } from '../photo/samples.js';
import { areSameSettings, type CrfSettings, crfParameters, defaultSettings } from './crf-settings.js';
import { instanceJobOf } from './instance-job.js';
import { colourFromHex } from './labels.js';
import { Look } from './look.js';
import { MarkBoard } from './mark-board.js';
import { Measurements } from './measurements.js';
import { foundLabels, type LabelSet, labelSet, Palette } from './palette.js';
import { startTool } from './pen.js';
import { type PhotoState, photoTravels } from './photo-travels.js';
import { Results } from './results.js';
import { type Cell, Timeline } from './timeline.js';

/** A photo with all that belongs to it. */
export interface Work extends Opened {
  labels: LabelSet;
  marks: Marks;
  corrections: Marks;
  /** Undefined: the one there is. */
  network: string | undefined;
  /** The network that goes with this photo, and with no other. */
  ownNetwork: string | undefined;
  /** What the page would show first, known beforehand. */
  precomputed?: Result | undefined;
}

/** What a link says beside the photo. */
export interface Opening {
  marks?: Marks | undefined;
  corrections?: Marks | undefined;
  /** Instead of the one that is made for the sample. */
  network?: string | undefined;
  /** Done in the same step, before the photo is there and when it is. */
  before?: () => void;
  after?: () => void;
}

export const benchmarkRuns = 20;

/** A person has this part of a photo at least: less is taken for a mistake. */
const leastPerson = 0.01;

const unmarkedMap: MarkMap = { prompts: undefined };

/** Where the CRF is computed. */
export type Backend = 'auto' | 'webgpu' | 'cpu';

/** The photo page: its parts, and what makes one follow from another. Nothing of it lives in the worker or on the GPU. */
export class Session {
  readonly open = new OpenPhoto();
  readonly choice = new NetworkChoice();
  readonly look = new Look();
  readonly palette = new Palette();
  readonly measurements = new Measurements();
  readonly settings = signal<CrfSettings>(defaultSettings);
  /** What says what to look for, and what corrects a network: neither means anything for the other. */
  readonly marks = signal<Marks>(noMarks);
  readonly corrections = signal<Marks>(noMarks);

  readonly busyWith = signal<Task['kind'] | undefined>(undefined);
  readonly error = signal<string | undefined>(undefined);
  readonly gpuNews = signal<GpuNews | undefined>(undefined);

  readonly results = new Results(this.open.picture, this.palette, this.look);
  readonly timeline: Timeline<PhotoState> = new Timeline(photoTravels(this));
  readonly board: MarkBoard = new MarkBoard(
    this.palette,
    this.drawn(),
    {
      extent: this.open.picture,
      areas: this.results.areas,
      takesMarks: this.choice.takesMarks,
      ownsLabels: this.choice.ownsLabels,
    },
    this.timeline,
  );

  private readonly ownCount = computed(() => this.palette.own.value.labels.length);
  private readonly markMap = computed<MarkMap | undefined>(() => {
    const picture = this.open.picture.value;
    const marks = this.board.marks.value;
    if (!picture) return undefined;
    const { width, height } = picture;
    const labelCount = this.choice.correctedLabels.value ?? this.ownCount.value;
    const prompts = promptsOf(marks, width, height, labelCount);
    const hasLabel = prompts.box !== undefined || prompts.strokes?.some(({ label }) => label !== null);
    return hasLabel ? { prompts } : unmarkedMap;
  });

  readonly backend: Backend;
  private readonly engine: EngineClient;
  private isCancelling = false;
  private hasToldWhere = false;

  /** @param wanted where the CRF is to be computed, if there is WebGPU at all */
  constructor(wanted: Backend) {
    const hasWebGpu = 'gpu' in navigator && navigator.gpu;
    this.backend = hasWebGpu ? wanted : 'cpu';
    if (!hasWebGpu) this.gpuNews.value = { kind: 'none' };
    this.engine = new EngineClient(this.listener());
    effect(() => this.requestRefinement());
    effect(() => this.requestInstances());
    effect(() => {
      // Each new result is studied where somebody looks.
      if (this.measurements.isMeasuring.value && this.results.refinement.value) this.engine.study();
    });
  }

  async openSample(sample: Sample, opening: Opening = {}): Promise<void> {
    const { description, labels, network: ownNetwork, strokes } = sample;
    const { marks = { strokes, box: null }, corrections = noMarks, network = ownNetwork } = opening;
    await this.load(`sample ${sample.title}`, opening, async () => {
      const [photo, precomputed] = await Promise.all([
        readSample(sample),
        // Only who opens the page has to wait.
        opening.marks || this.results.refinementCount.value > 0 ? undefined : readPrecomputed(sample.id),
      ]);
      const opened = { photo, sampleId: sample.id, description };
      return { ...opened, labels: labelSet(labels), marks, corrections, network, ownNetwork, precomputed };
    });
  }

  /** A person is looked for at once, where nobody chose another network: most photos have one. */
  async openFile(file: Blob, name: string): Promise<void> {
    await this.openOwn('your photo', {}, async () => ({
      photo: await readPhoto(name, file),
      labels: labelSet(['Background', 'Object']),
      marks: noMarks,
      corrections: noMarks,
      network: this.choice.chosen === byMarks ? 'person' : undefined,
    }));
  }

  /** A photo of the visitor's own, with what was done to it before. */
  async openOwn(
    title: string,
    opening: Opening,
    read: () => Promise<Omit<Work, 'sampleId' | 'description' | 'ownNetwork'>>,
  ): Promise<void> {
    await this.load(title, opening, async () => {
      const work = await read();
      return { ...work, sampleId: undefined, description: work.photo.name, ownNetwork: 'person' };
    });
  }

  /** Settings that nobody changed are those that suit the network. What was found stays until the network has found something else. */
  useNetwork(network: Network): void {
    const { choice, settings } = this;
    const before = choice.network.peek();
    if (network === before) return;
    this.abandonTask();
    batch(() => {
      choice.network.value = network;
      choice.inputSize.value = undefined;
      if (areSameSettings(settings.peek(), settingsFor(before))) settings.value = settingsFor(network);
      if (choice.ownsLabels.value && this.palette.found.peek()) this.dropFound();
    });
  }

  /** As above, by the visitor. */
  chooseNetwork(network: Network): void {
    this.error.value = undefined;
    this.timeline.act('network', () => this.useNetwork(network));
  }

  /** The network that is on its way, or at work, is not wanted any more: the one before takes its place, with what it found. */
  cancelNetwork(): void {
    this.isCancelling = true;
    if (this.choice.loading.value?.phase !== 'run') this.engine.cancelLoading();
    else {
      this.engine.restart();
      this.takeFailure('');
    }
  }

  runBenchmark(): void {
    this.measurements.benchmark.value = undefined;
    this.engine.benchmark(benchmarkRuns);
  }

  /** What is computed is about another photo, or of another network. */
  abandonTask(): void {
    this.engine.cancel();
  }

  forgetResults(): void {
    this.results.forget();
    this.measurements.forget();
  }

  /** Another photo, or none of it. */
  show(opened: Opened | undefined): void {
    const photo = opened?.photo;
    const isOther = photo !== this.open.photo.peek();
    this.open.show(opened);
    if (photo && isOther) this.board.viewport.show(photo);
  }

  /** What the marks of the network that is chosen are: they look for something, or correct. */
  private drawn(): Cell<Marks> {
    const { choice, marks, corrections } = this;
    const current = () => (choice.correctedLabels.value === undefined ? marks : corrections);
    return {
      get value() {
        return current().value;
      },
      set value(drawn: Marks) {
        current().value = drawn;
      },
    };
  }

  private async load(title: string, opening: Opening, read: () => Promise<Work>): Promise<void> {
    this.error.value = undefined;
    try {
      const work = await this.open.load(read);
      if (!work) return;
      const begin = () => {
        opening.before?.();
        this.begin(work);
        opening.after?.();
      };
      // Before the first there was nothing.
      if (this.open.opened.peek()) this.timeline.act(title, begin);
      else batch(begin);
    } catch (error) {
      this.error.value = error instanceof Error ? error.message : String(error);
    }
  }

  private begin(work: Work): void {
    const { photo, sampleId, description, labels, marks, corrections, network, ownNetwork, precomputed } = work;
    const { palette, board, choice } = this;
    this.abandonTask();
    this.forgetResults();
    this.show({ photo, sampleId, description });
    palette.own.value = labels;
    palette.found.value = undefined;
    palette.isolated.value = null;
    board.pen.tool.value = startTool;
    board.pen.abandon();
    this.marks.value = marks;
    this.corrections.value = corrections;
    this.useNetwork(choice.exchange(network, ownNetwork));
    const isAsComputed = choice.ownsLabels.value && areSameSettings(this.settings.value, defaultSettings);
    this.results.precomputed.value = isAsComputed ? precomputed : undefined;
  }

  /** The user's labels come back. Marks keep theirs, whatever a network found in between. */
  private dropFound(): void {
    this.forgetResults();
    this.palette.isolated.value = null;
    this.palette.found.value = undefined;
    this.board.pen.tool.value = startTool;
  }

  private requestRefinement(): void {
    const { choice } = this;
    const picture = this.open.picture.value;
    const ownsLabels = choice.ownsLabels.value;
    // Of no matter to other networks: they must not run again because of marks, or of labels that they found themselves.
    const labelCount = ownsLabels ? this.ownCount.value : 0;
    const marks = choice.takesMarks.value ? this.markMap.value : unmarkedMap;
    const parameters = crfParameters(this.settings.value);
    const profile = this.measurements.isMeasuring.value;
    const network = choice.network.value;
    const inputSize = inputSizesOf(network) && choice.inputSize.value;
    if (!picture || !marks) return;
    if (ownsLabels && this.board.markedLabels.value.size < 2) {
      this.engine.cancel();
      this.results.refinement.value = undefined;
      this.results.precomputed.value = undefined;
      return;
    }
    const { backend } = this;
    this.engine.request({ picture, marks, network, inputSize, labelCount, parameters, backend, profile });
  }

  private requestInstances(): void {
    const { results, look, choice, palette } = this;
    const refinement = results.refinement.value;
    const { border } = choice.instanceWords.value;
    // Finding them costs time, so it is done where somebody looks, or where they are what the network is for.
    if (refinement && (look.view.value === 'instances' || border !== undefined)) {
      this.engine.count(instanceJobOf(refinement, palette, border));
    } else results.instances.value = undefined;
  }

  private listener(): Listener {
    const set =
      <Value>(of: { value: Value }) =>
      (value: Value) => {
        of.value = value;
      };
    return {
      refined: (refinement) => this.takeRefinement(refinement),
      studied: set(this.measurements.convergence),
      benchmarked: set(this.measurements.benchmark),
      counted: set(this.results.instances),
      failed: (error) => this.takeFailure(error),
      news: (news) => this.takeNews(news),
      loading: set(this.choice.loading),
      busyChanged: set(this.busyWith),
    };
  }

  private takeRefinement(refinement: Refinement): void {
    const { choice, measurements } = this;
    const network = choice.network.value;
    batch(() => {
      if (this.findsNobody(refinement)) {
        choice.foundNobody.value = true;
        this.useNetwork(byMarks);
        return;
      }
      this.isCancelling = false;
      if (choice.lastGood.value !== network) measurements.restart();
      choice.lastGood.value = network;
      this.takeLabels(refinement.labels);
      this.results.take(refinement);
      measurements.add(refinement);
    });
  }

  /** Whether a person was looked for of the page's own accord, and there is none. */
  private findsNobody({ labels, after }: Refinement): boolean {
    const { ofPhoto, network } = this.choice;
    if (ofPhoto.value?.name !== 'person' || network.value !== 'person') return false;
    const person = labels?.findIndex(({ name }) => name === 'person');
    const count = after.labels.reduce((sum, label) => sum + Number(label === person), 0);
    return count < leastPerson * after.labels.length;
  }

  /** The labels that a network found; the user's own wait. */
  private takeLabels(found: Refinement['labels']): void {
    const { palette, board } = this;
    if (!found) return;
    const names = found.map(({ name }) => name);
    if (names.join('~') === palette.found.value?.names) return;
    const set = foundLabels(
      names,
      found.map(({ colour }) => colourFromHex(colour)),
    );
    palette.found.value = {
      ...set,
      labels: set.labels.map((label) => ({ ...label, isShown: label.name !== 'background' })),
    };
    palette.isolated.value = null;
    board.pen.tool.value = startTool === 'move' ? startTool : Math.min(1, names.length - 1);
  }

  /** A network that could not be had is not kept asking for: the one before takes its place. */
  private takeFailure(error: string): void {
    const { network, lastGood } = this.choice;
    const wasCancelled = this.isCancelling;
    this.isCancelling = false;
    batch(() => {
      const isOther = network.value !== lastGood.value;
      if (!wasCancelled) {
        this.error.value = `${isOther ? 'The network cannot be used' : 'The mask could not be refined'}: ${error}`;
      }
      this.useNetwork(lastGood.value);
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
