// SPDX-License-Identifier: MIT

import { encode } from 'fast-png';
import type { Picture, Segmentation } from '../engine/protocol.js';
import { readFullSize } from '../photo/photo.js';
import type { ShownLabel } from '../state/labels.js';
import { paint } from '../view/paint.js';
import { enlarge } from './full-size.js';

export type Export = 'mask' | 'cut-out' | 'overlay' | 'labels';

export interface ExportJob {
  what: Export;
  /** Of the photo; its name is for messages. */
  name: string;
  file: Blob;
  /** What the CRF worked on, and found. */
  working: Picture;
  segmentation: Segmentation;
  labels: readonly ShownLabel[];
  isIsolated: boolean;
}

/** A PNG file of the photo's own size. Throws PhotoError where the photo cannot be read again. */
export async function exportedPng(job: ExportJob): Promise<Uint8Array<ArrayBuffer>> {
  const { what, working, segmentation, labels, isIsolated } = job;
  const full = await readFullSize(job);
  const { width, height } = full;
  const result = enlarge({ full, working, segmentation, isShown: labels.map(({ isShown }) => isShown) });
  if (what === 'mask' || what === 'labels') {
    const data =
      what === 'mask'
        ? result.labels.map((label) => (labels[label].isShown ? 255 : 0))
        : result.labels.map((label) => labels[label].leader);
    return Uint8Array.from(encode({ width, height, data, channels: 1, depth: 8 }));
  }
  const data = what === 'cut-out' ? withAlpha(full, result.alpha) : overlaid();
  // Not through a canvas: that would multiply colours with alpha and back, and lose them where alpha is small.
  return Uint8Array.from(encode({ width, height, data: new Uint8Array(data.buffer), channels: 4, depth: 8 }));

  function overlaid(): Uint8ClampedArray<ArrayBuffer> {
    const enlarged = { labels: result.labels, confidence: result.alpha, marginals: result.alpha };
    // As thick as on the page, or the outline would be lost on a large photo.
    const outline = Math.max(1, Math.round(Math.max(width, height) / Math.max(working.width, working.height)));
    return paint('overlay', { picture: full, segmentation: enlarged, before: enlarged, labels, isIsolated, outline });
  }
}

function withAlpha({ pixels }: Picture, alpha: Uint8Array): Uint8ClampedArray<ArrayBuffer> {
  const data = new Uint8ClampedArray(pixels);
  for (let pixel = 0; pixel < alpha.length; pixel++) data[4 * pixel + 3] = alpha[pixel];
  return data;
}
