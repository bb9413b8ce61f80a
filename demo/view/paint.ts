// SPDX-License-Identifier: MIT

import type { Picture, Segmentation } from '../engine/protocol.js';
import type { Label } from '../state/labels.js';

export type ViewName = 'overlay' | 'cut-out' | 'labels' | 'confidence';

export const views: readonly { value: ViewName; title: string; hint: string }[] = [
  { value: 'overlay', title: 'Overlay', hint: 'The shown labels tinted over the photo' },
  { value: 'cut-out', title: 'Cut-out', hint: 'Only the shown labels, on transparency' },
  { value: 'labels', title: 'Labels', hint: 'Each pixel in its label’s colour' },
  { value: 'confidence', title: 'Confidence', hint: 'Bright where the result is sure, dark where it is not' },
];

/** Share of a label's colour in the overlay. */
const tint = 0.42;

/** Everything a view needs but the photo alone. */
export interface Painting {
  picture: Picture;
  segmentation: Segmentation;
  labels: readonly Label[];
}

/** RGBA with straight alpha, [y, x, 4]. */
export function paint(view: ViewName, painting: Painting): Uint8ClampedArray<ArrayBuffer> {
  const { pixels } = painting.picture;
  const painted = new Uint8ClampedArray(pixels.length);
  painters[view](painting, painted);
  return painted;
}

type Painter = (painting: Painting, painted: Uint8ClampedArray) => void;

const painters: Record<ViewName, Painter> = {
  overlay({ picture, segmentation, labels }, painted) {
    const { width, height, pixels } = picture;
    const map = segmentation.labels;
    for (let pixel = 0; pixel < map.length; pixel++) {
      const { colour, isShown } = labels[map[pixel]];
      const isContour = isShown && isAtEdge(map, pixel, width, height);
      const share = isContour ? 1 : tint;
      for (let channel = 0; channel < 3; channel++) {
        const own = pixels[4 * pixel + channel];
        painted[4 * pixel + channel] = isShown ? own + share * (colour[channel] - own) : own;
      }
      painted[4 * pixel + 3] = 255;
    }
  },
  'cut-out'({ picture, segmentation, labels }, painted) {
    const { marginals } = segmentation;
    const pixelCount = picture.width * picture.height;
    // A label that was added just now is not in it yet.
    const labelCount = marginals.length / pixelCount;
    painted.set(picture.pixels);
    for (let pixel = 0; pixel < pixelCount; pixel++) {
      let alpha = 0;
      for (let label = 0; label < labelCount; label++) {
        if (labels[label].isShown) alpha += marginals[label * pixelCount + pixel];
      }
      painted[4 * pixel + 3] = alpha;
    }
  },
  labels({ segmentation, labels }, painted) {
    const map = segmentation.labels;
    for (let pixel = 0; pixel < map.length; pixel++) {
      painted.set(labels[map[pixel]].colour, 4 * pixel);
      painted[4 * pixel + 3] = 255;
    }
  },
  confidence({ segmentation }, painted) {
    const { confidence, marginals } = segmentation;
    const least = (255 * confidence.length) / marginals.length;
    for (let pixel = 0; pixel < confidence.length; pixel++) {
      const sureness = (confidence[pixel] - least) / (255 - least);
      for (let channel = 0; channel < 3; channel++) {
        painted[4 * pixel + channel] = unsure[channel] + sureness * (sure[channel] - unsure[channel]);
      }
      painted[4 * pixel + 3] = 255;
    }
  },
};

/** The ends of the confidence view's scale. */
const unsure = [62, 8, 60];
const sure = [250, 244, 226];

/** Whether the pixel to the right or below has another label, or the one to the left or above. */
function isAtEdge(map: Uint8Array, pixel: number, width: number, height: number): boolean {
  const x = pixel % width;
  const label = map[pixel];
  return (
    (x > 0 && map[pixel - 1] !== label) ||
    (x < width - 1 && map[pixel + 1] !== label) ||
    (pixel >= width && map[pixel - width] !== label) ||
    (pixel < width * (height - 1) && map[pixel + width] !== label)
  );
}
