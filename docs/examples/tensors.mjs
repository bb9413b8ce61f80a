// SPDX-License-Identifier: MIT

import { DenseCrf } from 'meanfield';
import { accuracyOf, height, isInDisc, photo, width } from './disc.mjs';

// A tensor as onnxruntime and transformers.js have it. Its dims say size and layout.
const logits = { dims: [1, 2, 16, 24], type: 'float32', data: new Float32Array(2 * 16 * 24) };
// A mask as a segmentation pipeline of transformers.js gives it: one byte a pixel, 0 or 255.
const mask = { data: new Uint8ClampedArray(24 * 16), width: 24, height: 16, channels: 1 };
for (let y = 0; y < 16; y++) {
  for (let x = 0; x < 24; x++) {
    const isThing = isInDisc(4 * x + 2, 4 * y + 2);
    logits.data[384 + 24 * y + x] = isThing ? 2 : -2;
    mask.data[24 * y + x] = isThing ? 255 : 0;
  }
}

const crf = await DenseCrf.create({ width, height, labelCount: 2, parameters: 'sharp-masks' });
await crf.refine({ image: photo, unary: { logits } });
console.log(`tensor: ${(100 * accuracyOf(await crf.labelMap())).toFixed(1)} % right`);
await crf.refine({ image: photo, unary: { foreground: mask, confidence: 0.9 } });
console.log(`mask: ${(100 * accuracyOf(await crf.labelMap())).toFixed(1)} % right`);
crf.destroy();
