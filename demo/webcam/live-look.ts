// SPDX-License-Identifier: MIT

import { computed, signal } from '@preact/signals';
import type { Palette } from '../state/palette.js';
import { pictureOfScene, scenes } from '../view/scenes.js';
import { liveDefaults } from './live-defaults.js';
import type { Effect, Look } from './live-protocol.js';

/** What is done with the camera's picture. */
export class LiveLook {
  readonly effect = signal<Effect>(liveDefaults.effect);
  readonly blur = signal<number>(liveDefaults.blur);
  readonly colour = signal<string>(liveDefaults.colour);
  readonly opacity = signal<number>(liveDefaults.opacity);
  /** Undefined: none was chosen yet. */
  readonly background = signal<ImageBitmap | undefined>(undefined);
  readonly mirror = signal<boolean>(liveDefaults.mirror);
  readonly divider = signal<number | null>(null);

  /** What is behind where the effect is a picture: the first of the page's own until there is another. */
  readonly picture = computed(
    () => this.background.value ?? (this.effect.value === 'image' ? this.firstScene() : undefined),
  );

  /** As the worker is told it. */
  readonly told = computed<Look>(() => ({
    effect: this.effect.value,
    blur: this.blur.value,
    colour: this.colour.value,
    opacity: this.opacity.value,
    foreground: this.palette.shown.value.flatMap(({ isShown }, index) => (isShown ? [index] : [])),
    mirror: this.mirror.value,
    split: this.divider.value ?? 0,
  }));

  private scene: ImageBitmap | undefined;

  constructor(private readonly palette: Palette) {}

  private firstScene(): ImageBitmap {
    this.scene ??= pictureOfScene(scenes[0]);
    return this.scene;
  }
}
