// SPDX-License-Identifier: MIT

// npm run generate:docs-pictures: what refinement makes of one coarse mask under other parameters, into docs/guides/media.

import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { type CrfParameters, DenseCrf, type RgbaImage } from '../src/index.js';
import { projectFolder } from './setup.mjs';

/** Pixels of the picture, and cells of the mask, along a side. */
const size = 256;
const cells = 10;

const folder = path.join(projectFolder, 'docs/guides/media');
await mkdir(folder, { recursive: true });
const photo: RgbaImage = {
  data: await sharp(path.join(projectFolder, 'demo/public/photos/astronaut.png'))
    .resize(size)
    .ensureAlpha()
    .raw()
    .toBuffer(),
  width: size,
  height: size,
};
const mask = sharp(path.join(projectFolder, 'samples/masks/astronaut.png')).toColourspace('b-w');
const truth = await mask.clone().resize(size).raw().toBuffer();
/** Of label 1, [y, x]: how much of each cell the true mask covers, as surely as a network would say it. */
const coverage = Float32Array.from(
  await mask.clone().resize(cells, cells, { kernel: 'cubic' }).raw().toBuffer(),
  (value) => 0.1 + (0.8 * value) / 255,
);
const unary = { foreground: coverage, width: cells, height: cells };

const usual = { sigmaXY: 40, sigmaRGB: 8, compatibility: 6 };
const bilateral = (given: Partial<typeof usual>): CrfParameters => ({
  kernels: [
    { type: 'gaussian', sigmaXY: 3, compatibility: 3 },
    { type: 'bilateral', ...usual, ...given },
  ],
});
// What the sliders of the same guide work on.
const live = path.join(projectFolder, 'docs/live');
const rounded = Array.from(coverage, (value) => Number(value.toFixed(3)));
await writeFile(path.join(live, 'coverage.json'), `${JSON.stringify(rounded)}\n`);
await sharp(photo.data, { raw: { width: size, height: size, channels: 4 } })
  .removeAlpha()
  .webp({ lossless: true, effort: 6 })
  .toFile(path.join(live, 'photo.webp'));
await sharp(truth, { raw: { width: size, height: size, channels: 1 } })
  .threshold(128)
  .png({ colours: 2 })
  .toFile(path.join(live, 'truth.png'));

const pictures: Record<string, CrfParameters> = {
  coarse: { kernels: [], iterations: 0 },
  'gaussian-only': { kernels: [{ type: 'gaussian', sigmaXY: 3, compatibility: 3 }] },
  usual: bilateral({}),
  'sigma-xy-5': bilateral({ sigmaXY: 5 }),
  'sigma-xy-160': bilateral({ sigmaXY: 160 }),
  'sigma-rgb-2': bilateral({ sigmaRGB: 2 }),
  'sigma-rgb-40': bilateral({ sigmaRGB: 40 }),
  'weight-1': bilateral({ compatibility: 1 }),
  'weight-30': bilateral({ compatibility: 30 }),
  'iterations-1': { ...bilateral({}), iterations: 1 },
  'iterations-20': { ...bilateral({}), iterations: 20 },
};

const crf = await DenseCrf.create({ width: size, height: size, labelCount: 2, backend: 'cpu' });
for (const [name, parameters] of Object.entries(pictures)) {
  crf.setParameters(parameters);
  await crf.refine({ image: photo, unary });
  const labels = await crf.labelMap();
  process.stdout.write(`${name}: IoU ${overlapWithTruth(labels).toFixed(3)}\n`);
  await sharp(withoutBackground(labels), { raw: { width: size, height: size, channels: 4 } })
    .removeAlpha()
    .webp({ quality: 70, effort: 6 })
    .toFile(path.join(folder, `${name}.webp`));
}
crf.destroy();

/** The photo with its background, label 0, in blue. */
function withoutBackground(labels: Uint32Array): Uint8Array {
  const data = Uint8Array.from(photo.data);
  for (const [pixel, label] of labels.entries()) {
    if (label === 1) continue;
    for (const [channel, value] of [60, 105, 190].entries()) {
      data[4 * pixel + channel] = 0.3 * data[4 * pixel + channel] + 0.7 * value;
    }
  }
  return data;
}

/** Intersection over union of label 1 and the true mask. */
function overlapWithTruth(labels: Uint32Array): number {
  let both = 0;
  let either = 0;
  for (const [pixel, label] of labels.entries()) {
    const isTrue = truth[pixel] > 127;
    both += Number(isTrue && label === 1);
    either += Number(isTrue || label === 1);
  }
  return both / either;
}
