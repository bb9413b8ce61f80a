// SPDX-License-Identifier: MIT

import type { Picture } from '../engine/protocol.js';
import type { Colour, ShownLabel } from '../state/labels.js';
import type { Enlarged } from './enlarge.js';

export type ViewName = 'overlay' | 'cut-out' | 'labels' | 'before' | 'confidence' | 'edges' | 'instances';

export interface View {
  value: ViewName;
  title: string;
  hint: string;
  /** What its brightness or colours mean, where the picture does not say it itself. */
  key?: string;
}

/** What is bright in a picture of confidence, here and in the webcam. */
export const keyOfConfidence = 'Bright: sure. Dark: not sure';

export const views: readonly View[] = [
  { value: 'overlay', title: 'Overlay', hint: 'The shown labels tinted over the photo' },
  { value: 'cut-out', title: 'Cut-out', hint: 'Only the shown labels, on transparency' },
  { value: 'labels', title: 'Labels', hint: 'Each pixel in its label’s colour' },
  {
    value: 'before',
    title: 'Before',
    hint: 'What marks or network say before refinement: faint where they are not sure',
    key: 'Before refinement. Faint: not sure',
  },
  {
    value: 'confidence',
    title: 'Confidence',
    hint: 'Bright where the result is sure, dark where it is not',
    key: keyOfConfidence,
  },
  {
    value: 'edges',
    title: 'Edges',
    hint: 'Outlines before refinement (thin, white) and after it (in the labels’ colours)',
    key: 'White: before refinement. Colours: after',
  },
  { value: 'instances', title: 'Instances', hint: 'Each connected piece of the shown labels in a colour of its own' },
];

/** Share of a label's colour in the overlay. */
const tint = 0.42;

/** Brightness of what an isolated label is not. */
const dimmed = 0.3;

/** Everything a view needs but the photo alone. */
export interface Painting {
  picture: Picture;
  /** What is painted. */
  layer: Enlarged;
  /** Without the CRF, for the views that show both. */
  before: Enlarged;
  labels: readonly ShownLabel[];
  /** Of the result. A label that was added just now is not in it yet. */
  labelCount: number;
  /** One label was chosen: the rest of the photo steps back. */
  isIsolated: boolean;
  /** Ids by pixel, 0 for none; undefined while nobody knows them. */
  instances?: Uint32Array | undefined;
  /** How thick outlines are, in pixels; 1 unless told otherwise. */
  outline?: number;
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
  overlay({ picture, layer, labels, isIsolated, outline }, painted) {
    const { pixels } = picture;
    const map = layer.labels;
    const isContour = contours(map, picture, labels, { thickness: outline ?? 1 });
    for (let pixel = 0; pixel < map.length; pixel++) {
      const { colour, isShown } = labels[map[pixel]];
      const share = isContour(pixel) ? 1 : tint;
      for (let channel = 0; channel < 3; channel++) {
        const own = pixels[4 * pixel + channel];
        const hidden = isIsolated ? dimmed * own : own;
        painted[4 * pixel + channel] = isShown ? own + share * (colour[channel] - own) : hidden;
      }
      painted[4 * pixel + 3] = 255;
    }
  },
  'cut-out'({ picture, layer }, painted) {
    painted.set(picture.pixels);
    for (let pixel = 0; pixel < layer.alpha.length; pixel++) painted[4 * pixel + 3] = withoutDoubt(layer.alpha[pixel]);
  },
  labels({ layer, labels, isIsolated }, painted) {
    const map = layer.labels;
    for (let pixel = 0; pixel < map.length; pixel++) {
      const { colour, isShown } = labels[map[pixel]];
      const share = isIsolated && !isShown ? dimmed : 1;
      for (let channel = 0; channel < 3; channel++) painted[4 * pixel + channel] = share * colour[channel];
      painted[4 * pixel + 3] = 255;
    }
  },
  before({ before, labels, labelCount, picture }, painted) {
    const map = before.labels;
    const least = 255 / labelCount;
    for (let pixel = 0; pixel < map.length; pixel++) {
      const { colour } = labels[map[pixel]];
      const sureness = Math.max(0, (before.confidence[pixel] - least) / (255 - least));
      const share = 0.25 + 0.75 * sureness;
      const grey = greyOf(picture.pixels, pixel);
      for (let channel = 0; channel < 3; channel++) {
        painted[4 * pixel + channel] = share * colour[channel] + (1 - share) * grey;
      }
      painted[4 * pixel + 3] = 255;
    }
  },
  confidence({ layer, labelCount }, painted) {
    const { confidence } = layer;
    const least = 255 / labelCount;
    for (let pixel = 0; pixel < confidence.length; pixel++) {
      const sureness = (confidence[pixel] - least) / (255 - least);
      for (let channel = 0; channel < 3; channel++) {
        painted[4 * pixel + channel] = unsure[channel] + sureness * (sure[channel] - unsure[channel]);
      }
      painted[4 * pixel + 3] = 255;
    }
  },
  edges({ picture, layer, before, labels, outline = 1 }, painted) {
    const map = layer.labels;
    const isAfter = contours(map, picture, labels, { side: 'either', thickness: outline });
    const isBefore = contours(before.labels, picture, labels, { side: 'either', thickness: outline });
    for (let pixel = 0; pixel < map.length; pixel++) {
      const grey = 0.45 * greyOf(picture.pixels, pixel);
      const colour = isAfter(pixel) ? edgeColour(labels[map[pixel]]) : [grey, grey, grey];
      const line = isBefore(pixel) && !isAfter(pixel) ? 0.75 : 0;
      for (let channel = 0; channel < 3; channel++) {
        painted[4 * pixel + channel] = colour[channel] + line * (255 - colour[channel]);
      }
      painted[4 * pixel + 3] = 255;
    }
  },
  instances({ picture, instances, outline = 1 }, painted) {
    const { pixels, width } = picture;
    const total = width * picture.height;
    for (let pixel = 0; pixel < total; pixel++) {
      const id = instances?.[pixel] ?? 0;
      const isRim = instances?.[pixel + outline] !== id || instances[pixel + outline * width] !== id;
      const colour = instanceColour(id);
      const grey = greyOf(pixels, pixel);
      const tinted = isRim ? 1 : 0.6;
      const share = id === 0 ? 0 : tinted;
      for (let channel = 0; channel < 3; channel++) {
        painted[4 * pixel + channel] = share * colour[channel] + (1 - share) * grey;
      }
      painted[4 * pixel + 3] = 255;
    }
  },
};

