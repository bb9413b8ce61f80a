// SPDX-License-Identifier: MIT

import { computed, type ReadonlySignal, signal } from '@preact/signals';
import { labelAreas } from '../../src/analysis/index.js';
import type { Instances, Picture, Refinement, Result } from '../engine/protocol.js';
import type { Colour } from './labels.js';
import type { Look } from './look.js';
import type { Palette } from './palette.js';

/** What was found in the photo. */
export class Results {
  readonly refinement = signal<Refinement | undefined>(undefined);
  readonly refinementCount = signal(0);
  /** Stands for the first refinement until it is there, in views that need no more. */
  readonly precomputed = signal<Result | undefined>(undefined);
  /** Of the labels that are shown. */
  readonly instances = signal<Instances | undefined>(undefined);
  /** Of the labels that the last refinement was about: no two have the same one. */
  private refinedColours: readonly Colour[] = [];

  /** What is shown, of the picture that is shown: after a change of size there is none for a moment. */
  readonly result = computed<Result | undefined>(() => {
    const picture = this.picture.value;
    const result = this.refinement.value ?? (this.look.needsBefore.value ? undefined : this.precomputed.value);
    if (!result || !this.hasLabelsOf(result)) return undefined;
    return result.width === picture?.width && result.height === picture?.height ? result : undefined;
  });

  readonly isPrecomputed = computed(() => this.result.value !== undefined && this.refinement.value === undefined);

  /** Pixels by label that others are not merged into. */
  readonly areas = computed(() => {
    const result = this.result.value;
    if (!result) return undefined;
    const { width, height, after } = result;
    const leaders = this.palette.leaders.value;
    const data = after.labels.map((label) => leaders[label]);
    return labelAreas({ data, width, height }, leaders.length).labels.map(({ pixels }) => pixels);
  });

  constructor(
    private readonly picture: ReadonlySignal<Picture | undefined>,
    private readonly palette: Palette,
    private readonly look: Look,
  ) {}

  /** Of the labels that there are. */
  take(refinement: Refinement): void {
    this.refinedColours = this.palette.labels.value.map(({ colour }) => colour);
    this.precomputed.value = undefined;
    this.refinement.value = refinement;
    this.refinementCount.value++;
  }

  forget(): void {
    this.refinement.value = undefined;
    this.precomputed.value = undefined;
    this.instances.value = undefined;
  }

  /** Whether the labels that there are begin with those of the result: one may have been removed since. */
  private hasLabelsOf(result: Result): boolean {
    const labels = this.palette.labels.value;
    const isRefined = result === this.refinement.value;
    return Array.from({ length: result.labelCount }, (_, index) => labels[index]?.colour).every(
      (colour, index) => colour !== undefined && (!isRefined || colour === this.refinedColours[index]),
    );
  }
}
