// SPDX-License-Identifier: MIT

import type { IntegerInput, MaskAnalysis, PixelMap } from '../../src/analysis/api.js';

/** Of the analyses on which the operations run. */
export const maskLabels = ['background', 'nucleus', 'border'];

type Operation = readonly [name: string, run: (analysis: MaskAnalysis, map: IntegerInput) => Promise<PixelMap>];

const connectivities = [4, 8] as const;

/** Every operation from whole numbers to whole numbers, in every variant. */
export const maskOperations: readonly Operation[] = [
  ['mask', (analysis, map) => analysis.mask(map, { labels: ['nucleus', 2] })],
  ['merge', (analysis, map) => analysis.merge(map, { groups: [['nucleus', 'border']] })],
  ...(['disc', 'square'] as const).flatMap((shape): Operation[] => [
    [`erode, ${shape}`, (analysis, map) => analysis.erode(map, { radius: 1, shape })],
    [`dilate, ${shape}`, (analysis, map) => analysis.dilate(map, { radius: 2, shape })],
    [`open, ${shape}`, (analysis, map) => analysis.open(map, { radius: 2, shape })],
    [`close, ${shape}`, (analysis, map) => analysis.close(map, { radius: 3, shape })],
  ]),
  ...connectivities.flatMap((connectivity): Operation[] => [
    [`components, ${connectivity}`, (analysis, map) => analysis.components(map, { connectivity })],
    [`holes, ${connectivity}`, (analysis, map) => analysis.fillHoles(map, { connectivity })],
    [`small holes, ${connectivity}`, (analysis, map) => analysis.fillHoles(map, { connectivity, maxArea: 2 })],
    [`small, ${connectivity}`, (analysis, map) => analysis.removeSmall(map, { connectivity, minArea: 4 })],
    [`seeds, ${connectivity}`, (analysis, map) => analysis.seeds(map, { connectivity, height: 0.4 })],
    [`watershed, ${connectivity}`, (analysis, map) => analysis.watershed(map, { connectivity, height: 0.4 })],
    [`given seeds, ${connectivity}`, (analysis, map) => analysis.watershed(map, { connectivity, seeds: map })],
    [`core, ${connectivity}`, (analysis, map) => analysis.watershed(map, { connectivity, core: map })],
    [
      `core and seeds, ${connectivity}`,
      (analysis, map) =>
        analysis.watershed(new Uint8Array(analysis.width * analysis.height).fill(1), {
          connectivity,
          seeds: map,
          core: map,
        }),
    ],
    [
      `outline, ${connectivity}`,
      (analysis, map) => analysis.outline(map, { connectivity, alongFrame: connectivity === 4 }),
    ],
  ]),
  ['instances', (analysis, map) => analysis.instances(map, { labels: [1, 2], seedLabels: ['nucleus'], height: 0.5 })],
  ['distance', (analysis, map) => analysis.distance(map)],
  [
    'fuse',
    (analysis, map) =>
      analysis.fuse(new Uint8Array(analysis.width * analysis.height).fill(1), map, { background: [0] }),
  ],
  [
    'fuse everywhere',
    (analysis, map) =>
      analysis.fuse(new Uint8Array(analysis.width * analysis.height).fill(2), map, {
        background: ['background'],
        labels: ['border'],
        where: 'everywhere',
      }),
  ],
  ['trimap', (analysis, map) => analysis.trimap(map, { inner: 1, outer: 2 })],
];
