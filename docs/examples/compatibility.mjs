// SPDX-License-Identifier: MIT

import { DenseCrf } from 'meanfield';
import { height, isInDisc, photo, width } from './disc.mjs';

const logits = new Float32Array(2 * 16 * 24);
for (let cell = 0; cell < 16 * 24; cell++) {
  logits[384 + cell] = isInDisc(4 * (cell % 24) + 2, 4 * Math.floor(cell / 24) + 2) ? 2 : -2;
}

const crf = await DenseCrf.create({ width, height, labelCount: 2 });
/** @type {import('meanfield').Compatibility[]} */
const same = [
  5, // Potts: alike pixels are drawn to the same label
  [-5, -5], // a penalty on the diagonal: negative attracts
  [
    [0, 5],
    [5, 0],
  ], // a penalty on different labels
];
const answers = [];
for (const compatibility of same) {
  crf.setParameters({ kernels: [{ type: 'bilateral', sigmaXY: 20, sigmaRGB: 10, compatibility }] });
  await crf.refine({ image: photo, unary: { logits, width: 24, height: 16 } });
  answers.push(await crf.marginals());
}
crf.destroy();

const [potts, diagonal, matrix] = answers;
const largest = potts.reduce((most, q, i) => Math.max(most, Math.abs(q - diagonal[i]), Math.abs(q - matrix[i])), 0);
console.log(`The three differ by at most ${largest.toExponential(0)}`);
