// SPDX-License-Identifier: MIT

import { boolean, choice, either, integer, list, number, object, type Spec } from './spec.js';

/** Of which device it is, and what it is good for, is another question. */
const texture: Spec = {
  is: 'like',
  what: 'a texture',
  test: (value) => (typeof value === 'object' && value !== null && 'createView' in value ? 'unclear' : 'no'),
};

const look = { fit: choice('contain', 'cover'), mirror: boolean, split: number({ from: 0, to: 1 }) };
const pixels = number({ from: 0, to: 1000 });

/** Views of frames with this diagonal, in pixels, and labels up to this. */
export function viewSpecOf(diagonal: number, lastLabel: number, image: Spec): Spec {
  const foreground = { ...look, foreground: list(integer(0, lastLabel)), refineEdges: boolean };
  return either(
    object({ kind: choice('original', 'confidence') }, look),
    object({ kind: choice('overlay') }, { ...look, opacity: number({ from: 0, to: 1 }), outline: pixels }),
    object({ kind: choice('labels') }, { ...look, outline: pixels }),
    object({ kind: choice('cut-out') }, foreground),
    object({ kind: choice('colour'), colour: { is: 'text', matching: /^#([0-9a-f]{6}|[0-9a-f]{8})$/i } }, foreground),
    object({ kind: choice('image'), image }, foreground),
    object({ kind: choice('blur') }, { ...foreground, sigmaXY: number({ above: 0, to: diagonal }) }),
  );
}

/** Views of a frame of 12 x 9 pixels with three labels. */
export const viewSpec: Spec = viewSpecOf(15, 2, texture);
