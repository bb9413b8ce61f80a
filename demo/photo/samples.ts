// SPDX-License-Identifier: MIT

import { roundedPoint, roundedRadius, type Stroke } from '../marks/stroke.js';

/** A free picture with a few strokes to begin from; `public/photos/LICENSE-NOTE.md` says where the photos come from. */
export interface Sample {
  id: string;
  title: string;
  /** Absolute, or relative to the page. */
  address: string;
  description: string;
  labels: readonly string[];
  strokes: readonly Stroke[];
  /** The preset that is made for it; the strokes are for where it cannot run. */
  network?: string;
}

/** In pixels of the photo: [label, radius, x, y, x, y, …]. */
type StrokeInPixels = readonly [label: number, radius: number, ...points: number[]];

export const samples: readonly Sample[] = [
  {
    id: 'astronaut',
    title: 'Astronaut',
    address: 'photos/astronaut.png',
    description: 'An astronaut in an orange suit in front of a flag and a model of the shuttle',
    labels: ['Background', 'Astronaut'],
    strokes: strokes(512, 512, [
      [0, 5, 100, 30, 118, 130, 96, 180],
      [0, 5, 330, 30, 335, 190],
      [0, 5, 30, 30, 40, 130, 20, 260, 12, 420, 7, 500],
      [0, 5, 425, 40, 425, 250],
      [0, 5, 385, 310, 490, 300, 505, 420],
      [1, 5, 215, 45, 180, 80, 200, 160, 225, 200, 220, 280, 215, 420],
      [1, 5, 52, 300, 34, 400, 33, 450, 52, 486, 110, 496],
      [1, 5, 132, 190, 160, 245],
      [1, 5, 320, 440, 400, 380, 470, 440],
      [1, 4, 430, 362, 472, 392, 491, 432],
    ]),
  },
  {
    id: 'cat',
    title: 'Cat',
    address: 'photos/chelsea.png',
    description: 'A tabby cat, close up',
    labels: ['Background', 'Cat'],
    strokes: strokes(451, 300, [
      [0, 5, 12, 20, 14, 90],
      [0, 5, 425, 30, 420, 140, 420, 265, 394, 292],
      [1, 5, 60, 12, 90, 60, 60, 160, 60, 270],
      [1, 5, 130, 60, 230, 80, 260, 240],
      [1, 5, 300, 40, 340, 70, 320, 150, 300, 250],
    ]),
  },
  {
    id: 'coffee',
    title: 'Coffee',
    address: 'photos/coffee.png',
    description: 'A cup of coffee on a red saucer, with a spoon, on a wooden table',
    labels: ['Table', 'Cup and saucer', 'Coffee', 'Spoon'],
    strokes: strokes(600, 400, [
      [0, 5, 30, 150, 60, 330, 180, 385],
      [0, 5, 470, 40, 540, 160, 520, 340],
      [0, 5, 40, 40, 150, 20],
      [0, 5, 290, 396, 420, 378],
      [1, 5, 110, 200, 130, 300, 240, 355, 400, 340, 450, 210],
      [1, 5, 190, 100, 200, 60, 300, 30, 390, 90],
      [1, 5, 210, 190, 300, 225, 385, 185],
      [2, 5, 230, 130, 290, 110, 345, 130, 335, 160, 280, 175, 232, 155],
      [3, 4, 412, 80, 400, 140, 375, 240, 365, 300],
    ]),
  },
  {
    id: 'nuclei',
    title: 'Nuclei',
    address: new URL('../../samples/nuclei.png', import.meta.url).href,
    description: 'Cell nuclei as a fluorescence microscope shows them, drawn by this project',
    network: 'nuclei',
    labels: ['Background', 'Nucleus'],
    strokes: strokes(256, 256, [
      [0, 2, 10, 20, 15, 110],
      [0, 2, 75, 65, 145, 25, 146, 100, 165, 140],
      [0, 2, 60, 175, 60, 235, 155, 245, 240, 230],
      [1, 2, 172, 44, 186, 50],
      [1, 2, 110, 132, 122, 142],
      [1, 2, 222, 192, 235, 200],
      [1, 2, 40, 226, 34, 222],
      [1, 2, 30, 196, 36, 202],
    ]),
  },
];

function strokes(width: number, height: number, list: readonly StrokeInPixels[]): Stroke[] {
  return list.map(([label, radius, ...coordinates]) => ({
    label,
    radius: roundedRadius(radius / Math.max(width, height)),
    points: Array.from({ length: coordinates.length / 2 }, (_, i) =>
      roundedPoint({ x: coordinates[2 * i] / width, y: coordinates[2 * i + 1] / height }),
    ),
  }));
}
