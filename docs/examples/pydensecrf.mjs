// SPDX-License-Identifier: MIT

import { DenseCrf } from 'meanfield';
import sharp from 'sharp';

const [, , photoFile, strokesFile, labelsFile] = process.argv;
const { data, info } = await sharp(photoFile).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
const strokes = await sharp(strokesFile).toColourspace('b-w').raw().toBuffer(); // 0 unknown, 1 and 2 the labels
const { width, height } = info;

const crf = await DenseCrf.create({
  width,
  height,
  labelCount: 2,
  parameters: {
    kernels: [
      { type: 'gaussian', sigmaXY: 3, compatibility: 3 },
      { type: 'bilateral', sigmaXY: 80, sigmaRGB: 13, compatibility: 10 },
    ],
  },
});

const unary = { labels: strokes, confidence: 0.7, unknown: 0 };
await crf.start({ image: { data, width, height }, unary });
await crf.step(5);
console.log('KL', (await crf.energy()).kl);

const labels = Uint8Array.from(await crf.labelMap());
await sharp(labels, { raw: { width, height, channels: 1 } }).toFile(labelsFile);
crf.destroy();