/** Far from each other for ids that follow each other: they are often neighbours. */
const instanceColours: readonly Colour[] = [
  [240, 90, 80],
  [60, 170, 250],
  [250, 190, 50],
  [0, 190, 150],
  [200, 110, 240],
  [160, 210, 60],
  [245, 120, 180],
  [90, 120, 250],
  [250, 140, 40],
  [70, 210, 220],
];

export function instanceColour(id: number): Colour {
  return instanceColours[id % instanceColours.length];
}

/** Of an alpha, 0..255: nearer to either end than this it is at the end. Else a doubt of the CRF would be seen as a ghost, or eyes as holes. */
const doubt = 0.1 * 255;

function withoutDoubt(alpha: number): number {
  return Math.min(255, Math.max(0, ((alpha - doubt) * 255) / (255 - 2 * doubt)));
}

/** The ends of the confidence view's scale. */
const unsure = [62, 8, 60];
const sure = [250, 244, 226];

/** Of the first label, which is what is around, only its neighbours' side is drawn. */
function edgeColour({ colour, isShown }: ShownLabel): readonly number[] {
  return isShown ? colour : [20, 20, 24];
}

/** Luma as Rec. 601 has it. */
function greyOf(pixels: Uint8ClampedArray, pixel: number): number {
  return 0.299 * pixels[4 * pixel] + 0.587 * pixels[4 * pixel + 1] + 0.114 * pixels[4 * pixel + 2];
}

interface ContourOptions {
  /** Of shown labels only, or of all. */
  side?: 'shown' | 'either';
  /** Pixels. */
  thickness?: number;
}

/** Says of a pixel whether one near it to the right, left, above or below counts as another label. */
function contours(
  map: Uint8Array,
  { width, height }: Picture,
  labels: readonly ShownLabel[],
  { side = 'shown', thickness = 1 }: ContourOptions = {},
): (pixel: number) => boolean {
  const leaders = Uint8Array.from(labels, ({ leader }) => leader);
  return (pixel) => {
    const own = leaders[map[pixel]];
    if (side === 'shown' && !labels[map[pixel]].isShown) return false;
    const x = pixel % width;
    for (let way = 1; way <= thickness; way++) {
      if (x >= way && leaders[map[pixel - way]] !== own) return true;
      if (x < width - way && leaders[map[pixel + way]] !== own) return true;
      if (pixel >= way * width && leaders[map[pixel - way * width]] !== own) return true;
      if (pixel < width * (height - way) && leaders[map[pixel + way * width]] !== own) return true;
    }
    return false;
  };
}
