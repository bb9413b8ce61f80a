// SPDX-License-Identifier: MIT

import { DenseCrf } from 'meanfield';

const width = 64;
const height = 64;

// The picture: RGBA, [y, x, channel]. A dark disc on a light ground.
const data = new Uint8Array(4 * width * height).fill(255);
for (let y = 0; y < height; y++) {
  for (let x = 0; x < width; x++) {
    if (isInDisc(x, y)) data.set([40, 60, 90], 4 * (y * width + x));
  }
}

// What a network might say: two labels, [label, y, x], in cells of 8×8 pixels.
const logits = new Float32Array(2 * 8 * 8);
for (let y = 0; y < 8; y++) {
  for (let x = 0; x < 8; x++) logits[64 + 8 * y + x] = isInDisc(8 * x + 4, 8 * y + 4) ? 2 : -2;
}

const crf = await DenseCrf.create({ width, height, labelCount: 2 });
await crf.refine({ image: { data, width, height }, unary: { logits, width: 8, height: 8 } });
const labels = await crf.labelMap();

let wrong = 0;
for (const [pixel, label] of labels.entries()) {
  if (label !== Number(isInDisc(pixel % width, Math.floor(pixel / width)))) wrong++;
}
console.log(`${wrong} of ${width * height} pixels are wrong, refined on ${crf.adapterName}`);
crf.destroy();

/**
 * @param {number} x
 * @param {number} y
 */
function isInDisc(x, y) {
  return Math.hypot(x - 34, y - 30) < 20;
}
