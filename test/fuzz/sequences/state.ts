// SPDX-License-Identifier: MIT

import type { GivenImage } from '../given/images.js';
import type { GivenParameters } from '../given/parameters.js';
import type { GivenUnary } from '../given/unaries.js';
import type { FuzzBackend } from '../suite.js';
import type { Step } from './steps.js';

/** What a caller may expect of the next call, from nothing but the calls before. */
export class ExpectedState {
  image: GivenImage | null = null;
  unary: GivenUnary | null = null;
  isStarted = false;
  isUsable = true;

  constructor(public parameters: GivenParameters) {}

  /** Whether a call answers, or has to throw. */
  answers(step: Step, backend: FuzzBackend): boolean {
    if (!this.isUsable) return false;
    const { call } = step;
    if (call === 'bad step' || call === 'bad refine' || call === 'bad start') return false;
    if (call === 'setParameters' || call === 'invalidPixelCount' || call === 'own fault' || call === 'neighbour')
      return true;
    if (call === 'refine' || call === 'start') {
      const hasImage = step.image !== null || this.image !== null;
      return (
        (step.unary !== null || this.unary !== null) &&
        (hasImage || !this.needsImage) &&
        (!step.warmStart || this.isStarted)
      );
    }
    if (call === 'gpuResults' && backend === 'cpu') return false;
    const computes = call === 'step' || call === 'energy';
    return this.isStarted && (!computes || this.image !== null || !this.needsImage);
  }

  /** Takes what a call that answered leaves behind. */
  take(step: Step): void {
    if (step.call === 'setParameters') this.parameters = step.parameters;
    if (step.call !== 'refine' && step.call !== 'start') return;
    this.image = step.image ?? this.image;
    this.unary = step.unary ?? this.unary;
    this.isStarted = true;
  }

  private get needsImage(): boolean {
    return this.parameters.kernels.some(({ type }) => type === 'bilateral');
  }
}
