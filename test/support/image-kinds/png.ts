// SPDX-License-Identifier: MIT

import { orientationEntry, orientationTiff, tiff } from '../exif.js';
import { pngChunk, pngPalette, testPng } from '../png-file.js';
import { type ImageKind, kind, roundingTolerance } from './kind.js';

const colourTypes = [
  [0, [1, 2, 4, 8, 16]],
  [2, [8, 16]],
  [3, [1, 2, 4, 8]],
  [4, [8, 16]],
  [6, [8, 16]],
] as const;

const transparentGrey = pngChunk('tRNS', Buffer.of(0, 3));
const transparentColour = pngChunk('tRNS', Buffer.of(0, 0, 0, 0, 0, 0));

export const pngKinds: ImageKind[] = [
  ...colourTypes.flatMap(([colourType, depths]) =>
    depths.flatMap((depth) =>
      [false, true].map((interlaced) =>
        kind(
          `PNG of colour type ${colourType}, ${depth} bits${interlaced ? ', Adam7' : ''}`,
          () => testPng(colourType, depth, { interlaced }),
          colourType >= 4 ? roundingTolerance : 0,
        ),
      ),
    ),
  ),
  ...[
    [1, 1],
    [1, 7],
    [5, 1],
    [3, 3],
    [2, 9],
  ].flatMap(([width, height]) =>
    [testPng(0, 1, { width, height, interlaced: true }), testPng(3, 4, { width, height, interlaced: true })].map(
      (bytes, i) => kind(`PNG of ${width} x ${height}, Adam7, ${i === 0 ? 'grey' : 'palette'}`, () => bytes),
    ),
  ),
  kind('PNG of grey with a transparent one', () => testPng(0, 8, { before: [transparentGrey] })),
  kind('PNG of grey of 2 bits with a transparent one, Adam7', () =>
    testPng(0, 2, { before: [transparentGrey], interlaced: true }),
  ),
  kind('PNG of grey whose transparent one is out of range', () => testPng(0, 1, { before: [transparentGrey] })),
  kind('PNG of RGB with a transparent colour', () => testPng(2, 8, { before: [transparentColour] })),
  kind('PNG of RGB of 16 bits with a transparent colour', () => testPng(2, 16, { before: [transparentColour] })),
  ...([1, 2, 4, 8] as const).map((depth) =>
    kind(
      `PNG of ${2 ** depth} colours, some transparent`,
      () =>
        testPng(3, depth, { before: [pngPalette(2 ** depth), pngChunk('tRNS', Buffer.of(100, 0))], interlaced: true }),
      roundingTolerance,
    ),
  ),
  kind(
    'PNG with more transparencies than colours',
    () => testPng(3, 2, { before: [pngPalette(4), pngChunk('tRNS', Buffer.alloc(9, 60))] }),
    roundingTolerance,
  ),
  kind('PNG with a transparency before its palette', () =>
    testPng(3, 2, { before: [pngChunk('tRNS', Buffer.of(0)), pngPalette(4)] }),
  ),
  kind('PNG with a transparency behind its pixels', () => testPng(3, 2, { after: [pngChunk('tRNS', Buffer.of(0))] })),
  kind('PNG with fewer colours than its pixels name', () => testPng(3, 2, { before: [pngPalette(3)] })),
  kind('PNG with more colours than its pixels can name', () => testPng(3, 2, { before: [pngPalette(9)] })),
  kind('PNG of RGB with a suggested palette', () => testPng(2, 8, { before: [pngPalette(4)] })),
  ...[0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((value) =>
    kind(`PNG with eXIf orientation ${value}`, () =>
      testPng(2, 8, { before: [pngChunk('eXIf', orientationTiff(value))] }),
    ),
  ),
  kind('PNG with eXIf, big-endian, Adam7, 2 bits', () =>
    testPng(0, 2, { before: [pngChunk('eXIf', orientationTiff(6, { order: 'MM' }))], interlaced: true }),
  ),
  kind('PNG with eXIf before its palette', () =>
    testPng(3, 2, { before: [pngChunk('eXIf', orientationTiff(6)), pngPalette(4)] }),
  ),
  kind('PNG with two eXIf', () =>
    testPng(2, 8, { before: [6, 3].map((value) => pngChunk('eXIf', orientationTiff(value))) }),
  ),
  kind('PNG with eXIf behind its pixels', () => testPng(2, 8, { after: [pngChunk('eXIf', orientationTiff(6))] })),
  kind('PNG with eXIf of a wrong checksum', () => testPng(2, 8, { before: [pngChunk('eXIf', orientationTiff(6), 1)] })),
  kind('PNG with eXIf as a JPEG has it', () =>
    testPng(2, 8, { before: [pngChunk('eXIf', Buffer.concat([Buffer.from('Exif\0\0'), orientationTiff(6)]))] }),
  ),
  kind('PNG with eXIf orientation as a long', () =>
    testPng(2, 8, { before: [pngChunk('eXIf', tiff([orientationEntry(6, 4)]))] }),
  ),
  kind('PNG with a wrong checksum that matters to nobody', () =>
    testPng(2, 8, { before: [pngChunk('tEXt', Buffer.from('a\0b'), 1)] }),
  ),
  kind('PNG with something behind its end', () => Buffer.concat([testPng(2, 8), Buffer.from('more')])),
  kind('PNG animated, its own image first', () =>
    testPng(2, 8, {
      before: [pngChunk('acTL', Buffer.of(0, 0, 0, 1, 0, 0, 0, 0)), pngChunk('fcTL', frameControl(32, 20))],
    }),
  ),
];

function frameControl(width: number, height: number): Buffer {
  const data = Buffer.alloc(26);
  data.writeUInt32BE(width, 4);
  data.writeUInt32BE(height, 8);
  data.writeUInt16BE(1, 20);
  data.writeUInt16BE(10, 22);
  return data;
}
