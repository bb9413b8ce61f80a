// SPDX-License-Identifier: MIT

import { DenseCrf } from 'meanfield';
import { cutOut } from 'meanfield/analysis';
import { accuracyOf, height, isInDisc, photo, width } from './disc.mjs';

// Segment Anything scales the long side of the picture to 1024 pixels, and fills the square below or to the right of it. Its
// low-resolution masks are logits, 256×256, of that square.
const scale = 256 / Math.max(width, height);
const logits = Float32Array.from({ length: 256 * 256 }, (_, cell) =>
  isInDisc((cell % 256) / scale, Math.floor(cell / 256) / scale) ? 4 : -4,
);

const crf = await DenseCrf.create({ width, height, labelCount: 2, parameters: 'sharp-masks' });
await crf.refine({
  image: photo,
  unary: {
    foreground: logits.map((logit) => 1 / (1 + Math.exp(-logit))),
    width: 256,
    height: 256,
    // The part of the square that shows the picture.
    window: { x: 0, y: 0, width: scale * width, height: scale * height },
  },
});
const labels = await crf.labelMap();
const picture = cutOut(photo, { marginals: await crf.marginals(), labels: [1], width, height });
crf.destroy();

console.log(`${(100 * accuracyOf(labels)).toFixed(1)} % right, cut out at ${picture.width}×${picture.height}`);
