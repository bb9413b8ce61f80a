// SPDX-License-Identifier: MIT

import { encode } from 'fast-png';
import type { Session } from '../state/session.js';
import { paint } from '../view/paint.js';

export type Export = 'mask' | 'cut-out' | 'overlay' | 'labels';

/** Undefined where there is no result for the picture that is shown. */
export function exportedPng(session: Session, what: Export): Uint8Array<ArrayBuffer> | undefined {
  const picture = session.picture.value;
  const result = session.refinement.value;
  if (!picture || !result || result.width !== picture.width || result.height !== picture.height) return undefined;
  const { width, height } = picture;
  const labels = session.shownLabels.value;
  if (what === 'mask' || what === 'labels') {
    const map = result.after.labels;
    const data =
      what === 'mask'
        ? Uint8Array.from(map, (label) => (labels[label].isShown ? 255 : 0))
        : Uint8Array.from(map, (label) => labels[label].leader);
    return Uint8Array.from(encode({ width, height, data, channels: 1, depth: 8 }));
  }
  const data = paint(what, {
    picture,
    segmentation: result.after,
    before: result.before,
    labels,
    isIsolated: session.isolated.value !== null,
  });
  // Not through a canvas: that would multiply colours with alpha and back, and lose them where alpha is small.
  return Uint8Array.from(encode({ width, height, data: new Uint8Array(data.buffer), channels: 4, depth: 8 }));
}

export function saveExport(session: Session, what: Export): void {
  const png = exportedPng(session, what);
  if (!png) return;
  const name = (session.photo.value?.name ?? 'picture').replace(/\.\w+$/, '');
  saveFile(new Blob([png], { type: 'image/png' }), `${name} ${what}.png`);
}

export function saveFile(blob: Blob, name: string): void {
  const address = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  // The download has begun by then.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
