// SPDX-License-Identifier: MIT

import { readObject } from '../../problem/reading.js';
import type { Segmentation } from '../api.js';
import { checkViewKind, entryPointOf, type View } from './view.js';

/** Colours of the labels that were kept. */
export function keptColours(colours: readonly string[], kept: readonly number[]): string[] {
  return kept.map((label) => colours[label]);
}

/** The view for who knows labels by their places among those that were kept. The view was checked. */
export function viewOfKept<Image>(
  view: View<Image>,
  { keptLabels, labels }: Pick<Segmentation, 'keptLabels' | 'labels'>,
): View<Image> {
  if (keptLabels.length === labels.length || entryPointOf(checkViewKind(view)) !== 'composite') return view;
  const given = readObject('view', view);
  const wanted = (given.foreground ?? keptLabels.filter((label) => label !== 0)) as readonly number[];
  const foreground = wanted.map((label) => keptLabels.indexOf(label)).filter((place) => place >= 0);
  return { ...given, foreground } as unknown as View<Image>;
}

/** Whether a picture may be another one each time that it is looked at: a video or a canvas. */
export function changesByItself(image: object): boolean {
  return 'getContext' in image || 'videoWidth' in image;
}
