// SPDX-License-Identifier: MIT

import { DenseCrf } from 'meanfield';
import { SegmentationMetrics, tune } from 'meanfield/analysis';
import { height, isInDisc, photo, truth, width } from './disc.mjs';

// Your examples: picture, what the network says, and the truth. Take twenty or more; here are four of one picture.
const examples = [0, 1, 2, 3].map((shift) => {
  const logits = new Float32Array(2 * 8 * 12);
  for (let cell = 0; cell < 96; cell++) {
    const [x, y] = [8 * (cell % 12) + 2 * shift, 8 * Math.floor(cell / 12) + 2 * shift];
    logits[96 + cell] = isInDisc(x, y) ? 2 : -2;
  }
  const unary = { logits, width: 12, height: 8 };
  return { width, height, image: photo, unary, truth };
});

// Measure before and after.
const crf = await DenseCrf.create({ width, height, labelCount: 2, parameters: 'sharp-masks' });
const metrics = new SegmentationMetrics({ labelCount: 2, ignore: 255 });
for (const { image, unary } of examples) {
  await crf.refine({ image, unary });
  metrics.add({ labels: await crf.labelMap(), width, height }, { labels: truth, width, height });
}
const { meanIoU, boundaries } = metrics.scores();
console.log(`mean IoU ${meanIoU?.toFixed(3)}, boundaries measured at ${boundaries.map((at) => at.tolerance)} pixels`);

// Let parameters be found. Leave `candidates`, `folds` and `resamples` out:
// they are small here, so that this ends soon.
const result = await tune(examples, { labelCount: 2, backend: 'cpu', candidates: 4, folds: 2, resamples: 100 });
console.log(result.recommended ? 'refinement is worth it' : 'leave refinement off');
console.log(result.reason);
crf.setParameters(result.parameters);
crf.destroy();
