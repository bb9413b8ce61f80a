// SPDX-License-Identifier: MIT

import { type InstanceJob, instanceParts, type Refinement } from '../engine/protocol.js';
import type { Palette } from './palette.js';

/**
 * The instances of what is shown. Reads signals.
 *
 * @param border the network's name for what parts instances that touch
 */
export function instanceJobOf(refinement: Refinement, palette: Palette, border: string | undefined): InstanceJob {
  const { width, height, after } = refinement;
  // By the name that the network has for it: the user may have another.
  const names = palette.found.value?.names.split('~') ?? [];
  const part = palette.shown.value.map(({ isShown }, index) => {
    if (!isShown) return instanceParts.none;
    return border !== undefined && names[index] === border ? instanceParts.rim : instanceParts.core;
  });
  return { width, height, parts: after.labels.map((label) => part[label]), splits: border !== undefined };
}
