// SPDX-License-Identifier: MIT

import { computed, signal } from '@preact/signals';
import type { NetworkDescription } from '../../src/pipeline/index.js';
import type { NetworkProgress } from '../engine/protocol.js';
import { correctedLabelsOf, instanceWords } from './catalogue.js';

/** A preset's name, or a description with its bytes. */
export type Network = string | NetworkDescription;

/** Needs no network: marks say what to look for. */
export const byMarks = 'colour-prompt';

/** Which network looks at the photo. */
export class NetworkChoice {
  readonly network = signal<Network>(byMarks);
  /** Long side in pixels of what the network sees; undefined for its own. */
  readonly inputSize = signal<number | undefined>(undefined);
  /** How far it has come. */
  readonly loading = signal<NetworkProgress | undefined>(undefined);
  /** Whose result is shown. */
  readonly lastGood = signal<Network>(byMarks);
  /** The network that goes with the photo, and what was chosen before it. */
  readonly ofPhoto = signal<{ name: string; before: Network } | undefined>(undefined);
  /** A person was looked for in the photo, and not found. */
  readonly foundNobody = signal(false);

  readonly ownsLabels = computed(() => this.network.value === byMarks);
  /** How many labels of the network marks can correct; undefined where they can't. */
  readonly correctedLabels = computed(() => correctedLabelsOf(this.network.value));
  readonly takesMarks = computed(() => this.ownsLabels.value || this.correctedLabels.value !== undefined);
  readonly instanceWords = computed(() => instanceWords(this.lastGood.value));

  /** By somebody, and not because of the photo. */
  get chosen(): Network {
    const ofPhoto = this.ofPhoto.peek();
    const network = this.network.peek();
    return ofPhoto && network === ofPhoto.name ? ofPhoto.before : network;
  }

  /**
   * A photo's own network goes with the photo.
   *
   * @param network undefined: the one that was chosen
   * @param own the one that goes with the photo
   * @returns what is to be used
   */
  exchange(network: string | undefined, own: string | undefined): Network {
    const { chosen } = this;
    const before = chosen === own ? byMarks : chosen;
    this.ofPhoto.value = network !== undefined && network === own ? { name: network, before } : undefined;
    // Its labels went with the photo before.
    this.lastGood.value = byMarks;
    this.foundNobody.value = false;
    return network ?? chosen;
  }
}
