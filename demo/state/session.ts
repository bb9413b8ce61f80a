// SPDX-License-Identifier: MIT

import { batch, computed, effect, signal } from '@preact/signals';
import { EngineClient } from '../engine/client.js';
import type { Answer, Picture, Refinement } from '../engine/protocol.js';
import { areas } from '../engine/segmentation.js';
import { rasterize } from '../marks/rasterize.js';
import type { Point, Stroke } from '../marks/stroke.js';
import { defaultWorkingSize, type Photo, pictureOf, readPhoto } from '../photo/photo.js';
import type { Sample } from '../photo/samples.js';
import type { ViewName } from '../view/paint.js';
import { type CrfSettings, crfParameters, defaultSettings } from './crf-settings.js';
import { History } from './history.js';
import { type Label, labelsNamed, withAnotherLabel } from './labels.js';

/** `null` is the eraser. */
export type Tool = number | null;

/** A photo with all that belongs to it. */
interface Work {
  photo: Photo;
  sampleId: string | undefined;
  description: string;
  labels: readonly string[];
  strokes: readonly Stroke[];
}

/** All that the page shows, and what can be done with it. */
export class Session {
  readonly photo = signal<Photo | undefined>(undefined);
  readonly sampleId = signal<string | undefined>(undefined);
  readonly description = signal('');
  readonly workingSize = signal(defaultWorkingSize);
  readonly labels = signal<readonly Label[]>(labelsNamed(['Background', 'Object']));
  readonly history = new History();
  /** The stroke that is being drawn. */
  readonly draft = signal<Stroke | undefined>(undefined);
  readonly tool = signal<Tool>(1);
  /** In parts of the long side. */
  readonly brushRadius = signal(0.014);
  readonly settings = signal<CrfSettings>(defaultSettings);

  readonly view = signal<ViewName>('overlay');
  readonly showsStrokes = signal(true);
  readonly showsOriginal = signal(false);
  /** Left of this place, 0..1 of the width, is what was before the CRF; null without comparison. */
  readonly divider = signal<number | null>(null);
  readonly pointer = signal<Point | undefined>(undefined);

  readonly refinement = signal<Refinement | undefined>(undefined);
  readonly refinementCount = signal(0);
  readonly isBusy = signal(false);
  readonly isLoading = signal(true);
  readonly error = signal<string | undefined>(undefined);

  readonly picture = computed<Picture | undefined>(() => {
    const photo = this.photo.value;
    return photo && pictureOf(photo, this.workingSize.value);
  });

  readonly strokes = computed<readonly Stroke[]>(() => {
    const draft = this.draft.value;
    const strokes = this.history.strokes.value;
    return draft ? [...strokes, draft] : strokes;
  });

  /** Indices of the labels that have a stroke. */
  readonly drawnLabels = computed(() => new Set(this.strokes.value.flatMap(({ label }) => label ?? [])));

  /** Pixels by label. */
  readonly areas = computed(() => {
    const refinement = this.refinement.value;
    return refinement && areas(refinement.after, refinement.labelCount);
  });

  private readonly marks = computed(() => {
    const picture = this.picture.value;
    return picture && rasterize(this.strokes.value, picture.width, picture.height);
  });

  private readonly engine = new EngineClient({
    answered: (answer) => this.takeAnswer(answer),
    busyChanged: (busy) => {
      this.isBusy.value = busy;
    },
  });

  private readonly labelCount = computed(() => this.labels.value.length);

  /** @param backend where the CRF is computed */
  constructor(readonly backend: 'auto' | 'webgpu' | 'cpu') {
    effect(() => {
      const picture = this.picture.value;
      const marks = this.marks.value;
      const labelCount = this.labelCount.value;
      const parameters = crfParameters(this.settings.value);
      if (!picture || !marks) return;
      if (this.drawnLabels.value.size < 2) {
        this.engine.cancel();
        this.refinement.value = undefined;
        return;
      }
      this.engine.request({ picture, marks, labelCount, parameters, backend });
    });
  }

  async openSample(sample: Sample): Promise<void> {
    await this.load(async () => {
      const response = await fetch(sample.address);
      if (!response.ok) throw new Error(`The sample ${sample.title} could not be loaded (status ${response.status}).`);
      const photo = await readPhoto(sample.title, await response.blob());
      return { ...sample, photo, sampleId: sample.id };
    });
  }

  async openFile(file: File): Promise<void> {
    const name = file.name || 'The picture';
    await this.load(async () => {
      const photo = await readPhoto(name, file);
      return { photo, sampleId: undefined, description: name, labels: ['Background', 'Object'], strokes: [] };
    });
  }

  addLabel(): void {
    this.labels.value = withAnotherLabel(this.labels.value);
    this.tool.value = this.labels.value.length - 1;
  }

  changeLabel(index: number, change: Partial<Label>): void {
    this.labels.value = this.labels.value.map((label, i) => (i === index ? { ...label, ...change } : label));
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

  private begin({ photo, sampleId, description, labels, strokes }: Work): void {
    this.engine.cancel();
    batch(() => {
      this.photo.value = photo;
      this.sampleId.value = sampleId;
      this.description.value = description;
      this.labels.value = labelsNamed(labels);
      this.tool.value = 1;
      this.draft.value = undefined;
      this.refinement.value = undefined;
      this.history.reset(strokes);
    });
  }

  private takeAnswer(answer: Answer): void {
    if ('error' in answer) {
      this.error.value = `The mask could not be refined: ${answer.error}`;
      return;
    }
    batch(() => {
      this.refinement.value = answer.refinement;
      this.refinementCount.value++;
    });
  }
}
