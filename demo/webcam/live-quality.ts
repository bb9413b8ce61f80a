// SPDX-License-Identifier: MIT

import { computed, signal } from '@preact/signals';
import { inputSizesOf } from '../networks/catalogue.js';
import type { Network } from '../networks/network-choice.js';
import { type CrfSettings, crfParameters } from '../state/crf-settings.js';
import { liveDefaults } from './live-defaults.js';
import type { LiveSettings } from './live-protocol.js';

/** What finds and refines, and what is traded for speed. */
export class LiveQuality {
  readonly network = signal<Network>(liveDefaults.network);
  /** Long side in pixels of what the network sees; undefined for its own. */
  readonly inputSize = signal<number | undefined>(undefined);
  readonly settings = signal<CrfSettings>(liveDefaults.settings);
  readonly workingSize = signal<number>(liveDefaults.workingSize);
  readonly smoothing = signal<number>(liveDefaults.smoothing);
  readonly framesPerSecond = signal<number | null>(liveDefaults.framesPerSecond);
  /** Time each stage on the GPU. */
  readonly profile = signal(false);

  /** Networks that leave it open have sizes of their own. */
  readonly knownInputSize = computed(() => inputSizesOf(this.network.value) && this.inputSize.value);

  /** As the worker is told it. */
  readonly told = computed<Omit<LiveSettings, 'look'>>(() => ({
    crf: crfParameters(this.settings.value),
    workingSize: this.workingSize.value,
    smoothing: this.smoothing.value === 0 ? null : { strength: this.smoothing.value },
    framesPerSecond: this.framesPerSecond.value,
    profile: this.profile.value,
  }));
}
