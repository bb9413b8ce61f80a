// SPDX-License-Identifier: MIT

import { encode } from 'fast-png';
import { cutOut } from '../../src/analysis/index.js';
import type { Picture, Segmentation } from '../engine/protocol.js';
import { PhotoError } from '../photo/header.js';
import { readFullSize } from '../photo/photo.js';
import type { ShownLabel } from '../state/labels.js';
import { type Backdrop, blurredBackground, drawBackdrop } from '../view/backdrop.js';
import { enlarge, shownSums, wholePhoto } from '../view/enlarge.js';
import { paint } from '../view/paint.js';

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
  /** Behind the cut-out. */
  backdrop: Backdrop;
}

/** A PNG file of the photo's own size. Throws PhotoError where the photo cannot be read again. */
export async function exportedPng(job: ExportJob): Promise<Uint8Array<ArrayBuffer>> {
  const { what, working, segmentation, labels, isIsolated } = job;
  const full = await readFullSize(job);
  if (what === 'cut-out') return job.backdrop.kind === 'none' ? png(cutOutOf(full, job)) : composed(full, job);
  const { width, height } = full;
  const result = enlarge({ full, working, segmentation, isShown: labels.map(({ isShown }) => isShown) });
  if (what === 'mask' || what === 'labels') {
    const data =
      what === 'mask'
        ? result.labels.map((label) => (labels[label].isShown ? 255 : 0))
        : result.labels.map((label) => labels[label].leader);
    return Uint8Array.from(encode({ width, height, data, channels: 1, depth: 8 }));
  }
  return png({ width, height, data: overlaid() });

  function overlaid(): Uint8ClampedArray<ArrayBuffer> {
    // As thick as on the page, or the outline would be lost on a large photo.
    const outline = Math.max(1, Math.round(Math.max(width, height) / Math.max(working.width, working.height)));
    const labelCount = segmentation.marginals.length / segmentation.labels.length;
    return paint('overlay', { picture: full, layer: result, before: result, labels, labelCount, isIsolated, outline });
  }
}

/** Not through a canvas: that would multiply colours with alpha and back, and lose them where alpha is small. */
function png({ data, width, height }: RgbaPicture): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(encode({ width, height, data: new Uint8Array(data.buffer), channels: 4, depth: 8 }));
}

/** The cut-out before what was chosen to be behind it. */
async function composed(full: Picture, job: ExportJob): Promise<Uint8Array<ArrayBuffer>> {
  const { working, segmentation, labels, backdrop } = job;
  const { data, width, height } = cutOutOf(full, job);
  const context = new OffscreenCanvas(width, height).getContext('2d');
  if (!context) throw new PhotoError('This browser gave no canvas to draw on. Close other tabs and try again.');
  context.putImageData(new ImageData(data, width, height), 0, 0);
  const alpha = shownSums(
    segmentation,
    labels.map(({ isShown }) => isShown),
  );
  const sigma = backdrop.kind === 'blur' ? backdrop.sigma : 0;
  drawBackdrop(context, backdrop, () => blurredBackground(working, alpha, sigma), wholePhoto, full);
  return new Uint8Array(await (await context.canvas.convertToBlob()).arrayBuffer());
}

interface RgbaPicture {
  data: Uint8ClampedArray<ArrayBuffer>;
  width: number;
  height: number;
}

function cutOutOf({ pixels, width, height }: Picture, { working, segmentation, labels }: ExportJob): RgbaPicture {
  const shown = labels.flatMap(({ isShown }, label) => (isShown ? [label] : []));
  // Nothing is shown: nothing is cut out.
  if (shown.length === 0) return { data: new Uint8ClampedArray(4 * width * height), width, height };
  const marginals = Float32Array.from(segmentation.marginals, (value) => value / 255);
  const mask = { marginals, labels: shown, width: working.width, height: working.height };
  return cutOut({ data: pixels, width, height }, mask);
}
