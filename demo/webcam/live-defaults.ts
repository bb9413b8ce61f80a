// SPDX-License-Identifier: MIT

import { type CrfSettings, presets } from '../state/crf-settings.js';
import type { Effect } from './live-protocol.js';

/** Of the labels that marks begin with. */
export const markNames: readonly string[] = ['Background', 'Me'];

/** Long sides in pixels that the CRF may work on. */
export const liveWorkingSizes: readonly number[] = [160, 240, 320, 480, 640];

/** How the webcam is set up when nobody has touched it. */
export const liveDefaults = {
  network: 'person',
  settings: presets.find(({ id }) => id === 'webcam')?.settings ?? presets[0].settings,
  workingSize: 320,
  smoothing: 0.8,
  framesPerSecond: 30,
  effect: 'blur',
  blur: 0.025,
  colour: '#1d6f5c',
  opacity: 0.5,
  mirror: true,
} as const satisfies Record<string, unknown> & { settings: CrfSettings; effect: Effect };
